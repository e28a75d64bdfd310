// SPDX-License-Identifier: Apache-2.0
#pragma once

// A connector's YAML file, from text to `ConnectorConfig`, for each of the three generations.

#include <memory>

#include "options/secrets.hpp"
#include "options/walk.hpp"

namespace sluice::options {

struct ConfigFile {
  std::string path;
  ConfigNode root;  // `sources` and `section` point into it: a ConfigFile does not move
  ConnectorConfig config;
  std::vector<Found> sources;           // by `config_key`
  const ConfigNode* section = nullptr;  // null: the file has none
  KeyIndex keys;

  [[nodiscard]] bool stringified() const {
    return config.generation == ConfigGeneration::unversioned;
  }
  // Where the section's keys are, for messages: `http`, `parameters`.
  [[nodiscard]] const std::string& section_location() const { return config.section_name; }
};

struct ConfigWants {
  std::string section;            // empty: whatever section the file has
  std::string direction;          // empty: either
  std::span<const Level> levels;  // the tables of the section, for misplaced keys
};

// Reads everything but the section's content. Null when the text is not a tree.
[[nodiscard]] std::unique_ptr<ConfigFile> read_config_file(
    std::string_view text, const std::string& path, const ConfigWants& wants,
    const SecretSource& secrets, const OptionLimits& limits, Report& report);

}  // namespace sluice::options
