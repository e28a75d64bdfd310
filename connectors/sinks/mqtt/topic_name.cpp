// SPDX-License-Identifier: Apache-2.0
#include "topic_name.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>

#include <sluice/json_text.hpp>

#include "common/mqtt/packet.hpp"

namespace sluice::mqtt {
namespace {

// The first of U+0000..U+001F and U+007F..U+009F. Requires: `text` is UTF-8.
std::optional<unsigned> control_character(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x20 || byte == 0x7f) return byte;
    if (byte != 0xc2) continue;
    // U+0080..U+00BF are 0xc2 and the same number.
    const auto next = static_cast<unsigned char>(text[++at]);
    if (next < 0xa0) return next;
  }
  return std::nullopt;
}

std::string hex(unsigned value, int digits) {
  std::array<char, 16> room{};
  std::snprintf(room.data(), room.size(), "%0*X", digits, value);
  return room.data();
}

Error malformed(std::string text) {
  return {Errc::malformed, std::move(text), {}};
}

Outcome<std::string> checked_part(std::string text) {
  const auto problem = topic_problem(text);
  if (problem.empty()) return text;
  return malformed('`' + printable(text) + "` cannot stand in a topic: it " + problem);
}

}  // namespace

std::string topic_problem(std::string_view text) {
  if (!is_utf8(text)) return "is not UTF-8 text";
  if (const auto found = control_character(text)) {
    return "has the control character U+" + hex(*found, 4);
  }
  if (text.find_first_of("+#") != std::string_view::npos) {
    return "has a `+` or a `#`, which are for subscribers";
  }
  return {};
}

std::string printable(std::string_view text) {
  constexpr std::size_t bytes_max = 64;
  const bool is_plain = is_utf8(text) && !control_character(text);
  std::size_t end = std::min(text.size(), bytes_max);
  // Not in the middle of a character.
  while (is_plain && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) {
    --end;
  }
  std::string out;
  for (const char c : text.substr(0, end)) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain || (byte >= 0x20 && byte < 0x7f)) {
      out += c;
    } else {
      out += "\\x" + hex(byte, 2);
    }
  }
  return end < text.size() ? out + "..." : out;
}

Outcome<std::string> topic_name(const common::TextTemplate& name,
                                const common::TextTemplate::Source& source) {
  auto topic = name.fill(source, &checked_part);
  if (!topic.ok()) return topic;
  if (topic.value().empty()) return malformed("the topic that it makes is empty");
  if (topic.value().size() > text_bytes_max) {
    return malformed("the topic that it makes has more than 65535 bytes");
  }
  return topic;
}

}  // namespace sluice::mqtt
