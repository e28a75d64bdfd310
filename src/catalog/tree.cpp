// SPDX-License-Identifier: Apache-2.0
#include "catalog/tree.hpp"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_UNRELEASED_FEATURES 0
#include <algorithm>
#include <array>
#include <regex>

#include <toml++/toml.h>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "catalog/whole_file.hpp"
#include "sluice/json_text.hpp"

namespace sluice::catalog {
namespace {

namespace fs = std::filesystem;

constexpr int depth_max = 8;
constexpr std::size_t readme_bytes_max = 1'048'576;
constexpr std::size_t toml_bytes_max = 65'536;
constexpr std::size_t program_bytes_max = std::size_t{1} << 30U;

bool is_skipped(const fs::path& folder) {
  constexpr std::array<std::string_view, 5> names{"build", "target", "node_modules", "__pycache__",
                                                  "venv"};
  const auto name = folder.filename().string();
  return name.starts_with('.') || std::ranges::find(names, name) != names.end();
}

void collect(const fs::path& folder, TreeFolders& out, int depth) {
  std::error_code failed;
  if (fs::exists(folder / "connector.toml", failed)) out.connectors.push_back(folder);
  if (fs::exists(folder / "smartmodule.toml", failed)) out.smartmodules.push_back(folder);
  if (depth >= depth_max) return;
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    const bool enters = entry.is_directory(failed) && !entry.is_symlink(failed);
    if (enters && !is_skipped(entry.path())) collect(entry.path(), out, depth + 1);
  }
}

bool has_file_ending(const fs::path& folder, std::string_view ending) {
  std::error_code failed;
  return std::ranges::any_of(fs::directory_iterator(folder, failed),
                             [&](const auto& entry) { return entry.path().extension() == ending; });
}

}  // namespace

TreeFolders find_folders(const fs::path& tree) {
  std::error_code failed;
  if (!fs::is_directory(tree, failed)) {
    throw Failure(Errc::io, quote_if_needed(tree.string()) + " is no folder");
  }
  TreeFolders out;
  bool has_known = false;
  for (const char* name : {"connectors", "examples", "smartmodules"}) {
    if (!fs::is_directory(tree / name, failed)) continue;
    has_known = true;
    collect(tree / name, out, 1);
  }
  if (!has_known) collect(tree, out, 0);
  std::ranges::sort(out.connectors);
  std::ranges::sort(out.smartmodules);
  return out;
}

json digest_of(const fs::path& file) {
  const auto bytes = read_whole(file, program_bytes_max);
  if (!bytes) return nullptr;
  return {{"sha256", sha256_hex(*bytes)}, {"bytes", bytes->size()}};
}

std::optional<fs::path> first_with(std::span<const fs::path> folders, const std::string& name) {
  std::error_code failed;
  for (const auto& folder : folders) {
    if (fs::is_regular_file(folder / name, failed)) return folder / name;
  }
  return std::nullopt;
}

std::string language_of(const fs::path& folder) {
  std::error_code failed;
  for (const auto& place : {folder, folder / "src"}) {
    if (!fs::is_directory(place, failed)) continue;
    if (has_file_ending(place, ".cpp")) return "cpp";
    if (has_file_ending(place, ".py")) return "python";
    if (has_file_ending(place, ".sh")) return "shell";
  }
  // A program without an ending says it in its first line.
  for (const auto& entry : fs::directory_iterator(folder, failed)) {
    if (!entry.is_regular_file(failed) || entry.path().has_extension()) continue;
    const auto text = read_whole(entry.path(), readme_bytes_max).value_or("");
    const auto first = std::string_view(text).substr(0, text.find('\n'));
    if (!first.starts_with("#!")) continue;
    if (first.contains("python")) return "python";
    if (first.ends_with("sh")) return "shell";
  }
  return "other";
}

std::string readme_of(const fs::path& folder) {
  auto text = read_whole(folder / "README.md", readme_bytes_max).value_or("");
  return is_utf8(text) ? text : "";
}

Result<SmartModuleToml> read_smartmodule_toml(const fs::path& file) {
  const auto text = read_whole(file, toml_bytes_max);
  if (!text) return tl::unexpected(text.error());
  const auto parsed = toml::parse(*text);
  if (!parsed) {
    return fail(Errc::invalid_config, file.string() + ":" +
                                          std::to_string(parsed.error().source().begin.line) +
                                          ": " + std::string(parsed.error().description()));
  }
  const toml::table& root = parsed.table();
  SmartModuleToml out;
  out.name = root["name"].value_or(std::string());
  out.version = root["version"].value_or(std::string());
  out.description = root["description"].value_or(std::string());
  if (auto kind = root["kind"].value_or(std::string()); !kind.empty()) out.kinds = {kind};
  if (const auto* kinds = root["kinds"].as_array()) {
    for (const auto& kind : *kinds) out.kinds.push_back(kind.value_or(std::string()));
  }
  if (const auto* params = root["params"].as_array()) {
    for (const auto& node : *params) {
      const auto* param = node.as_table();
      if (param == nullptr) continue;
      out.params.push_back({{"name", (*param)["name"].value_or(std::string())},
                            {"description", (*param)["description"].value_or(std::string())},
                            {"optional", (*param)["optional"].value_or(false)}});
    }
  }
  const std::array<std::pair<const char*, const std::string*>, 3> texts{
      {{"name", &out.name}, {"version", &out.version}, {"description", &out.description}}};
  for (const auto& [key, value] : texts) {
    if (value->empty()) {
      return fail(Errc::invalid_config, file.string() + ": " + key + " is missing");
    }
  }
  // It becomes the name of files.
  static const std::regex name_form("[a-z0-9][a-z0-9_-]*");
  if (!std::regex_match(out.name, name_form)) {
    return fail(Errc::invalid_config, file.string() + ": name is " + quote_if_needed(out.name) +
                                          "; use lower-case letters, digits, `-` and `_`");
  }
  if (out.kinds.empty()) return fail(Errc::invalid_config, file.string() + ": kind is missing");
  return out;
}

}  // namespace sluice::catalog
