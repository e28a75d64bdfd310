// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON as text: pointers into a value, the order of members, writing. Include
// <sluice/smartmodule/json.hpp>, which says how to use it.

#include "sluice/smartmodule/json_value.hpp"

namespace sluice::guest::json {

// The next name of a JSON pointer, `~0` and `~1` undone; `rest` is what follows.
inline Text pointer_step(Text& rest) {
  rest = rest.after(1);
  const Text raw = rest.first(rest.find("/"));
  rest = rest.after(raw.size());
  if (!raw.contains("~")) return raw;
  Buffer name;
  for (size_t i = 0; i < raw.size(); ++i) {
    const bool escaped = raw[i] == '~' && i + 1 < raw.size() && (raw[i + 1] | 1) == '1';
    name.append(escaped ? (raw[++i] == '0' ? '~' : '/') : raw[i]);
  }
  return name.view();
}

// A position in an array: digits, without zeros in front.
inline Optional<size_t> parse_index(Text text) {
  if (text.empty() || text.size() > 9 || (text[0] == '0' && text.size() > 1)) return none;
  size_t index = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return none;
    index = index * 10 + static_cast<size_t>(c - '0');
  }
  return index;
}

inline Value* Value::at_pointer(Text pointer) const {
  auto* value = const_cast<Value*>(this);
  if (!pointer.empty() && pointer[0] != '/') return nullptr;
  while (value != nullptr && !pointer.empty()) {
    const Text name = pointer_step(pointer);
    if (value->is_array()) {
      const auto index = parse_index(name);
      value = index ? value->item(*index) : nullptr;
    } else {
      value = value->find(name);
    }
  }
  return value;
}

// Puts the members of all objects in the order of their names' bytes.
inline void sort_members(const Value& value) {
  const auto members = value.members();
  for (uint32_t gap = members.count / 2; gap > 0; gap /= 2) {  // Shell's sort: short, no memory
    for (uint32_t i = gap; i < members.count; ++i) {
      const Member moving = members.first[i];
      uint32_t at = i;
      while (at >= gap && is_before(moving.name, members.first[at - gap].name)) {
        members.first[at] = members.first[at - gap];
        at -= gap;
      }
      members.first[at] = moving;
    }
  }
  for (const Member& m : members) sort_members(m.value);
  for (const Value& item : value.items()) sort_members(item);
}

inline void write_text(Buffer& out, Text text) {
  static constexpr char hex[] = "0123456789abcdef";
  out.append('"');
  size_t plain = 0;  // where the run of characters begins that stay as they are
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text.after(plain).first(i - plain)).append('\\');
    plain = i + 1;
    const size_t known = Text("\"\\\b\f\n\r\t").find(text.after(i).first(1));
    if (known != Text::npos)
      out.append("\"\\bfnrt"[known]);
    else
      out.append("u00").append(hex[c >> 4]).append(hex[c & 15]);
  }
  out.append(text.after(plain)).append('"');
}

// Compact: no spaces.
inline void write(Buffer& out, const Value& value) {
  if (value.is_text()) return write_text(out, value.text());
  if (!value.is_array() && !value.is_object()) {
    out.append(value.text());
    return;
  }
  char before = value.is_array() ? '[' : '{';
  for (const Value& item : value.items()) {
    out.append(before);
    write(out, item);
    before = ',';
  }
  for (const Member& m : value.members()) {
    out.append(before);
    write_text(out, m.name);
    out.append(':');
    write(out, m.value);
    before = ',';
  }
  if (before != ',') out.append(before);
  out.append(value.is_array() ? ']' : '}');
}

inline Text to_text(const Value& value) {
  Buffer out;
  write(out, value);
  return out.view();
}

}  // namespace sluice::guest::json
