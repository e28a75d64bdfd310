// SPDX-License-Identifier: Apache-2.0
#include "event_json.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include <sluice/json_text.hpp>

#include "float_text.hpp"

namespace sluice::postgres {
namespace {

// From pg_type.dat: they never change.
constexpr std::uint32_t bool_type = 16;
constexpr std::uint32_t char_type = 18;
constexpr std::uint32_t name_type = 19;
constexpr std::uint32_t int8_type = 20;
constexpr std::uint32_t int2_type = 21;
constexpr std::uint32_t int4_type = 23;
constexpr std::uint32_t text_type = 25;
constexpr std::uint32_t oid_type = 26;
constexpr std::uint32_t float4_type = 700;
constexpr std::uint32_t float8_type = 701;
constexpr std::uint32_t unknown_type = 705;
constexpr std::uint32_t bpchar_type = 1042;
constexpr std::uint32_t varchar_type = 1043;

void append_tagged(std::string& out, std::string_view tag, std::string_view value) {
  out += "{\"";
  out += tag;
  out += "\":";
  out += value;
  out += '}';
}

void append_raw(std::string& out, std::string_view text) {
  out += "{\"RawText\":[";
  std::array<char, 4> digits{};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i > 0) out += ',';
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                   static_cast<unsigned>(static_cast<unsigned char>(text[i])));
    out.append(digits.data(), end.ptr);
  }
  out += "]}";
}

bool append_integer(std::string& out, std::string_view tag, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  append_tagged(out, tag, std::to_string(value));
  return true;
}

bool append_bool(std::string& out, std::string_view text) {
  if (text != "t" && text != "f") return false;
  append_tagged(out, "Bool", text == "t" ? "true" : "false");
  return true;
}

// The type "char" is one byte; zero is written as nothing, and 128 and above as \ooo.
bool append_char(std::string& out, std::string_view text) {
  if (text.size() > 1) return false;
  const int value = text.empty() ? 0 : static_cast<signed char>(text[0]);
  append_tagged(out, "Char", std::to_string(value));
  return true;
}

bool append_float(std::string& out, std::uint32_t type, std::string_view text) {
  const auto number = type == float4_type ? json_of_float4(text) : json_of_float8(text);
  if (!number) return false;
  append_tagged(out, type == float4_type ? "Float4" : "Float8", *number);
  return true;
}

bool append_string(std::string& out, std::string_view text) {
  const auto before = out.size();
  out += "{\"String\":";
  const auto start = out.size();
  append_json_string(out, text);
  out += '}';
  // It puts U+FFFD in place of what is not UTF-8: that would lose the bytes.
  constexpr std::string_view replacement = "\xef\xbf\xbd";
  if (out.find(replacement, start) != std::string::npos &&
      text.find(replacement) == std::string_view::npos) {
    out.resize(before);
    return false;
  }
  return true;
}

bool append_typed(std::string& out, std::uint32_t type, std::string_view text) {
  switch (type) {
    case bool_type:
      return append_bool(out, text);
    case char_type:
      return append_char(out, text);
    case int2_type:
      return append_integer(out, "Int2", text);
    case int4_type:
      return append_integer(out, "Int4", text);
    case oid_type:
      return append_integer(out, "Oid", text);
    case int8_type:
      return append_integer(out, "Int8", text);
    case float4_type:
    case float8_type:
      return append_float(out, type, text);
    case varchar_type:
    case text_type:
    case bpchar_type:
    case name_type:
    case unknown_type:
      return append_string(out, text);
    default:
      return false;
  }
}

std::string_view identity_name(char identity) {
  switch (identity) {
    case 'n':
      return "Nothing";
    case 'f':
      return "Full";
    case 'i':
      return "Index";
    default:
      return "Default";
  }
}

}  // namespace

void append_value(std::string& out, std::uint32_t type, std::string_view text) {
  if (!append_typed(out, type, text)) append_raw(out, text);
}

void EventJson::append_unsigned(std::string_view name, std::uint64_t value) {
  out_ += ",\"";
  out_ += name;
  out_ += "\":" + std::to_string(value);
}
void EventJson::append_number(std::string_view name, std::int64_t value) {
  out_ += ",\"";
  out_ += name;
  out_ += "\":" + std::to_string(value);
}
void EventJson::append_text(std::string_view name, std::string_view text) {
  out_ += ",\"";
  out_ += name;
  out_ += "\":";
  append_json_string(out_, text);
}

