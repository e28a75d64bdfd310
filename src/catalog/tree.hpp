// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where the connectors and SmartModules of a tree are, and the files that belong to them.

#include <filesystem>
#include <optional>
#include <span>
#include <vector>

#include "catalog/json_limits.hpp"

namespace sluice::catalog {

struct TreeFolders {
  std::vector<std::filesystem::path> connectors;    // sorted
  std::vector<std::filesystem::path> smartmodules;  // sorted
};

// Hidden folders, build folders and links are not entered; at most 8 levels. Throws: `io`.
[[nodiscard]] TreeFolders find_folders(const std::filesystem::path& tree);

// {"sha256": ..., "bytes": ...}, or null when the file cannot be read.
[[nodiscard]] json digest_of(const std::filesystem::path& file);
// The first of the folders that has a file of this name.
[[nodiscard]] std::optional<std::filesystem::path> first_with(
    std::span<const std::filesystem::path> folders, const std::string& name);
// `cpp`, `python`, `shell` or `other`, by the sources in the folder.
[[nodiscard]] std::string language_of(const std::filesystem::path& folder);
// README.md, or nothing.
[[nodiscard]] std::string readme_of(const std::filesystem::path& folder);

struct SmartModuleToml {
  std::string name;
  std::string version;
  std::string description;
  std::vector<std::string> kinds;
  json params = json::array();  // of {name, description, optional}
};
// Errors: `io`, `invalid_config`.
[[nodiscard]] Result<SmartModuleToml> read_smartmodule_toml(const std::filesystem::path& file);

}  // namespace sluice::catalog
