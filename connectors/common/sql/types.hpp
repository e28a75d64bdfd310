// SPDX-License-Identifier: Apache-2.0
#pragma once

// Types of columns, and the values that go into them as parameters. Pure.
//
// A value is checked and brought into one form before a database sees it, so that what a database
// would cut off or guess at (`2024-02-31`, 300 in a SmallInt) is an error of the record.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "common/sql/json_tree.hpp"

namespace sluice::common::sql {

enum class SqlType : std::uint8_t {
  boolean,
  character,
  small_int,
  integer,
  big_int,
  real,
  double_precision,
  text,
  bytes,
  numeric,
  timestamp,
  date,
  time,
  uuid,
  json,
  other,  // of a column: the database reads its text
};

// The names of the SQL model (`DoublePrecision`), and those of SQL in any case.
[[nodiscard]] std::optional<SqlType> parse_type(std::string_view name);
[[nodiscard]] std::string_view name_of(SqlType type);

struct Bytes {
  std::string data;
  friend bool operator==(const Bytes&, const Bytes&) = default;
};
// Null, or a value. What is neither number nor boolean is the text of its type.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string, Bytes>;

// What differs between databases.
struct ValueRules {
  bool keeps_zone = false;  // a timestamp that had a zone ends in `+00`; else it is UTC without
  bool takes_nan = false;   // NaN and infinities in Float and DoublePrecision
};

// `raw_value` of the SQL model and texts of JSON. Timestamps are `YYYY-MM-DD[T ]hh:mm[:ss[.f]]`
// with or without a zone, and become UTC. Bytes are the bytes of the text. A Char is a number from
// -128 to 127, as the official sink has it, or one character.
// Errors: `malformed`, with the value, shortened.
[[nodiscard]] Outcome<Value> convert_text(SqlType type, std::string_view text, ValueRules rules);
// A JSON value for a column of the type: null is NULL, an object or list is JSON or its text.
[[nodiscard]] Outcome<Value> convert_json(SqlType type, const Json& json, ValueRules rules);
// The type of a new column for such a value; none for null, which says nothing.
[[nodiscard]] std::optional<SqlType> type_for(const Json& json);

// For messages: at most 64 bytes, in backticks, without line feeds.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace sluice::common::sql
