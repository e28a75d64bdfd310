// SPDX-License-Identifier: Apache-2.0
#include "response_head.hpp"

#include <algorithm>
#include <charconv>

#include <sluice/json_text.hpp>

#include "charset.hpp"
#include "common/text/ascii.hpp"

namespace sluice::http {
namespace {

using namespace std::string_view_literals;
using common::lower;
using common::trimmed;

std::string version_name(std::string_view written) {
  if (written == "HTTP/2") return "HTTP/2.0";
  if (written == "HTTP/3") return "HTTP/3.0";
  return std::string(written);
}

// Headers are UTF-8, or else the old default of HTTP.
std::string value_text(std::string_view value) {
  TextDecoder decoder(is_utf8(value) ? "utf-8" : "windows-1252");
  std::string out;
  decoder.decode(value, out);
  decoder.finish(out);
  return out;
}

}  // namespace

std::string_view ResponseHead::header(std::string_view name) const {
  const auto found = std::ranges::find(headers, name, &std::pair<std::string, std::string>::first);
  return found == headers.end() ? std::string_view() : found->second;
}

void ResponseHead::remove(std::string_view name) {
  std::erase_if(headers, [&](const auto& header) { return header.first == name; });
}

HeadReader::Line HeadReader::take(std::string_view line) {
  line = trimmed(line);
  if (line.empty()) return Line::end;
  if (line.starts_with("HTTP/")) {
    head_ = {};
    const auto blank = line.find(' ');
    head_.version = version_name(line.substr(0, blank));
    if (blank != std::string_view::npos) {
      const auto code = trimmed(line.substr(blank));
      std::from_chars(code.data(), code.data() + code.size(), head_.code);
    }
    return Line::status;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return Line::header;  // not a header
  std::string name = lower(trimmed(line.substr(0, colon)));
  auto place = head_.headers.end();
  for (auto it = head_.headers.begin(); it != head_.headers.end(); ++it) {
    if (it->first == name) place = it + 1;
  }
  head_.headers.insert(place, {std::move(name), value_text(trimmed(line.substr(colon + 1)))});
  return Line::header;
}

std::string media_type(std::string_view content_type) {
  return lower(trimmed(content_type.substr(0, content_type.find(';'))));
}

std::string charset_of(std::string_view content_type) {
  while (!content_type.empty()) {
    const auto end = content_type.find(';');
    const std::string part = lower(trimmed(content_type.substr(0, end)));
    if (part.starts_with("charset=")) {
      std::string_view name = trimmed(std::string_view(part).substr(8));
      if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
        name = name.substr(1, name.size() - 2);
      }
      return std::string(name);
    }
    content_type = end == std::string_view::npos ? ""sv : content_type.substr(end + 1);
  }
  return {};
}

}  // namespace sluice::http
