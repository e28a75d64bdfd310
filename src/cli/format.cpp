// SPDX-License-Identifier: Apache-2.0
#include "cli/format.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace sluice::cli {
namespace {

template <typename... Args>
std::string printed(const char* format, Args... args) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, args...);
  return text.data();
}

double per_second(std::uint64_t amount, std::chrono::nanoseconds time) {
  const std::chrono::duration<double> seconds =
      std::max<std::chrono::nanoseconds>(time, std::chrono::milliseconds(1));
  return static_cast<double>(amount) / seconds.count();
}

}  // namespace

std::string human_count(std::int64_t count) {
  std::string digits = std::to_string(count);
  const std::size_t sign = count < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > sign + 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string human_bytes(std::uint64_t bytes) {
  constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  // 1023.5 and more would be printed as 1024.
  while (amount >= 1023.5 && unit + 1 < units.size()) {
    amount /= 1024;
    ++unit;
  }
  const int decimals = amount < 9.995 ? 2 : amount < 99.95 ? 1 : 0;
  return printed("%.*f %s", decimals, amount, units.at(unit));
}

std::string human_rate(std::uint64_t count, std::chrono::nanoseconds time) {
  return human_count(static_cast<std::int64_t>(per_second(count, time))) + " records/s";
}

std::string human_byte_rate(std::uint64_t bytes, std::chrono::nanoseconds time) {
  return human_bytes(static_cast<std::uint64_t>(per_second(bytes, time))) + "/s";
}

std::string human_seconds(std::chrono::nanoseconds time) {
  const double seconds = std::chrono::duration<double>(time).count();
  return printed("%.*f s", seconds < 1 ? 2 : seconds < 60 ? 1 : 0, seconds);
}

std::string plural(std::int64_t count, std::string_view thing) {
  std::string out = human_count(count) + " ";
  out += thing;
  if (count != 1) out += 's';
  return out;
}

std::string utc_time(std::chrono::milliseconds since_1970) {
  using namespace std::chrono;
  if (since_1970.count() < 0) return "-";
  const auto whole = duration_cast<seconds>(since_1970);
  const std::time_t time = whole.count();
  std::tm parts{};
  if (gmtime_r(&time, &parts) == nullptr) return "-";
  std::array<char, 64> text{};
  const auto length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  return std::string(text.data(), length) +
         printed(".%03dZ", static_cast<int>((since_1970 - whole).count()));
}

}  // namespace sluice::cli
