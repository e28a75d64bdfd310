// SPDX-License-Identifier: Apache-2.0
#include "pgoutput.hpp"

#include <string>

namespace sluice::postgres {
namespace {

// A tuple's cells take a byte at least, so a wrong count cannot ask for much memory.
Tuple read_tuple(ByteReader& in) {
  Tuple tuple;
  const auto count = in.number<std::uint16_t>();
  for (std::uint16_t i = 0; i < count && !in.failed(); ++i) {
    const char kind = in.number<char>();
    if (kind == 'n') {
      tuple.push_back({});
    } else if (kind == 'u') {
      tuple.push_back({.kind = Cell::Kind::unchanged_toast});
    } else if (kind == 't') {
      const auto size = in.number<std::uint32_t>();
      tuple.push_back({.kind = Cell::Kind::text, .text = in.take(size)});
    } else {
      in.take(in.rest().size() + 1);  // binary was not asked for
    }
  }
  return tuple;
}

Relation read_relation(ByteReader& in) {
  Relation out{.id = in.number<std::uint32_t>(), .schema = in.text(), .name = in.text()};
  out.identity = in.number<char>();
  const auto count = in.number<std::uint16_t>();
  for (std::uint16_t i = 0; i < count && !in.failed(); ++i) {
    out.columns.push_back({.flags = in.number<std::int8_t>(),
                           .name = in.text(),
                           .type = in.number<std::uint32_t>(),
                           .modifier = in.number<std::int32_t>()});
  }
  return out;
}

// K: the key, O: the whole old row.
char read_old(ByteReader& in, char kind, std::optional<Tuple>& old_row, std::optional<Tuple>& key) {
  if (kind == 'O') {
    old_row = read_tuple(in);
  } else if (kind == 'K') {
    key = read_tuple(in);
  } else {
    return kind;
  }
  return in.rest().empty() ? '\0' : in.number<char>();
}

Truncate read_truncate(ByteReader& in) {
  Truncate out;
  const auto count = in.number<std::uint32_t>();
  out.options = in.number<std::int8_t>();
  for (std::uint32_t i = 0; i < count && !in.failed(); ++i) {
    out.relations.push_back(in.number<std::uint32_t>());
  }
  return out;
}

std::optional<Message> read_row_message(char kind, ByteReader& in) {
  if (kind == 'I') {
    Insert out{.relation = in.number<std::uint32_t>()};
    if (in.number<char>() != 'N') return std::nullopt;
    out.row = read_tuple(in);
    return out;
  }
  if (kind == 'U') {
    Update out{.relation = in.number<std::uint32_t>()};
    const char next = read_old(in, in.number<char>(), out.old_row, out.key);
    if (next != 'N') return std::nullopt;
    out.row = read_tuple(in);
    return out;
  }
  if (kind == 'D') {
    Delete out{.relation = in.number<std::uint32_t>()};
    if (read_old(in, in.number<char>(), out.old_row, out.key) != '\0') return std::nullopt;
    return out;
  }
  if (kind == 'T') return read_truncate(in);
  return std::nullopt;
}

std::optional<Message> read_message(char kind, ByteReader& in) {
  switch (kind) {
    case 'B':
      return Begin{in.number<std::uint64_t>(), in.number<std::int64_t>(),
                   in.number<std::uint32_t>()};
    case 'C':
      return Commit{in.number<std::int8_t>(), in.number<std::uint64_t>(),
                    in.number<std::uint64_t>(), in.number<std::int64_t>()};
    case 'O':
      return Origin{in.number<std::uint64_t>(), in.text()};
    case 'R':
      return read_relation(in);
    case 'Y':
      return Type{in.number<std::uint32_t>(), in.text(), in.text()};
    default:
      return read_row_message(kind, in);
  }
}

}  // namespace

std::string_view ByteReader::take(std::size_t count) {
  if (count > rest_.size()) {
    failed_ = true;
    rest_ = {};
    return {};
  }
  const auto taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::string_view ByteReader::text() {
  const auto end = rest_.find('\0');
  if (end == std::string_view::npos) {
    failed_ = true;
    rest_ = {};
    return {};
  }
  const auto taken = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return taken;
}

Outcome<Message> decode_message(std::string_view bytes) {
  ByteReader in(bytes);
  const char kind = in.number<char>();
  auto message = in.failed() ? std::nullopt : read_message(kind, in);
  if (message && !in.failed() && in.rest().empty()) return *std::move(message);
  return Error{Errc::protocol,
               "a message of pgoutput cannot be read: kind " +
                   std::to_string(static_cast<unsigned char>(kind)) + ", " +
                   std::to_string(bytes.size()) + " bytes",
               {}};
}

}  // namespace sluice::postgres
