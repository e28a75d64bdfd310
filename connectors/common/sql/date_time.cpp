// SPDX-License-Identifier: Apache-2.0
#include "common/sql/date_time.hpp"

#include <algorithm>
#include <chrono>

namespace sluice::common::sql {
namespace {

// Reads from the front of a text; what does not fit makes it wrong for good.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    if (rest_.size() < count) return fail();
    int value = 0;
    for (const char c : rest_.substr(0, count)) {
      if (c < '0' || c > '9') return fail();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!take(c)) fail();
  }
  std::string_view fraction() {
    const auto end = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
    const auto out = rest_.substr(0, end);
    if (out.empty() || out.size() > 9) fail();
    rest_.remove_prefix(end);
    return out;
  }
  int fail() {
    ok_ = false;
    return 0;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

struct TimeOfDay {
  int hour = 0, minute = 0, second = 0;
  std::string_view fraction;
};

std::chrono::year_month_day read_date(Reader& in) {
  const std::chrono::year year{in.digits(4)};
  in.expect('-');
  const std::chrono::month month{static_cast<unsigned>(in.digits(2))};
  in.expect('-');
  const std::chrono::day day{static_cast<unsigned>(in.digits(2))};
  const std::chrono::year_month_day date{year, month, day};
  if (!date.ok() || int{year} < 1) in.fail();
  return date;
}

TimeOfDay read_time(Reader& in) {
  TimeOfDay out;
  out.hour = in.digits(2);
  in.expect(':');
  out.minute = in.digits(2);
  if (in.take(':')) {
    out.second = in.digits(2);
    if (in.take('.')) out.fraction = in.fraction();
  }
  if (out.hour > 23 || out.minute > 59 || out.second > 59) in.fail();
  return out;
}

std::optional<std::chrono::minutes> read_zone(Reader& in) {
  if (in.take('Z') || in.take('z')) return std::chrono::minutes(0);
  const bool minus = in.take('-');
  if (!minus && !in.take('+')) return std::nullopt;
  const int hours = in.digits(2);
  const bool colon = in.take(':');
  const int minutes = colon || !in.at_end() ? in.digits(2) : 0;
  if (hours > 15 || minutes > 59) in.fail();
  const std::chrono::minutes out(hours * 60 + minutes);
  return minus ? -out : out;
}

void append_digits(std::string& out, unsigned value, int count) {
  const auto begin = out.size();
  out.append(static_cast<std::size_t>(count), '0');
  for (auto at = out.size(); at > begin && value != 0; value /= 10) {
    out[--at] = static_cast<char>('0' + value % 10);
  }
}

std::string format_date(const std::chrono::year_month_day& date) {
  std::string out;
  append_digits(out, static_cast<unsigned>(int{date.year()}), 4);
  out += '-';
  append_digits(out, unsigned{date.month()}, 2);
  out += '-';
  append_digits(out, unsigned{date.day()}, 2);
  return out;
}

std::string format_time(const TimeOfDay& time) {
  std::string out;
  append_digits(out, static_cast<unsigned>(time.hour), 2);
  out += ':';
  append_digits(out, static_cast<unsigned>(time.minute), 2);
  out += ':';
  append_digits(out, static_cast<unsigned>(time.second), 2);
  if (!time.fraction.empty()) out.append(".").append(time.fraction);
  return out;
}

}  // namespace

std::optional<std::string> utc_timestamp(std::string_view text, bool keeps_zone) {
  Reader in(text);
  auto date = read_date(in);
  TimeOfDay time;
  std::optional<std::chrono::minutes> zone;
  if (in.take('T') || in.take('t') || in.take(' ')) {
    time = read_time(in);
    in.take(' ');
    zone = read_zone(in);
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  if (zone && zone->count() != 0) {
    const auto at = std::chrono::sys_days(date) + std::chrono::hours(time.hour) +
                    std::chrono::minutes(time.minute) - *zone;
    const auto day = std::chrono::floor<std::chrono::days>(at);
    const auto minutes = static_cast<int>((at - day).count());
    date = day;
    time.hour = minutes / 60;
    time.minute = minutes % 60;
    if (int{date.year()} < 1 || int{date.year()} > 9999) return std::nullopt;
  }
  return format_date(date) + ' ' + format_time(time) + (zone && keeps_zone ? "+00" : "");
}

std::optional<std::string> plain_date(std::string_view text) {
  Reader in(text);
  const auto date = read_date(in);
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return format_date(date);
}

std::optional<std::string> plain_time(std::string_view text) {
  Reader in(text);
  const auto time = read_time(in);
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return format_time(time);
}

}  // namespace sluice::common::sql
