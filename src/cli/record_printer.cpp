// SPDX-License-Identifier: Apache-2.0
#include "cli/record_printer.hpp"

#include "base/text.hpp"
#include "cli/format.hpp"
#include "sluice/base64.hpp"
#include "sluice/json_text.hpp"

namespace sluice::cli {
namespace {

void append_bytes(std::string& out, std::string_view name, std::string_view bytes) {
  const bool is_text = is_utf8(bytes);
  out.append(",\"").append(name).append(is_text ? "\":\"" : "_base64\":\"");
  out += is_text ? json_escape(bytes) : to_base64(bytes);
  out += '"';
}

}  // namespace

void append_json(std::string& out, const Placed& placed) {
  const auto& record = placed.record;
  out.append("{\"topic\":\"").append(json_escape(placed.topic));
  out.append("\",\"partition\":").append(std::to_string(placed.partition.value));
  out.append(",\"offset\":").append(std::to_string(record.offset.value));
  if (record.timestamp.count() >= 0) {
    out.append(",\"time\":\"").append(utc_time(record.timestamp)).append("\"");
  } else {
    out += ",\"time\":null";
  }
  if (record.key) {
    append_bytes(out, "key", *record.key);
  } else {
    out += ",\"key\":null";
  }
  append_bytes(out, "value", record.value);
  out += '}';
}

void RecordPrinter::append(std::string& out, const Placed& placed) const {
  const auto& record = placed.record;
  if (line) {
    line->append(out, placed);
  } else if (format == RecordFormat::json) {
    append_json(out, placed);
  } else {
    if (keys) out.append("[").append(record.key.value_or("null")).append("] ");
    out += record.value;
    if (format == RecordFormat::raw) return;
  }
  out += '\n';
}

}  // namespace sluice::cli
