// SPDX-License-Identifier: Apache-2.0
#pragma once

// Meets YAML mappings with option tables: which value belongs to which row, and what the
// values are. Every key that no row answers to is a problem, with the nearest right name or
// the place where such a key belongs.

#include "options/bound.hpp"
#include "options/report.hpp"

namespace sluice::options {

// Where each key of a file may stand, to tell a misplaced key from a misspelt one.
class KeyIndex {
 public:
  // `location` is the mapping that holds the key: `meta.producer`, empty for the top.
  void add(std::string_view key, const std::string& location);
  void add_rows(std::span<const OptionRow> rows, const std::string& location);
  // Another location than `here`, if there is one.
  [[nodiscard]] std::optional<std::string> elsewhere(std::string_view key,
                                                     const std::string& here) const;

 private:
  std::vector<std::pair<std::string, std::string>> locations_;  // by normalized key
};

struct WalkContext {
  const std::string& path;  // of the file
  Report& report;
  const KeyIndex& keys;
  // Generation B/K turned every parameter into text first: `interval: "30"` is a number there.
  bool stringified = false;
};

// A table, and where in the file and in the neutral configuration its mapping is.
struct Level {
  std::span<const OptionRow> rows;
  void* object = nullptr;
  std::string location;
  std::string config_key;
};

// A value that a row answers to. Never a table or group: those are walked through.
struct Found {
  const OptionRow* row;
  void* object;
  const ConfigNode* node;
  std::string config_key;
};

// Stores nothing. All levels have the same location. Keys in `handled` belong to the caller.
[[nodiscard]] std::vector<Found> walk(const ConfigNode& mapping, std::span<const Level> levels,
                                      const WalkContext& context,
                                      std::span<const std::string> handled = {});

// Null, for a row that may be absent: as if the key were not there.
[[nodiscard]] bool is_unset(const OptionRow& row, const ConfigNode& node);

// The values of one row. Nothing when there were problems, which are reported.
[[nodiscard]] std::optional<std::vector<Entry>> read_entries(const OptionRow& row,
                                                             const ConfigNode& node,
                                                             const WalkContext& context);

// Writes a found value to its member.
void store_found(const Found& found, const WalkContext& context);

// Walks and stores a whole table; a required row that is missing is a problem.
std::vector<Found> fill(const ConfigNode& mapping, const Level& level, const WalkContext& context,
                        std::span<const std::string> handled = {});

}  // namespace sluice::options
