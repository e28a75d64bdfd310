// SPDX-License-Identifier: Apache-2.0
#include "common/record_text/record_text.hpp"

#include <sluice/base64.hpp>
#include <sluice/json_text.hpp>

namespace sluice::common {
namespace {

std::size_t replacements(std::string_view text) {
  constexpr std::string_view replacement = "\xef\xbf\xbd";
  std::size_t count = 0;
  for (auto at = text.find(replacement); at != std::string_view::npos;
       at = text.find(replacement, at + replacement.size())) {
    ++count;
  }
  return count;
}

// Text stands as text; bytes that are no text as base64 under another name, so that every value
// can be had back exactly.
void append_field(std::string& out, std::string_view name, std::string_view bytes) {
  const std::size_t before = out.size();
  out += ",\"";
  out += name;
  out += "\":";
  const std::size_t text = out.size();
  append_json_string(out, bytes);
  // More of these than before: some bytes were no text and were replaced.
  if (replacements(std::string_view(out).substr(text)) == replacements(bytes)) return;
  out.resize(before);
  out += ",\"";
  out += name;
  out += "_base64\":\"";
  out += to_base64(bytes);
  out += '"';
}

void append_json(std::string& out, const SinkRecord& record) {
  out += "{\"partition\":" + std::to_string(record.partition.value) +
         ",\"offset\":" + std::to_string(record.offset.value);
  if (record.index > 0) out += ",\"index\":" + std::to_string(record.index);
  out += ",\"timestamp\":";
  const auto since_1970 = record.timestamp.count();
  out += since_1970 < 0 ? "null" : std::to_string(since_1970);
  if (record.key) {
    append_field(out, "key", *record.key);
  } else {
    out += ",\"key\":null";
  }
  append_field(out, "value", record.value);
  out += '}';
}

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    switch (c) {
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        out += c;
    }
  }
}

}  // namespace

void append_record(std::string& out, const SinkRecord& record, LineFormat format,
                   Newlines newlines) {
  if (format == LineFormat::json) {
    append_json(out, record);
  } else if (newlines == Newlines::escape) {
    append_escaped(out, record.value);
  } else {
    out += record.value;
  }
  out += '\n';
}

}  // namespace sluice::common
