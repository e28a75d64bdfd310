// SPDX-License-Identifier: Apache-2.0
#include "catalog/build.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <tuple>

#include "base/text.hpp"
#include "catalog/metadata_check.hpp"
#include "catalog/schema_check.hpp"
#include "catalog/tree.hpp"

namespace sluice::catalog {
namespace {

namespace fs = std::filesystem;

// Order of semantic versions; build numbers count as text.
auto version_order(std::string_view version) {
  const auto core = version.substr(0, version.find_first_of("-+"));
  std::array<std::uint64_t, 3> numbers{};
  std::size_t at = 0;
  for (const auto part : split(core, '.')) {
    if (at == numbers.size()) break;
    std::from_chars(part.data(), part.data() + part.size(), numbers[at++]);
  }
  const bool is_release = !version.contains('-');
  return std::tuple(numbers, is_release, std::string(version));
}

using Versions = std::map<std::string, std::vector<std::string>>;

Versions previous_versions(const std::string& text) {
  Versions out;
  if (text.empty()) return out;
  const auto tree = parse_json(text);
  if (!tree || !tree->is_object() || !tree->contains("connectors")) {
    throw Failure(Errc::malformed,
                  "the previous catalog is none" + (tree ? "" : ": " + tree.error().message()));
  }
  for (const auto& connector : tree->at("connectors")) {
    out[connector.value("name", "")] = connector.value("versions", std::vector<std::string>{});
  }
  return out;
}

class Builder {
 public:
  explicit Builder(const BuildInput& input)
      : input_(input), versions_(previous_versions(input.previous)) {}

  BuiltCatalog build() {
    const auto folders = find_folders(input_.tree);
    for (const auto& folder : folders.connectors) connector(folder);
    for (const auto& folder : folders.smartmodules) smartmodule(folder);
    if (!problems_.empty()) {
      std::string all;
      for (const auto& problem : problems_) all += (all.empty() ? "" : "\n") + problem;
      throw Failure(Errc::invalid_config, all);
    }
    built_.connectors = connectors_.size();
    built_.smartmodules = smartmodules_.size();
    const json catalog{{"format", 1},
                       {"generator", input_.generator},
                       {"connectors", values(connectors_)},
                       {"smartmodules", values(smartmodules_)}};
    built_.text = catalog.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
    return std::move(built_);
  }

 private:
  using Entries = std::map<std::string, json>;

  static json values(Entries& entries) {
    auto out = json::array();
    for (auto& [name, entry] : entries) out.push_back(std::move(entry));
    return out;
  }

  std::string in_tree(const fs::path& folder) const {
    return folder.lexically_relative(input_.tree).generic_string();
  }

  void keep(Entries& entries, const std::string& name, json entry, const fs::path& folder) {
    const auto before = entries.find(name);
    if (before != entries.end()) {
      problems_.push_back(in_tree(folder) + ": " + before->second.at("folder").get<std::string>() +
                          " has the name `" + name + "` already");
      return;
    }
    entries.emplace(name, std::move(entry));
  }

  void connector(const fs::path& folder) {
    const auto toml = read_connector_toml(folder / "connector.toml");
    if (!toml) return problems_.push_back(toml.error().message());
    const auto program = find_program(folder, *toml, input_.programs);
    if (program.empty()) {
      return problems_.push_back(in_tree(folder) + ": there is no program `" + toml->name +
                                 "`; build it, or say where with --programs");
    }
    const auto metadata = read_metadata(program);
    if (!metadata) return problems_.push_back(in_tree(folder) + ": " + metadata.error().message());
    if (metadata->name != toml->name || metadata->version != toml->version) {
      return problems_.push_back(in_tree(folder) + ": the program says that it is " +
                                 metadata->name + " " + metadata->version +
                                 ", and connector.toml " + toml->name + " " + toml->version +
                                 "; build it anew");
    }
    if (const auto wrong = check_schema(metadata->schema); !wrong.empty()) {
      return problems_.push_back(in_tree(folder) + ": its schema: " + wrong.front().text());
    }
    keep(connectors_, toml->name, entry_of(folder, *toml, *metadata, program), folder);
  }

  json entry_of(const fs::path& folder, const ConnectorToml& toml, const Metadata& metadata,
                const fs::path& program) {
    std::error_code failed;
    const bool is_rule = fs::is_directory(program, failed);
    auto versions = versions_[toml.name];
    if (std::ranges::find(versions, toml.version) == versions.end()) {
      versions.push_back(toml.version);
    }
    std::ranges::sort(versions, {}, version_order);
    return {{"name", toml.name},
            {"direction", metadata.direction},
            {"version", toml.version},
            {"description", toml.description},
            {"group", toml.group},
            {"license", toml.license},
            {"apiVersion", toml.api_version},
            {"section", toml.section},
            {"language", language_of(folder)},
            {"kit", metadata.is_kit},
            {"image", toml.image.empty() ? "sluice/" + toml.name + ":" + toml.version : toml.image},
            {"binary", is_rule ? json(nullptr) : digest_of(program)},
            {"versions", versions},
            {"folder", in_tree(folder)},
            {"readme", readme_of(folder)},
            {"schema", metadata.schema}};
  }

  void smartmodule(const fs::path& folder) {
    const auto toml = read_smartmodule_toml(folder / "smartmodule.toml");
    if (!toml) return problems_.push_back(toml.error().message());
    auto places = input_.smartmodules;
    places.push_back(folder);
    const auto wasm = first_with(places, toml->name + ".wasm");
    if (!wasm) built_.notes.push_back(in_tree(folder) + ": not built, so it has no digest");
    keep(smartmodules_, toml->name,
         {{"name", toml->name},
          {"version", toml->version},
          {"description", toml->description},
          {"kinds", toml->kinds},
          {"readme", readme_of(folder)},
          {"folder", in_tree(folder)},
          {"wasm", wasm ? digest_of(*wasm) : json(nullptr)},
          {"params", toml->params}},
         folder);
  }

  const BuildInput& input_;
  Versions versions_;
  BuiltCatalog built_;
  Entries connectors_;
  Entries smartmodules_;
  std::vector<std::string> problems_;
};

}  // namespace

BuiltCatalog build_catalog(const BuildInput& input) {
  return Builder(input).build();
}

}  // namespace sluice::catalog
