// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one record wants done to a table, before the table is looked at; and the two ways to it:
// the SQL model that the official sink takes (the SmartModule json-sql makes it), and a mapping of
// plain JSON to columns. Pure.

#include <optional>
#include <string>
#include <vector>

#include <sluice/connector/sink.hpp>

#include "common/sql/mapping_options.hpp"
#include "common/sql/types.hpp"

namespace sluice::common::sql {

enum class Action : std::uint8_t { insert, upsert, erase };

struct Cell {
  std::string column;
  std::optional<SqlType> type;  // none: that of the column
  Json value;
  bool is_raw = false;  // `raw_value`: an empty text is NULL, unless the type is of texts
};

struct Change {
  Action action = Action::insert;
  std::string table;
  std::vector<Cell> cells;
  std::vector<std::string> key;  // of an upsert, the columns that are unique together
};

// {"Insert":{"table":"t","values":[{"column":"id","raw_value":"7","type":"Int"}]}}, or `Upsert`
// with `"uniq_idx":"id"`, several columns joined by commas. Errors: `malformed`.
[[nodiscard]] Outcome<Change> parse_sql_model(std::string_view text);

// A JSON object, with the declared columns or, without any, a column for each member.
// Errors: `malformed`.
[[nodiscard]] Outcome<Change> map_json(const SinkRecord& record, const MappingOptions& options);

// As the options say.
[[nodiscard]] Outcome<Change> read_change(const SinkRecord& record, const MappingOptions& options);

// The value of a cell for a column of `type`. Errors: `malformed`, with the column's name.
[[nodiscard]] Outcome<Value> cell_value(const Cell& cell, SqlType type,
                                        const MappingOptions& options, ValueRules rules);

}  // namespace sluice::common::sql
