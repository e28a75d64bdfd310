// SPDX-License-Identifier: Apache-2.0
#pragma once

// A syslog message, and how it is read from text: RFC 5424, RFC 3164 and what senders make of
// that, and the lines of log files, which have no priority. Pure.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sluice/outcome.hpp>

namespace sluice::syslog {

enum class Format : std::uint8_t { automatic, rfc3164, rfc5424 };

struct Element {  // of structured data
  std::string id;
  std::vector<std::pair<std::string, std::string>> params;  // a name may come twice
};

// Views are into the text. An absent part is none.
struct Message {
  Format format = Format::automatic;  // automatic: it is neither
  std::optional<int> facility;
  std::optional<int> severity;
  std::optional<std::string> timestamp;  // ISO 8601, with its zone
  std::optional<std::string_view> host;
  std::optional<std::string_view> app;
  std::optional<std::string_view> procid;
  std::optional<std::string_view> msgid;
  std::vector<Element> structured_data;
  std::string_view message;
};

struct ParseRules {
  Format format = Format::automatic;
  bool priority_required = true;  // not in files
  // For times without a year or zone: they are of the machine's zone, and not in the future.
  std::chrono::system_clock::time_point now;
};

// Errors: `malformed`, with what is wrong.
[[nodiscard]] Outcome<Message> parse_message(std::string_view text, const ParseRules& rules);

[[nodiscard]] std::string_view facility_name(int facility);
[[nodiscard]] std::string_view severity_name(int severity);

}  // namespace sluice::syslog
