// SPDX-License-Identifier: Apache-2.0
#pragma once

// Finds the program of a connector by the `type` of its YAML file.
//
// In a folder a connector is an executable with the type's name, or a sub-folder with a
// connector.toml whose [package] name it is: its program is [deployment] binary, else the file with
// the connector's name, both in that sub-folder. The first folder that has it wins. Reads files,
// runs nothing.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace sluice::launch {

struct SearchFolder {
  std::filesystem::path path;
  // A folder for connectors and nothing else: all its executables count as names. In the others
  // only those that end in -source, -sink or -connector are worth a suggestion.
  bool is_dedicated = false;
  friend bool operator==(const SearchFolder&, const SearchFolder&) = default;
};

using Environment = std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] Environment process_environment();

// Where to look, the first wins: `given` (--connectors) or else SLUICE_CONNECTORS, the folder of
// this program, /usr/lib/sluice/connectors, PATH. Each once.
[[nodiscard]] std::vector<SearchFolder> connector_folders(const std::vector<std::string>& given,
                                                          const Environment& environment);

struct FoundConnector {
  std::string name;               // `http-source`
  std::filesystem::path program;  // absolute
  std::filesystem::path folder;   // of the search
  // Only the name speaks for it: a program on the PATH may be something else (`dpkg-source`).
  bool is_guess = false;
};

struct ConnectorWanted {
  // Of the file. `test-source` and `test-sink` also stand for `test-connector`: the type has to say
  // the direction, a name need not.
  std::string type;
  // Of files without a version: `http` also stands for `http-source`, or else for `http-sink`,
  // where one exists.
  bool may_be_short = false;
};

// Errors: `invalid_config` for a type that cannot be a name; `io` when there is none, with the
// nearest name that exists and where it was looked for.
[[nodiscard]] Result<FoundConnector> find_connector(const ConnectorWanted& wanted,
                                                    const std::vector<SearchFolder>& folders);

// Every connector that has a name to be found by, in the order of the search; the same name again
// where it is in several folders.
[[nodiscard]] std::vector<FoundConnector> list_connectors(const std::vector<SearchFolder>& folders);

}  // namespace sluice::launch