Outcome<std::string_view> EventJson::write(const Envelope& envelope, const Message& message) {
  static constexpr std::array names{"begin",  "commit", "origin", "relation", "type",
                                    "insert", "update", "delete", "truncate"};
  unknown_ = 0;
  out_ = "{\"wal_start\":" + std::to_string(envelope.wal_start);
  append_unsigned("wal_end", envelope.wal_end);
  append_number("timestamp", envelope.timestamp);
  out_ += ",\"message\":{\"type\":\"";
  out_ += names.at(message.index());
  out_ += '"';
  std::visit([this](const auto& body) { append_body(body); }, message);
  out_ += "}}";
  if (unknown_ != 0) {
    return Error{Errc::protocol,
                 "a row of the table with the OID " + std::to_string(unknown_) +
                     " does not fit what the server told of the table",
                 {}};
  }
  return std::string_view(out_);
}

void EventJson::forget() {
  columns_.clear();
  is_citext_.clear();
}

void EventJson::append_body(const Begin& begin) {
  append_unsigned("final_lsn", begin.final_lsn);
  append_number("timestamp", begin.timestamp);
  append_unsigned("xid", begin.xid);
}

void EventJson::append_body(const Commit& commit) {
  append_number("flags", commit.flags);
  append_unsigned("commit_lsn", commit.commit_lsn);
  append_unsigned("end_lsn", commit.end_lsn);
  append_number("timestamp", commit.timestamp);
}

void EventJson::append_body(const Origin& origin) {
  append_unsigned("commit_lsn", origin.commit_lsn);
  append_text("name", origin.name);
}

void EventJson::append_body(const Relation& relation) {
  append_unsigned("rel_id", relation.id);
  append_text("namespace", relation.schema);
  append_text("name", relation.name);
  append_text("replica_identity", identity_name(relation.identity));
  out_ += ",\"columns\":[";
  auto& types = columns_[relation.id];
  types.clear();
  for (const Column& column : relation.columns) {
    if (!types.empty()) out_ += ',';
    out_ += "{\"flags\":" + std::to_string(column.flags);
    append_text("name", column.name);
    append_number("type_id", static_cast<std::int32_t>(column.type));
    append_number("type_modifier", column.modifier);
    out_ += '}';
    types.push_back(column.type);
  }
  out_ += ']';
}

void EventJson::append_body(const Type& type) {
  append_unsigned("id", type.id);
  append_text("namespace", type.schema);
  append_text("name", type.name);
  is_citext_[type.id] = type.name == "citext";
}

void EventJson::append_body(const Insert& insert) {
  append_unsigned("rel_id", insert.relation);
  out_ += ",\"tuple\":";
  append_tuple(insert.relation, insert.row);
}

void EventJson::append_body(const Update& update) {
  append_unsigned("rel_id", update.relation);
  out_ += ",\"old_tuple\":";
  append_optional(update.relation, update.old_row);
  out_ += ",\"key_tuple\":";
  append_optional(update.relation, update.key);
  out_ += ",\"new_tuple\":";
  append_tuple(update.relation, update.row);
}

void EventJson::append_body(const Delete& deleted) {
  append_unsigned("rel_id", deleted.relation);
  out_ += ",\"old_tuple\":";
  append_optional(deleted.relation, deleted.old_row);
  out_ += ",\"key_tuple\":";
  append_optional(deleted.relation, deleted.key);
}

void EventJson::append_body(const Truncate& truncate) {
  append_number("options", truncate.options);
  out_ += ",\"rel_ids\":[";
  for (std::size_t i = 0; i < truncate.relations.size(); ++i) {
    if (i > 0) out_ += ',';
    out_ += std::to_string(truncate.relations[i]);
  }
  out_ += ']';
}

void EventJson::append_optional(std::uint32_t relation, const std::optional<Tuple>& tuple) {
  if (tuple) {
    append_tuple(relation, *tuple);
  } else {
    out_ += "null";
  }
}

void EventJson::append_tuple(std::uint32_t relation, const Tuple& tuple) {
  const auto types = columns_.find(relation);
  if (types == columns_.end() || types->second.size() < tuple.size()) {
    unknown_ = relation;
    return;
  }
  out_ += '[';
  for (std::size_t i = 0; i < tuple.size(); ++i) {
    if (i > 0) out_ += ',';
    if (tuple[i].kind == Cell::Kind::null) {
      out_ += "\"Null\"";
    } else if (tuple[i].kind == Cell::Kind::unchanged_toast) {
      out_ += "\"UnchangedToast\"";
    } else {
      std::uint32_t type = types->second[i];
      if (const auto found = is_citext_.find(type); found != is_citext_.end() && found->second) {
        type = text_type;
      }
      append_value(out_, type, tuple[i].text);
    }
  }
  out_ += ']';
}

}  // namespace sluice::postgres
