// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one row of an option table says, with the types of the members erased.
//
// Authors do not write these: `option<&O::member>(...)` in table.hpp makes them, at compile
// time. Everything that reads options (command line, YAML, schema, help) works on rows, so it
// is compiled once, in src/options, and not once per connector.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice {

// What one value is.
enum class OptionKind : std::uint8_t {
  text,
  boolean,
  integer,
  number,
  duration,
  byte_size,
  url,
  choice,  // an enum with names
  header,
  json,
};

// How many values a member holds.
enum class OptionShape : std::uint8_t {
  single,
  optional,
  list,
  map,     // text -> value
  table,   // a struct with a table of its own: a nested mapping in YAML
  group,   // the same, but its rows are merged into the parent's
  tables,  // a list of such structs
};

namespace options {

// One value on its way between text and a member. Durations are nanoseconds in int64.
using Scalar = std::variant<bool, std::int64_t, std::uint64_t, double, std::string>;

struct Entry {
  std::string key;  // of a map, else empty
  Scalar value;
};

using Bound = std::variant<std::monostate, std::int64_t, std::uint64_t, double>;

// A list with a fixed room, usable in constant expressions. Too many items do not compile.
template <typename T, std::size_t room>
struct FixedList {
  std::array<T, room> items{};
  std::size_t count = 0;

  constexpr void push(const T& item) { items.at(count++) = item; }
  [[nodiscard]] constexpr bool empty() const { return count == 0; }
  [[nodiscard]] constexpr auto begin() const { return items.begin(); }
  [[nodiscard]] constexpr auto end() const {
    return items.begin() + static_cast<std::ptrdiff_t>(count);
  }
};
using Words = FixedList<std::string_view, 24>;

// The facts about a value type.
struct ValueInfo {
  OptionKind kind = OptionKind::text;
  std::string_view format;  // of the schema: int64, double, uri ...
  bool secret = false;
  Bound lowest, highest;     // what the type can hold
  std::int64_t tick_ns = 1;  // durations: the unit of the member
  Words choices;             // of an enum
  // More rules for the text of a value: what is wrong with it, or empty.
  std::string (*check)(std::string_view text) = nullptr;
  // In YAML `{k: v}` may stand for the text `k=v`.
  bool pair_as_text = false;
};

}  // namespace options

struct OptionRow {
  std::string_view name;  // in words with dashes: --user-agent, user_agent in YAML
  std::string_view text;  // one or two sentences for the user
  options::ValueInfo value;
  OptionShape shape = OptionShape::single;

  bool is_required = false;
  bool is_secret = false;
  bool is_hidden = false;
  bool in_schema = true;
  bool on_command_line = true;
  bool takes_structures = false;  // a map keeps lists and mappings of YAML as JSON text
  bool is_positional = false;
  char short_letter = 0;
  std::string_view value_text;  // name of the value in help
  std::string_view yaml_key;    // when it is not `name` with underscores
  std::string_view env_name;
  std::string_view group_name;  // at most one option of a group may be given
  std::string_view instead;     // deprecated: what to use instead
  std::string_view config_key;  // path in the neutral configuration that supplies the value
  std::string_view empty_word;  // of a list: the word that means the empty list
  options::FixedList<std::string_view, 6> aliases;
  options::Words choices;
  options::FixedList<std::string_view, 8> schemes;  // of a URL
  options::Bound least, most;
  std::int64_t bare_unit_ns = 0;  // durations: the unit of a number without one; 0: an error

  // Read and write the member of `object`; the object is the table's struct.
  std::vector<options::Entry> (*load)(const void* object) = nullptr;
  void (*store)(void* object, std::vector<options::Entry> entries) = nullptr;
  // table, group, tables: the rows inside, and where they live.
  std::span<const OptionRow> (*rows)() = nullptr;
  void* (*descend)(void* object) = nullptr;
  void* (*add)(void* object) = nullptr;
  void (*clear)(void* object) = nullptr;

  [[nodiscard]] constexpr bool repeats() const {
    return shape == OptionShape::list || shape == OptionShape::map || shape == OptionShape::tables;
  }
  [[nodiscard]] constexpr bool is_switch() const {
    return value.kind == OptionKind::boolean &&
           (shape == OptionShape::single || shape == OptionShape::optional);
  }
  [[nodiscard]] constexpr bool masks_value() const { return is_secret || value.secret; }
};

}  // namespace sluice
