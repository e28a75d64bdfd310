// SPDX-License-Identifier: Apache-2.0
#pragma once

// A table of the target, as the events of one of the source's are written to it, and the SQL for
// that. Pure. All values are parameters; only names stand in the SQL.

#include <cstdint>
#include <string>
#include <vector>

#include "event.hpp"
#include "sink_options.hpp"

namespace sluice::postgres {

// One column of the relation that the target has too.
struct Target {
  std::size_t at = 0;  // in the tuples
  std::string name;    // quoted
  bool is_key = false;
  bool has_equality = true;  // json has none
};

struct Table {
  std::string name;          // quoted, with its schema
  bool is_left_out = false;  // by --schema-drift ignore
  std::size_t width = 0;     // of the tuples
  std::vector<Target> columns;
  bool is_unique = false;  // the key columns are unique in the target
};

struct Sql {
  std::string text;
  // Where each parameter is: in the new row, or in what was before.
  struct Parameter {
    std::size_t at = 0;
    bool of_before = false;
  };
  std::vector<Parameter> parameters;
};

// Which row is meant: what the event says was there before, or the new row itself.
[[nodiscard]] Sql insert_sql(const Table& table, Conflicts conflicts);
// Of the columns that `row` brings. `key_from_before`: else the key is that of the new row.
[[nodiscard]] Sql update_sql(const Table& table, const Tuple& row, bool key_from_before);
[[nodiscard]] Sql delete_sql(const Table& table);
[[nodiscard]] bool has_key(const Table& table);
// The event brings every column.
[[nodiscard]] bool is_complete(const Table& table, const Tuple& row);
// The keys differ.
[[nodiscard]] bool changes_key(const Table& table, const Tuple& before, const Tuple& row);

}  // namespace sluice::postgres
