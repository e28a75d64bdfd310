// SPDX-License-Identifier: Apache-2.0
#include "record_layout.hpp"

#include <map>
#include <vector>

#include <sluice/json_text.hpp>

#include "common/http/http_status.hpp"

namespace sluice::http {
namespace {

std::string text_head(const ResponseHead& head) {
  std::string out = head.version + ' ' + std::to_string(head.code) + ' ';
  out += common::reason_phrase(head.code);
  out += '\n';
  bool first = true;
  for (const auto& [name, value] : head.headers) {
    if (!first) out += '\n';
    first = false;
    out += name + ": " + value;
  }
  return out + "\n\n";
}

void append_values(std::string& out, const std::vector<std::string_view>& values) {
  if (values.size() == 1) return append_json_string(out, values.front());
  char separator = '[';
  for (const std::string_view value : values) {
    out += separator;
    append_json_string(out, value);
    separator = ',';
  }
  out += ']';
}

std::string json_head(const ResponseHead& head) {
  std::string out =
      "{\"status\":{\"version\":\"" + head.version + "\",\"code\":" + std::to_string(head.code);
  if (const auto reason = common::reason_phrase(head.code); !reason.empty()) {
    out += ",\"string\":";
    append_json_string(out, reason);
  }
  out += "},\"header\":{";
  std::map<std::string_view, std::vector<std::string_view>> sorted;
  for (const auto& [name, value] : head.headers) sorted[name].push_back(value);
  bool first = true;
  for (const auto& [name, values] : sorted) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, name);
    out += ':';
    append_values(out, values);
  }
  return out + "},\"body\":";
}

}  // namespace

RecordLayout::RecordLayout(OutputParts parts, OutputType type, const ResponseHead& head)
    : json_(type == OutputType::json) {
  if (parts == OutputParts::full) {
    before_ = json_ ? json_head(head) : text_head(head);
  } else if (json_) {
    before_ = "{\"body\":";
  }
}

std::string_view RecordLayout::record(std::string_view body) {
  if (before_.empty()) return body;
  record_ = before_;
  if (json_) {
    append_json_string(record_, body);
    record_ += '}';
  } else {
    record_ += body;
  }
  return record_;
}

}  // namespace sluice::http
