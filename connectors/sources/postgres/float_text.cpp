// SPDX-License-Identifier: Apache-2.0
#include "float_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace sluice::postgres {
namespace {

// How far from the point numbers are written without an exponent.
struct PlainRange {
  int least;
  int most;
};

// `digits` without a point, and where the point would be: 123 at 1 is 1.23.
std::string written(const std::string& digits, int point, PlainRange plain) {
  const int length = static_cast<int>(digits.size());
  if (length <= point && point <= plain.most) {
    return digits + std::string(static_cast<std::size_t>(point - length), '0') + ".0";
  }
  if (0 < point && point <= plain.most) {
    const auto whole = static_cast<std::size_t>(point);
    return digits.substr(0, whole) + '.' + digits.substr(whole);
  }
  if (plain.least < point && point <= 0) {
    return "0." + std::string(static_cast<std::size_t>(-point), '0') + digits;
  }
  std::string out = digits.substr(0, 1);
  if (length > 1) out += '.' + digits.substr(1);
  return out + 'e' + std::to_string(point - 1);
}

template <typename T>
std::optional<std::string> json_of(std::string_view text, PlainRange plain) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = end == text.data() + text.size() && !text.empty();
  if (error != std::errc{} || !whole || !std::isfinite(value)) return std::nullopt;
  std::string out = std::signbit(value) ? "-" : "";
  if (value == 0) return out + "0.0";
  std::array<char, 48> shortest{};
  const auto last = std::to_chars(shortest.data(), shortest.data() + shortest.size(),
                                  std::abs(value), std::chars_format::scientific);
  const std::string_view number(shortest.data(), last.ptr);
  const auto exponent_at = number.find('e');
  std::string digits(number.substr(0, 1));
  if (exponent_at > 2) digits += number.substr(2, exponent_at - 2);
  auto exponent_text = number.substr(exponent_at + 1);
  if (exponent_text.front() == '+') exponent_text.remove_prefix(1);
  int exponent = 0;
  std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);
  return out + written(digits, exponent + 1, plain);
}

}  // namespace

std::optional<std::string> json_of_float4(std::string_view text) {
  return json_of<float>(text, {-6, 13});
}
std::optional<std::string> json_of_float8(std::string_view text) {
  return json_of<double>(text, {-5, 16});
}

}  // namespace sluice::postgres
