// SPDX-License-Identifier: Apache-2.0
#pragma once

// The folder of a SmartModule: smartmodule.toml, its sources, its cases, and what `build` made
// of them.

#include <filesystem>
#include <string>
#include <vector>

namespace sluice::cli {

struct ModuleFolder {
  std::filesystem::path path;
  std::string name;  // `name` of smartmodule.toml; without one, the folder's
  std::vector<std::filesystem::path> sources;  // *.cpp in it, and in src/

  [[nodiscard]] std::filesystem::path wasm() const { return path / (name + ".wasm"); }
  [[nodiscard]] std::filesystem::path cases() const { return path / "tests" / "cases.json"; }
};

// Throws: `io` when it is no folder, `invalid_config` for a broken smartmodule.toml.
[[nodiscard]] ModuleFolder open_module_folder(const std::filesystem::path& path);

// A SmartModule in a file or in a built folder. Throws: `io`, `smartmodule`.
struct ModuleFile {
  std::string name;
  std::filesystem::path path;
  std::string wasm;  // raw or gzipped
};
[[nodiscard]] ModuleFile read_module(const std::filesystem::path& file_or_folder);

}  // namespace sluice::cli
