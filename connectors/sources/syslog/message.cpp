// SPDX-License-Identifier: Apache-2.0
#include "message.hpp"

#include <array>

#include "timestamp.hpp"

namespace sluice::syslog {
namespace {

constexpr int priority_max = 191;

Error malformed(std::string text) {
  return {Errc::malformed, std::move(text), {}};
}

bool take_priority(Scanner& scanner, Message& message) {
  auto copy = scanner;
  if (!copy.take('<')) return false;
  const auto priority = copy.number(3);
  if (!priority || *priority > priority_max || !copy.take('>')) return false;
  message.facility = *priority / 8;
  message.severity = *priority % 8;
  scanner = copy;
  return true;
}

std::optional<std::string_view> nil_or(std::string_view text) {
  if (text == "-") return std::nullopt;
  return text;
}

// A value up to its closing quote, with \" \\ and \] for those characters.
std::optional<std::string> take_value(Scanner& scanner) {
  std::string out;
  while (!scanner.done()) {
    const char c = scanner.take_count(1).front();
    if (c == '"') return out;
    if (c == '\\' && !scanner.done()) {
      const char next = scanner.rest().front();
      if (next == '"' || next == '\\' || next == ']') {
        out += scanner.take_count(1);
        continue;
      }
    }
    out += c;
  }
  return std::nullopt;
}

// Behind the `[` of an element.
std::optional<Element> take_element(Scanner& scanner) {
  Element element;
  const auto end = scanner.rest().find_first_of(" ]");
  if (end == 0 || end == std::string_view::npos) return std::nullopt;
  element.id = scanner.take_count(end);
  while (scanner.take(' ')) {
    const auto name = scanner.until('=');
    if (!name || name->empty() || !scanner.take('"')) return std::nullopt;
    auto value = take_value(scanner);
    if (!value) return std::nullopt;
    element.params.emplace_back(*name, std::move(*value));
  }
  if (!scanner.take(']')) return std::nullopt;
  return element;
}

bool take_structured_data(Scanner& scanner, Message& message) {
  if (scanner.take('-')) return true;
  if (scanner.rest().empty() || scanner.rest().front() != '[') return false;
  while (scanner.take('[')) {
    auto element = take_element(scanner);
    if (!element) return false;
    message.structured_data.push_back(std::move(*element));
  }
  return true;
}

std::string_view without_line_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == '\0')) {
    text.remove_suffix(1);
  }
  return text;
}

// Behind the version.
Outcome<Message> parse_5424(Scanner scanner, Message message) {
  message.format = Format::rfc5424;
  std::array<std::string_view, 5> words;
  for (auto& word : words) {
    const auto found = scanner.until(' ');
    if (!found || found->empty()) return malformed("an RFC 5424 header has five words and data");
    word = *found;
  }
  const auto [time, host, app, procid, msgid] = words;
  if (time != "-" && !is_iso_time(time)) return malformed("the time is not one of RFC 5424");
  if (time != "-") message.timestamp = std::string(time);
  message.host = nil_or(host);
  message.app = nil_or(app);
  message.procid = nil_or(procid);
  message.msgid = nil_or(msgid);
  if (!take_structured_data(scanner, message)) {
    return malformed("the structured data are not those of RFC 5424");
  }
  if (!scanner.done() && !scanner.take(' ')) return malformed("no space behind structured data");
  message.message = scanner.rest();
  if (message.message.starts_with("\xef\xbb\xbf")) message.message.remove_prefix(3);
  return message;
}

// `app[123]: `, `app: `, or no tag at all.
void take_tag(Scanner& scanner, Message& message) {
  const auto text = scanner.rest();
  const auto end = text.find_first_of("[: ");
  if (end == std::string_view::npos || end == 0 || text[end] == ' ') return;
  auto copy = scanner;
  const auto app = copy.take_count(end);
  std::optional<std::string_view> procid;
  if (copy.take('[')) {
    procid = copy.until(']');
    if (!procid || procid->find(' ') != std::string_view::npos) return;
  }
  if (!copy.take(':')) return;
  copy.take(' ');
  message.app = app;
  message.procid = procid;
  scanner = copy;
}

bool take_time(Scanner& scanner, Message& message, Now now) {
  if (auto time = take_old_time(scanner, now)) {
    message.timestamp = std::move(time);
    scanner.take(':');  // Cisco
    return scanner.take(' ');
  }
  auto copy = scanner;
  const auto word = copy.until(' ');
  if (!word || !is_iso_time(*word)) return false;
  message.timestamp = std::string(*word);
  scanner = copy;
  return true;
}

Message parse_3164(Scanner scanner, Message message, Now now) {
  message.format = Format::rfc3164;
  if (take_time(scanner, message, now)) {
    // Local senders leave the host out: then the tag follows.
    auto copy = scanner;
    const auto word = copy.until(' ');
    const bool is_host = word && !word->empty() && !word->ends_with(':') &&
                         word->find('[') == std::string_view::npos;
    if (is_host) {
      message.host = *word;
      scanner = copy;
    }
  }
  take_tag(scanner, message);
  message.message = scanner.rest();
  return message;
}

}  // namespace

Outcome<Message> parse_message(std::string_view text, const ParseRules& rules) {
  Scanner scanner(without_line_end(text));
  Message message;
  const bool has_priority = take_priority(scanner, message);
  if (!has_priority && rules.priority_required) return malformed("it has no priority, as <13>");
  if (rules.format != Format::rfc3164) {
    auto copy = scanner;
    const auto version = copy.number(3);
    if (has_priority && version == 1 && copy.take(' ')) return parse_5424(copy, message);
    if (rules.format == Format::rfc5424) return malformed("it has no version 1 of RFC 5424");
  }
  auto parsed = parse_3164(scanner, message, rules.now);
  if (!has_priority && !parsed.timestamp) return malformed("it has neither priority nor time");
  return parsed;
}

std::string_view facility_name(int facility) {
  static constexpr std::array<std::string_view, 24> names{
      "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
      "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "audit",  "alert",  "clock",
      "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};
  return names.at(static_cast<std::size_t>(facility));
}

std::string_view severity_name(int severity) {
  static constexpr std::array<std::string_view, 8> names{"emerg",   "alert",  "crit", "err",
                                                         "warning", "notice", "info", "debug"};
  return names.at(static_cast<std::size_t>(severity));
}

}  // namespace sluice::syslog
