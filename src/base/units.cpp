// SPDX-License-Identifier: Apache-2.0
#include "base/units.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/text.hpp"

namespace sluice {
namespace {

constexpr std::int64_t second_ns = 1'000'000'000;
constexpr std::int64_t day_ns = 86'400 * second_ns;

struct DurationUnit {
  std::string_view name;
  std::int64_t ns;
};
// `M` is months and `m` minutes, so these names are compared exactly.
constexpr auto duration_units = std::to_array<DurationUnit>({
    {"ns", 1},
    {"nsec", 1},
    {"nanos", 1},
    {"nanosecond", 1},
    {"nanoseconds", 1},
    {"us", 1'000},
    {"usec", 1'000},
    {"micros", 1'000},
    {"microsecond", 1'000},
    {"microseconds", 1'000},
    {"\xc2\xb5s", 1'000},
    {"ms", 1'000'000},
    {"msec", 1'000'000},
    {"millis", 1'000'000},
    {"millisecond", 1'000'000},
    {"milliseconds", 1'000'000},
    {"s", second_ns},
    {"sec", second_ns},
    {"secs", second_ns},
    {"second", second_ns},
    {"seconds", second_ns},
    {"m", 60 * second_ns},
    {"min", 60 * second_ns},
    {"mins", 60 * second_ns},
    {"minute", 60 * second_ns},
    {"minutes", 60 * second_ns},
    {"h", 3'600 * second_ns},
    {"hr", 3'600 * second_ns},
    {"hrs", 3'600 * second_ns},
    {"hour", 3'600 * second_ns},
    {"hours", 3'600 * second_ns},
    {"d", day_ns},
    {"day", day_ns},
    {"days", day_ns},
    {"w", 7 * day_ns},
    {"week", 7 * day_ns},
    {"weeks", 7 * day_ns},
    {"wk", 7 * day_ns},
    {"wks", 7 * day_ns},
    {"M", 2'630'016 * second_ns},
    {"month", 2'630'016 * second_ns},
    {"months", 2'630'016 * second_ns},
    {"y", 31'557'600 * second_ns},
    {"yr", 31'557'600 * second_ns},
    {"yrs", 31'557'600 * second_ns},
    {"year", 31'557'600 * second_ns},
    {"years", 31'557'600 * second_ns},
});

struct SizeUnit {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr auto size_units = std::to_array<SizeUnit>({
    {"PiB", 1ULL << 50U},
    {"TiB", 1ULL << 40U},
    {"GiB", 1ULL << 30U},
    {"MiB", 1ULL << 20U},
    {"KiB", 1ULL << 10U},
    {"PB", 1'000'000'000'000'000},
    {"TB", 1'000'000'000'000},
    {"GB", 1'000'000'000},
    {"MB", 1'000'000},
    {"KB", 1'000},
    {"B", 1},
});
constexpr std::size_t binary_units = 5;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

template <typename Test>
std::string_view take_while(std::string_view& text, Test test) {
  const auto end = std::find_if_not(text.begin(), text.end(), test);
  const auto taken = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}

// False when it does not fit.
bool parse_digits(std::string_view digits, std::uint64_t& out) {
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return status == std::errc{} && end == digits.data() + digits.size();
}

tl::unexpected<Error> bad_duration(std::string_view text, std::string_view why) {
  return fail(Errc::invalid_argument, quote_if_needed(text) +
                                          " is not a duration: " + std::string(why) +
                                          "; write for example 250ms, 30s or 1h 30m");
}

// number x unit added to the sum, or false when it is over 292 years.
bool add_units(std::int64_t& sum, std::uint64_t count, std::int64_t unit_ns) {
  std::int64_t product = 0;
  return !__builtin_mul_overflow(count, unit_ns, &product) &&
         !__builtin_add_overflow(sum, product, &sum);
}

}  // namespace

Result<std::chrono::nanoseconds> parse_duration(std::string_view text,
                                                std::chrono::nanoseconds bare_unit) {
  auto rest = trim(text);
  if (rest.empty()) return bad_duration(text, "it is empty");
  std::int64_t sum = 0;
  for (bool first = true; !rest.empty(); first = false) {
    const auto digits = take_while(rest, is_digit);
    if (digits.empty()) return bad_duration(text, "a whole number is expected");
    take_while(rest, is_blank);
    const auto name = take_while(rest, [](char c) { return !is_digit(c) && !is_blank(c); });
    take_while(rest, is_blank);
    std::uint64_t count = 0;
    const bool fits = parse_digits(digits, count);

    std::int64_t unit_ns = bare_unit.count();
    if (!name.empty()) {
      const auto* const unit = std::ranges::find(duration_units, name, &DurationUnit::name);
      if (unit == duration_units.end()) {
        return bad_duration(text, "there is no unit " + quote_if_needed(name));
      }
      unit_ns = unit->ns;
    } else if (unit_ns == 0 || !first || !rest.empty()) {
      const bool zero = fits && count == 0 && first && rest.empty();
      if (!zero) return bad_duration(text, "a unit is missing");
    }
    if (!fits || !add_units(sum, count, unit_ns)) {
      return bad_duration(text, "it is longer than 292 years");
    }
  }
  return std::chrono::nanoseconds(sum);
}

std::string format_duration(std::chrono::nanoseconds duration) {
  constexpr auto units = std::to_array<DurationUnit>({{"d", day_ns},
                                                      {"h", 3'600 * second_ns},
                                                      {"m", 60 * second_ns},
                                                      {"s", second_ns},
                                                      {"ms", 1'000'000},
                                                      {"us", 1'000},
                                                      {"ns", 1}});
  auto rest = duration.count();
  std::string out;
  if (rest < 0)
    return "-" +
           format_duration(std::chrono::nanoseconds(rest == std::numeric_limits<std::int64_t>::min()
                                                        ? std::numeric_limits<std::int64_t>::max()
                                                        : -rest));
  for (const auto& unit : units) {
    if (rest < unit.ns) continue;
    if (!out.empty()) out += ' ';
    out += std::to_string(rest / unit.ns) + std::string(unit.name);
    rest %= unit.ns;
  }
  return out.empty() ? "0s" : out;
}

namespace {

tl::unexpected<Error> bad_size(std::string_view text, std::string_view why) {
  return fail(Errc::invalid_argument, quote_if_needed(text) +
                                          " is not a size: " + std::string(why) +
                                          "; write for example 16384, 32 KiB or 1.5 MB");
}

// whole.decimals x unit, cut to a whole number of bytes.
std::optional<std::uint64_t> scaled(std::uint64_t whole, std::string_view decimals,
                                    std::uint64_t unit) {
  std::uint64_t bytes = 0;
  if (__builtin_mul_overflow(whole, unit, &bytes)) return std::nullopt;
  // 17 places are more than a PiB has; later ones cannot change the sum.
  long double fraction = 0;
  long double weight = 1;
  for (const char digit : decimals.substr(0, 17)) {
    weight /= 10;
    fraction += static_cast<long double>(digit - '0') * weight;
  }
  const auto more = static_cast<std::uint64_t>(fraction * static_cast<long double>(unit) + 1e-6L);
  if (__builtin_add_overflow(bytes, more, &bytes)) return std::nullopt;
  return bytes;
}

}  // namespace

Result<std::uint64_t> parse_byte_size(std::string_view text) {
  auto rest = trim(text);
  if (rest.empty()) return bad_size(text, "it is empty");
  const auto digits = take_while(rest, is_digit);
  if (digits.empty()) return bad_size(text, "a number is expected");
  std::string_view decimals;
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    decimals = take_while(rest, is_digit);
    if (decimals.empty()) return bad_size(text, "digits are missing after the point");
  }
  take_while(rest, is_blank);
  std::uint64_t whole = 0;
  if (!parse_digits(digits, whole)) return bad_size(text, "it is too large");
  if (rest.empty()) {
    if (!decimals.empty()) return bad_size(text, "a unit is missing");
    return whole;
  }
  const auto* const unit = std::ranges::find_if(
      size_units, [&](const SizeUnit& row) { return equal_ignoring_case(row.name, rest); });
  if (unit == size_units.end()) {
    return bad_size(text, "there is no unit " + quote_if_needed(rest));
  }
  const auto bytes = scaled(whole, decimals, unit->bytes);
  if (!bytes) return bad_size(text, "it is too large");
  return *bytes;
}

std::string format_byte_size(std::uint64_t bytes) {
  for (const auto& unit : std::span(size_units).first(binary_units)) {
    if (bytes >= unit.bytes && bytes % unit.bytes == 0) {
      return std::to_string(bytes / unit.bytes) + " " + std::string(unit.name);
    }
  }
  return std::to_string(bytes);
}

}  // namespace sluice
