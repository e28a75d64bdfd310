// SPDX-License-Identifier: Apache-2.0
#pragma once

// Status line and headers of a response, read from the lines that came.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::http {

struct ResponseHead {
  std::string version = "HTTP/1.1";  // HTTP/0.9 HTTP/1.0 HTTP/1.1 HTTP/2.0 HTTP/3.0
  int code = 0;
  // Names in lower case; a repeated header stands behind its first one. Values are UTF-8.
  std::vector<std::pair<std::string, std::string>> headers;

  // The first value, or empty. Requires: lower case.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  void remove(std::string_view name);
};

// Takes the lines of one response, with or without their line ends, up to the empty one.
class HeadReader {
 public:
  enum class Line { status, header, end };
  // A status line begins a new head.
  Line take(std::string_view line);
  [[nodiscard]] ResponseHead& head() { return head_; }

 private:
  ResponseHead head_;
};

// `text/event-stream` of `Text/Event-Stream; charset=utf-8`, in lower case.
[[nodiscard]] std::string media_type(std::string_view content_type);
// `utf-8` of the same, in lower case; empty when it names none.
[[nodiscard]] std::string charset_of(std::string_view content_type);

}  // namespace sluice::http
