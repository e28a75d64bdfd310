// SPDX-License-Identifier: Apache-2.0
#include "catalog/connector_toml.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_UNRELEASED_FEATURES 0
#include <algorithm>
#include <fstream>
#include <optional>
#include <regex>

#include <toml++/toml.h>

#include "base/text.hpp"

namespace sluice::catalog {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t file_bytes_max = 65'536;

struct KnownTable {
  std::string_view name;
  std::vector<std::string> keys;
};
const std::vector<KnownTable>& known_tables() {
  static const std::vector<KnownTable> tables{{"package",
                                               {"name", "group", "version", "fluvio", "apiVersion",
                                                "description", "license", "visibility"}},
                                              {"direction", {"source", "dest"}},
                                              {"deployment", {"binary", "image"}},
                                              {"custom", {"name"}}};
  return tables;
}

class Reader {
 public:
  explicit Reader(const fs::path& file) : file_(file) {}

  Result<ConnectorToml> read() {
    const auto text = content();
    if (!text) return tl::unexpected(text.error());
    const auto parsed = toml::parse(*text);
    if (!parsed) {
      const auto& error = parsed.error();
      return wrong(std::string(error.description()), error.source().begin.line);
    }
    const toml::table& root = parsed.table();
    check_keys(root);
    ConnectorToml out;
    out.name = text_at(root, "package", "name", true);
    out.group = text_at(root, "package", "group", true);
    out.version = text_at(root, "package", "version", true);
    out.api_version = text_at(root, "package", "apiVersion", false);
    out.description = text_at(root, "package", "description", true);
    out.license = text_at(root, "package", "license", false);
    out.binary = text_at(root, "deployment", "binary", false);
    out.image = text_at(root, "deployment", "image", false);
    if (auto section = text_at(root, "custom", "name", false); !section.empty()) {
      out.section = std::move(section);
    }
    out.direction = direction(root);
    check_values(out);
    if (problem_) return tl::unexpected(*problem_);
    return out;
  }

 private:
  tl::unexpected<Error> wrong(const std::string& what, std::size_t line = 0) {
    const auto place = file_.string() + (line > 0 ? ":" + std::to_string(line) : "");
    return fail(Errc::invalid_config, place + ": " + what);
  }
  void note(const std::string& what, std::size_t line = 0) {
    if (!problem_) problem_ = wrong(what, line).value();
  }

  Result<std::string> content() const {
    std::ifstream in(file_, std::ios::binary);
    if (!in) return fail(Errc::io, "cannot read " + quote_if_needed(file_.string()));
    std::string text(file_bytes_max + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > file_bytes_max) {
      return fail(Errc::too_large, quote_if_needed(file_.string()) + ": larger than 64 KiB");
    }
    return text;
  }

  void check_keys(const toml::table& root) {
    for (const auto& [name, node] : root) {
      const auto& tables = known_tables();
      const auto known = std::ranges::find(tables, std::string_view(name.str()), &KnownTable::name);
      if (known == tables.end() || !node.is_table()) {
        note("unknown table [" + std::string(name.str()) +
                 "]; there are [package], [direction], [deployment] and [custom]",
             node.source().begin.line);
        continue;
      }
      for (const auto& [key, value] : *node.as_table()) {
        const std::string word(key.str());
        if (std::ranges::find(known->keys, word) != known->keys.end()) continue;
        const auto near = nearest(word, known->keys);
        note("unknown key `" + word + "` in [" + std::string(name.str()) + "]" +
                 (near ? "; did you mean `" + *near + "`?" : ""),
             value.source().begin.line);
      }
    }
  }

  std::string text_at(const toml::table& root, std::string_view table, std::string_view key,
                      bool is_required) {
    const auto name = "[" + std::string(table) + "] " + std::string(key);
    const auto node = root[table][key];
    if (node && !node.is_string()) note(name + " must be text", node.node()->source().begin.line);
    auto text = node.value_or(std::string());
    if (is_required && text.empty()) note(name + " is missing");
    return text;
  }

  std::string direction(const toml::table& root) {
    const bool source = root["direction"]["source"].value_or(false);
    const bool dest = root["direction"]["dest"].value_or(false);
    if (source == dest) {
      note("[direction] must be exactly one of `source = true` and `dest = true`");
    }
    return source ? "Source" : "Sink";
  }

  void check_values(const ConnectorToml& toml) {
    static const std::regex name_form("[a-z0-9][a-z0-9_-]*");
    static const std::regex version_form(R"(\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?)");
    if (!toml.name.empty() && !std::regex_match(toml.name, name_form)) {
      note("[package] name is `" + toml.name + "`; use lower-case letters, digits, `-` and `_`");
    }
    if (!toml.version.empty() && !std::regex_match(toml.version, version_form)) {
      note("[package] version is `" + toml.version + "`; write for example 0.1.0");
    }
    if (toml.section == "meta" || toml.section == "transforms") {
      note("[custom] name `" + toml.section + "` is reserved");
    }
    if (toml.binary.empty() == toml.image.empty()) {
      note("[deployment] must be exactly one of `binary` and `image`");
    }
  }

  const fs::path& file_;
  std::optional<Error> problem_;
};

}  // namespace

Result<ConnectorToml> read_connector_toml(const fs::path& file) {
  return Reader(file).read();
}

}  // namespace sluice::catalog
