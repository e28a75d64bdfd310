// SPDX-License-Identifier: Apache-2.0
#include "timestamp.hpp"

#include <array>
#include <cstdio>
#include <ctime>

namespace sluice::syslog {
namespace {

std::optional<int> month_of(std::string_view name) {
  static constexpr std::array<std::string_view, 12> names{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == name) return static_cast<int>(i);
  }
  return std::nullopt;
}

bool matches(std::string_view text, std::string_view pattern) {
  if (text.size() != pattern.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (pattern[i] == '0' ? !digit : text[i] != pattern[i]) return false;
  }
  return true;
}

std::optional<std::tm> take_fields(Scanner& scanner) {
  std::tm fields{};
  const auto month = month_of(scanner.take_count(3));
  if (!month || !scanner.take(' ')) return std::nullopt;
  scanner.take(' ');
  const auto day = scanner.number(2);
  if (!day || *day < 1 || *day > 31 || !scanner.take(' ')) return std::nullopt;
  auto copy = scanner;
  fields.tm_year = -1;
  if (const auto year = copy.number(4); year && *year >= 1970 && copy.take(' ')) {
    fields.tm_year = *year - 1900;
    scanner = copy;
  }
  const auto clock = scanner.take_count(8);
  if (!matches(clock, "00:00:00")) return std::nullopt;
  Scanner digits(clock);
  fields.tm_mon = *month;
  fields.tm_mday = *day;
  fields.tm_hour = *digits.number(2);
  digits.take(':');
  fields.tm_min = *digits.number(2);
  digits.take(':');
  fields.tm_sec = *digits.number(2);
  if (fields.tm_hour > 23 || fields.tm_min > 59 || fields.tm_sec > 60) return std::nullopt;
  fields.tm_isdst = -1;
  return fields;
}

// The year is not said: the latest in which the time is not more than a day ahead.
std::time_t with_year(const std::tm& fields, std::time_t now) {
  std::tm today{};
  ::localtime_r(&now, &today);
  auto copy = fields;
  if (fields.tm_year >= 0) return std::mktime(&copy);
  copy.tm_year = today.tm_year + 1;
  constexpr std::time_t day = 86'400;
  while (true) {
    auto asked = copy;
    const auto time = std::mktime(&asked);
    if (time <= now + day || copy.tm_year < today.tm_year) return time;
    --copy.tm_year;
  }
}

}  // namespace

std::optional<std::string> take_old_time(Scanner& scanner, Now now) {
  auto copy = scanner;
  const auto fields = take_fields(copy);
  if (!fields) return std::nullopt;
  const auto time = with_year(*fields, std::chrono::system_clock::to_time_t(now));
  std::tm utc{};
  if (time == -1 || ::gmtime_r(&time, &utc) == nullptr) return std::nullopt;
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
  scanner = copy;
  return std::string(text.data(), size);
}

bool is_iso_time(std::string_view text) {
  constexpr std::size_t seconds_end = 19;
  if (!matches(text.substr(0, seconds_end), "0000-00-00T00:00:00")) return false;
  Scanner rest(text.substr(seconds_end));
  constexpr std::size_t fraction_max = 9;
  if (rest.take('.') && !rest.number(fraction_max)) return false;
  const auto zone = rest.rest();
  return zone == "Z" || matches(zone, "+00:00") || matches(zone, "-00:00");
}

}  // namespace sluice::syslog
