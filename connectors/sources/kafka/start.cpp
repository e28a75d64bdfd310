// SPDX-License-Identifier: Apache-2.0
#include "start.hpp"

#include <charconv>

namespace sluice::kafka {
namespace {

// The number that `text` begins with, in so many digits; taken off.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int out = 0;
  const auto read = std::from_chars(text.data(), text.data() + digits, out);
  if (read.ec != std::errc() || read.ptr != text.data() + digits || text.front() == '-') {
    return std::nullopt;
  }
  text.remove_prefix(digits);
  return out;
}

bool take(std::string_view& text, char letter) {
  if (!text.starts_with(letter)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<std::chrono::milliseconds> take_fraction(std::string_view& text) {
  std::chrono::milliseconds out{0};
  int unit = 100;
  if (!take(text, '.')) return out;
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    out += std::chrono::milliseconds((text.front() - '0') * unit);
    unit /= 10;
    text.remove_prefix(1);
  }
  return out;
}

std::optional<std::chrono::minutes> zone(std::string_view text) {
  if (text == "Z" || text == "z") return std::chrono::minutes(0);
  const bool west = text.starts_with('-');
  if (!west && !text.starts_with('+')) return std::nullopt;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ':')) return std::nullopt;
  const auto minutes = take_number(text, 2);
  if (!minutes || !text.empty() || *hours > 23 || *minutes > 59) return std::nullopt;
  const auto out = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return west ? -out : out;
}

std::optional<std::chrono::milliseconds> parse_time(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day || (!take(text, 'T') && !take(text, ' '))) return std::nullopt;
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_number(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  const auto second = take_number(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  const auto fraction = take_fraction(text);
  const auto offset = zone(text);
  const std::chrono::year_month_day date(std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!fraction || !offset || !date.ok()) return std::nullopt;
  const auto since = std::chrono::sys_days(date).time_since_epoch() + std::chrono::hours(*hour) +
                     std::chrono::minutes(*minute) + std::chrono::seconds(*second) + *fraction -
                     *offset;
  return std::chrono::duration_cast<std::chrono::milliseconds>(since);
}

}  // namespace

std::optional<Start> parse_start(std::string_view text) {
  if (text == "earliest") return Earliest{};
  if (text == "latest") return Latest{};
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_number = read.ec == std::errc() && read.ptr == text.data() + text.size();
  const auto time = is_number ? std::optional(std::chrono::milliseconds(number)) : parse_time(text);
  if (!time || time->count() < 0) return std::nullopt;
  return *time;
}

}  // namespace sluice::kafka
