// SPDX-License-Identifier: Apache-2.0
#pragma once

// connector.toml: the only place for what a connector is called. The tables are those of
// Fluvio's Connector.toml; the rules those of cmake/connector_info.py.

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace sluice::catalog {

struct ConnectorToml {
  std::string name;
  std::string group;
  std::string version;
  std::string api_version;  // may be empty
  std::string description;
  std::string license;             // may be empty
  std::string direction;           // `Source` or `Sink`
  std::string section = "custom";  // of the YAML file
  std::string binary;              // of [deployment]: a program, relative to the folder or built
  std::string image;               // of [deployment]; one of the two is there
};

// Errors: `io`, `invalid_config` with the file, the line and what is right.
[[nodiscard]] Result<ConnectorToml> read_connector_toml(const std::filesystem::path& file);

}  // namespace sluice::catalog
