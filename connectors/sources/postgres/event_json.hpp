// SPDX-License-Identifier: Apache-2.0
#pragma once

// A message of pgoutput as the JSON of a record: connectors.md 4.6, byte for byte what serde_json
// writes of the official connector's types. Pure.
//
// The values of a row are written by the types of its table's columns, which a relation message
// before it told. A value that its type's tag cannot hold (NaN, text that is not UTF-8) is RawText,
// the bytes as the server writes them: an event is never dropped.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "pgoutput.hpp"

namespace sluice::postgres {

// What stands around a message.
struct Envelope {
  std::uint64_t wal_start = 0;
  std::uint64_t wal_end = 0;
  std::int64_t timestamp = 0;  // microseconds since 2000
};

class EventJson {
 public:
  // Learns from relation and type messages. Valid until the next call.
  // Errors: `protocol`: a row of a table that no relation message told of.
  [[nodiscard]] Outcome<std::string_view> write(const Envelope& envelope, const Message& message);
  void forget();

 private:
  void append_body(const Begin& begin);
  void append_body(const Commit& commit);
  void append_body(const Origin& origin);
  void append_body(const Relation& relation);
  void append_body(const Type& type);
  void append_body(const Insert& insert);
  void append_body(const Update& update);
  void append_body(const Delete& deleted);
  void append_body(const Truncate& truncate);
  void append_tuple(std::uint32_t relation, const Tuple& tuple);
  void append_optional(std::uint32_t relation, const std::optional<Tuple>& tuple);
  void append_number(std::string_view name, std::int64_t value);
  void append_unsigned(std::string_view name, std::uint64_t value);
  void append_text(std::string_view name, std::string_view text);

  std::map<std::uint32_t, std::vector<std::uint32_t>> columns_;  // types of a table's columns
  std::map<std::uint32_t, bool> is_citext_;
  std::uint32_t unknown_ = 0;
  std::string out_;
};

// One value, `{"Int4":7}`. `type` is the type's OID.
void append_value(std::string& out, std::uint32_t type, std::string_view text);

}  // namespace sluice::postgres
