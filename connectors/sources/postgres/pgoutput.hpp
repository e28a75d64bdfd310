// SPDX-License-Identifier: Apache-2.0
#pragma once

// The messages of the output plugin pgoutput, protocol version 1, taken apart. Pure.
// Source: "Logical Replication Message Formats" in PostgreSQL's manual.

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include <sluice/outcome.hpp>

namespace sluice::postgres {

struct Begin {
  std::uint64_t final_lsn = 0;
  std::int64_t timestamp = 0;  // microseconds since 2000
  std::uint32_t xid = 0;
};
struct Commit {
  std::int8_t flags = 0;
  std::uint64_t commit_lsn = 0;
  std::uint64_t end_lsn = 0;
  std::int64_t timestamp = 0;
};
struct Origin {
  std::uint64_t commit_lsn = 0;
  std::string_view name;
};
struct Column {
  std::int8_t flags = 0;  // 1: of the key
  std::string_view name;
  std::uint32_t type = 0;
  std::int32_t modifier = -1;
};
struct Relation {
  std::uint32_t id = 0;
  std::string_view schema;  // empty: pg_catalog
  std::string_view name;
  char identity = 'd';  // d, n, f, i
  std::vector<Column> columns;
};
struct Type {
  std::uint32_t id = 0;
  std::string_view schema;
  std::string_view name;  // of a domain: that of the type it is of
};
struct Cell {
  enum class Kind : std::uint8_t { null, unchanged_toast, text };
  Kind kind = Kind::null;
  std::string_view text;
};
using Tuple = std::vector<Cell>;
struct Insert {
  std::uint32_t relation = 0;
  Tuple row;
};
struct Update {
  std::uint32_t relation = 0;
  std::optional<Tuple> old_row;
  std::optional<Tuple> key;
  Tuple row;
};
struct Delete {
  std::uint32_t relation = 0;
  std::optional<Tuple> old_row;
  std::optional<Tuple> key;
};
struct Truncate {
  std::int8_t options = 0;  // 1: cascade, 2: restart identity
  std::vector<std::uint32_t> relations;
};

// Views are of the message that was decoded.
using Message =
    std::variant<Begin, Commit, Origin, Relation, Type, Insert, Update, Delete, Truncate>;

// Errors: `protocol`.
[[nodiscard]] Outcome<Message> decode_message(std::string_view bytes);

// Big-endian numbers and texts out of bytes; `failed` once they end too early.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}
  template <typename T>
  T number() {
    std::uint64_t value = 0;
    const auto bytes = take(sizeof(T));
    for (const char byte : bytes) value = value << 8U | static_cast<unsigned char>(byte);
    return static_cast<T>(value);
  }
  std::string_view take(std::size_t count);
  std::string_view text();  // up to its zero byte
  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace sluice::postgres
