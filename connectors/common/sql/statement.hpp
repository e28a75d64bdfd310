// SPDX-License-Identifier: Apache-2.0
#pragma once

// SQL text, per database. Names are always quoted and values always parameters, so that no name or
// value of a record is ever read as SQL. Pure.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/sql/change.hpp"

namespace sluice::common::sql {

enum class Dialect : std::uint8_t { postgres, sqlite, mysql, duckdb };

// How many parameters one statement may have, and so how many rows.
constexpr std::size_t parameters_max = 32'766;

[[nodiscard]] ValueRules value_rules(Dialect dialect);

[[nodiscard]] std::string quote_name(Dialect dialect, std::string_view name);
// `table`, `schema.table`, and `"a.b".table` when a dot is part of a name.
[[nodiscard]] std::vector<std::string> split_table(std::string_view table);
// How many parts such a name may have.
[[nodiscard]] constexpr std::size_t table_parts_max(Dialect dialect) {
  return dialect == Dialect::duckdb ? 3 : 2;
}
[[nodiscard]] std::string quote_table(Dialect dialect, std::span<const std::string> parts);

// What is done to rows, all of the same columns: made once, run for many rows.
struct Statement {
  Action action = Action::insert;
  std::string table;                 // quoted
  std::vector<std::string> columns;  // the values' order; as the table has them, not quoted
  std::vector<std::string> key;
  // Of an upsert: a row may have another row's value in a unique key that is not `key`. MySQL's
  // upsert would change that row, so it is a `keyed_update`, then an insert.
  bool meets_other_keys = false;

  friend bool operator==(const Statement&, const Statement&) = default;
};

// The text for `rows` rows, each with a parameter for each column. Only inserts and upserts take
// more than one.
[[nodiscard]] std::string statement_text(Dialect dialect, const Statement& statement,
                                         std::size_t rows);

// Sets the row that has the key, if there is one. Its parameters are these of the columns.
struct KeyedUpdate {
  std::string text;
  std::vector<std::size_t> parameters;
};
[[nodiscard]] KeyedUpdate keyed_update(Dialect dialect, const Statement& statement);

struct NewColumn {
  std::string name;
  SqlType type = SqlType::text;
};
[[nodiscard]] std::string add_column_text(Dialect dialect, std::string_view quoted_table,
                                          const NewColumn& column);
// The key becomes the primary key, when there is one.
[[nodiscard]] std::string create_table_text(Dialect dialect, std::string_view quoted_table,
                                            std::span<const NewColumn> columns,
                                            std::span<const std::string> key);

}  // namespace sluice::common::sql
