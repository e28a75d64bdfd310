// SPDX-License-Identifier: Apache-2.0
#pragma once

// A connector's YAML file from the disk, with its secrets filled in, before its program is known:
// the head is checked, the section is only read.

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "launch/find_connector.hpp"
#include "options/config_file.hpp"

namespace sluice::launch {

struct FileWanted {
  std::string path;
  std::optional<std::string> secrets;  // file with NAME=value lines; else the environment has them
};

struct LaunchFile {
  std::string path;
  std::unique_ptr<const options::ConfigFile> file;  // null: it is no YAML tree
  std::vector<Diagnostic> problems;                 // none of them shows a secret
  // Of `meta.secrets` and, in files without a version, of `secrets`: for the program's
  // environment.
  std::map<std::string, std::string> secrets;

  [[nodiscard]] bool ok() const noexcept { return file != nullptr && problems.empty(); }
  // Requires: file != nullptr.
  [[nodiscard]] const ConnectorConfig& config() const noexcept { return file->config; }
  // `sink` or `source`; a type without an ending is a sink, but in files without a version it may
  // be either, and this is empty.
  [[nodiscard]] std::string direction() const;
};

// Never throws for what is in the files; a file that cannot be read is a problem, too.
[[nodiscard]] LaunchFile read_launch_file(const FileWanted& wanted, const Environment& environment);

// Requires: file.file != nullptr.
[[nodiscard]] Result<FoundConnector> find_connector(const LaunchFile& file,
                                                    const std::vector<SearchFolder>& folders);

}  // namespace sluice::launch
