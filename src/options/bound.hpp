// SPDX-License-Identifier: Apache-2.0
#pragma once

// An option set as one flat list: nested tables become rows with longer names, merged groups
// become rows of their parent.

#include "sluice/options/set.hpp"

namespace sluice::options {

struct BoundRow {
  const OptionRow* row;
  void* object;                   // what `load` and `store` take
  std::size_t binding;            // in the set
  std::string flag;               // `websocket-config-ping-interval`
  std::vector<std::string> path;  // of keys in YAML: `websocket_config`, `ping_interval`
  std::string config_key;         // in the neutral configuration, or empty
  bool in_section;
  bool in_schema;
  bool hidden;

  [[nodiscard]] std::string dashed() const { return "--" + flag; }
};

// Requires: no two options of one name.
[[nodiscard]] std::vector<BoundRow> flatten(const OptionSet& set);

// The key in YAML and schema: `yaml_name`, or the name with underscores.
[[nodiscard]] std::string key_of(const OptionRow& row);
// With underscores instead of dashes: how two spellings of a key are compared.
[[nodiscard]] std::string normalized(std::string_view key);
// Whether a YAML key means this row: name, YAML name or alias, in either spelling.
[[nodiscard]] bool answers_to(const OptionRow& row, std::string_view key);
// Place for messages: `--interval`, or `<FILE>` for a positional.
[[nodiscard]] std::string place_of(const BoundRow& bound);
// What stands for the value in help: `<DURATION>`, without the brackets.
[[nodiscard]] std::string value_name_of(const OptionRow& row);

}  // namespace sluice::options
