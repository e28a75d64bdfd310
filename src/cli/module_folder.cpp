// SPDX-License-Identifier: Apache-2.0
#include "cli/module_folder.hpp"

// As everywhere in this program: the library is compiled into each file that uses it.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_UNRELEASED_FEATURES 0
#include <algorithm>

#include <toml++/toml.h>

#include "base/text.hpp"
#include "cli/failure.hpp"
#include "cli/file_text.hpp"

namespace sluice::cli {
namespace {

constexpr std::size_t toml_bytes_max = 1'048'576;

void read_toml(const std::filesystem::path& path, ModuleFolder& out) {
  const auto parsed = toml::parse(read_text(path, toml_bytes_max));
  if (!parsed) {
    const auto& error = parsed.error();
    const auto& at = error.source().begin;
    throw Failure(Errc::invalid_config, path.string() + ":" + std::to_string(at.line) + ":" +
                                            std::to_string(at.column) + ": " +
                                            std::string(error.description()));
  }
  out.name = parsed["name"].value_or(out.name);
}

void add_sources(const std::filesystem::path& folder, std::vector<std::filesystem::path>& out) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
    if (entry.path().extension() == ".cpp" && entry.is_regular_file(failed)) {
      out.push_back(entry.path());
    }
  }
}

}  // namespace

ModuleFolder open_module_folder(const std::filesystem::path& path) {
  std::error_code failed;
  if (!std::filesystem::is_directory(path, failed)) {
    throw HintedFailure(Errc::io, "there is no folder " + quote_if_needed(path.string()),
                        "`sluice smartmodule new NAME` makes one");
  }
  ModuleFolder out;
  out.path = path;
  out.name = std::filesystem::weakly_canonical(path, failed).filename().string();
  const auto toml = path / "smartmodule.toml";
  if (std::filesystem::exists(toml, failed)) read_toml(toml, out);
  if (out.name.empty() || out.name.contains('/')) {
    throw Failure(Errc::invalid_config, toml.string() + ": `name` must be a plain word");
  }
  add_sources(path, out.sources);
  add_sources(path / "src", out.sources);
  std::ranges::sort(out.sources);
  return out;
}

ModuleFile read_module(const std::filesystem::path& file_or_folder) {
  std::error_code failed;
  if (!std::filesystem::is_directory(file_or_folder, failed)) {
    return {file_or_folder.stem().string(), file_or_folder, read_wasm(file_or_folder)};
  }
  const auto folder = open_module_folder(file_or_folder);
  if (!std::filesystem::exists(folder.wasm(), failed)) {
    throw HintedFailure(Errc::io, "there is no " + quote_if_needed(folder.wasm().string()),
                        "`sluice smartmodule build " + file_or_folder.string() + "` makes it");
  }
  return {folder.name, folder.wasm(), read_wasm(folder.wasm())};
}

}  // namespace sluice::cli
