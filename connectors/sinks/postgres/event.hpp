// SPDX-License-Identifier: Apache-2.0
#pragma once

// An event of the postgres source, taken out of its JSON (connectors.md 4.6). Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <sluice/outcome.hpp>

namespace sluice::postgres {

struct BeginEvent {
  std::int64_t lsn = 0;   // of its commit
  std::int64_t time = 0;  // of its commit, microseconds since 2000
  bool is_snapshot = false;
};
struct CommitEvent {};
struct OtherEvent {};  // origin, and types that a later source may have
struct Column {
  std::string name;
  bool is_key = false;
  std::uint32_t type = 0;
  std::int32_t modifier = -1;
};
struct RelationEvent {
  std::uint32_t id = 0;
  std::string schema;
  std::string name;
  std::string identity;  // Default, Nothing, Full, Index
  std::vector<Column> columns;
};
struct TypeEvent {
  std::uint32_t id = 0;
  std::string schema;
  std::string name;
};
// A value as text for the server, which knows the type; or none: NULL.
struct Cell {
  bool is_unchanged = false;  // the row keeps what it has
  std::optional<std::string> text;
};
using Tuple = std::vector<Cell>;
struct InsertEvent {
  std::uint32_t relation = 0;
  Tuple row;
};
struct UpdateEvent {
  std::uint32_t relation = 0;
  std::optional<Tuple> before;  // the old row, or of it the key
  Tuple row;
};
struct DeleteEvent {
  std::uint32_t relation = 0;
  std::optional<Tuple> before;
};
struct TruncateEvent {
  bool restart_identity = false;
  std::vector<std::uint32_t> relations;
};

using Event = std::variant<BeginEvent, CommitEvent, OtherEvent, RelationEvent, TypeEvent,
                           InsertEvent, UpdateEvent, DeleteEvent, TruncateEvent>;

// Errors: `malformed`, with what is wrong.
[[nodiscard]] Outcome<Event> parse_event(std::string_view json);

}  // namespace sluice::postgres
