// SPDX-License-Identifier: Apache-2.0
#include "options/convert.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.hpp"
#include "base/units.hpp"
#include "options/node_json.hpp"
#include "options/report.hpp"
#include "sluice/options/values.hpp"

namespace sluice::options {
namespace {

std::string masked(const OptionRow& row, std::string_view text, bool hide) {
  if (hide || row.masks_value()) return "***";
  return shown(row.value.kind == OptionKind::url ? redact_url(text) : std::string(text));
}

tl::unexpected<Refusal> refuse(const OptionRow& row, std::string_view text, bool hide,
                               std::string_view why, std::string help) {
  std::string problem = masked(row, text, hide) + " is not " + std::string(noun_of(row.value.kind));
  if (!why.empty()) problem += ": " + std::string(why);
  return tl::unexpected(Refusal{std::move(problem), std::move(help), {}});
}

// The part of a unit error between the value and the advice, and the advice.
std::pair<std::string, std::string> reason_and_advice(const Error& error) {
  const auto semicolon = error.context.rfind("; ");
  const auto head = error.context.substr(0, semicolon);
  const auto colon = head.rfind(": ");
  return {colon == std::string::npos ? "" : head.substr(colon + 2),
          semicolon == std::string::npos ? "" : error.context.substr(semicolon + 2)};
}

template <typename T>
std::optional<T> parse_whole(std::string_view text, int base) {
  T out{};
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  if (status != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::string range_text(const OptionRow& row) {
  return written_bound(row, least_of(row)) + " to " + written_bound(row, most_of(row));
}

Converted<Scalar> convert_integer(const OptionRow& row, std::string_view text, bool hide) {
  auto digits = text;
  int base = 10;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (digits.starts_with("0x")) base = 16;
  if (digits.starts_with("0o")) base = 8;
  if (base != 10) digits.remove_prefix(2);
  const auto help = "write a whole number from " + range_text(row);
  const bool all_digits =
      !digits.empty() &&
      std::ranges::all_of(digits.substr(digits.starts_with('-') ? 1 : 0),
                          [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
  std::optional<Scalar> out;
  if (std::holds_alternative<std::uint64_t>(row.value.lowest)) {
    if (const auto value = parse_whole<std::uint64_t>(digits, base)) out = *value;
  } else if (const auto value = parse_whole<std::int64_t>(digits, base)) {
    out = *value;
  }
  if (!out) {
    const bool number = all_digits && digits.find_first_not_of("-0123456789") == std::string::npos;
    if (number) {
      return tl::unexpected(Refusal{masked(row, text, hide) + " is out of range", help, {}});
    }
    return refuse(row, text, hide, "", help);
  }
  return in_range(row, *out, hide);
}

Converted<Scalar> convert_number(const OptionRow& row, std::string_view text, bool hide) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) {
    return refuse(row, text, hide, "", "write a number such as 0.5");
  }
  return in_range(row, value, hide);
}

Converted<Scalar> convert_duration(const OptionRow& row, std::string_view text, bool hide) {
  const auto parsed = parse_duration(text, std::chrono::nanoseconds(row.bare_unit_ns));
  if (!parsed) {
    auto [why, help] = reason_and_advice(parsed.error());
    return refuse(row, text, hide, hide || row.masks_value() ? "" : why, std::move(help));
  }
  return in_range(row, std::int64_t{parsed->count()}, hide);
}

Converted<Scalar> convert_size(const OptionRow& row, std::string_view text, bool hide) {
  const auto parsed = parse_byte_size(text);
  if (!parsed) {
    auto [why, help] = reason_and_advice(parsed.error());
    return refuse(row, text, hide, hide || row.masks_value() ? "" : why, std::move(help));
  }
  return in_range(row, *parsed, hide);
}

Converted<Scalar> convert_url(const OptionRow& row, std::string_view text, bool hide) {
  std::string problem;
  const auto url = Url::parse(text, problem);
  const std::string scheme = row.schemes.empty() ? "https" : std::string(*row.schemes.begin());
  if (!url) return refuse(row, text, hide, problem, "write for example " + scheme + "://host/path");
  const std::vector<std::string> allowed(row.schemes.begin(), row.schemes.end());
  if (!allowed.empty() && std::ranges::find(allowed, url->scheme()) == allowed.end()) {
    return tl::unexpected(
        Refusal{masked(row, text, hide) + " has the scheme `" + url->scheme() + "`",
                advice(nearest(url->scheme(), allowed), allowed),
                nearest(url->scheme(), allowed).value_or("")});
  }
  return std::string(text);
}

Converted<Scalar> convert_choice(const OptionRow& row, std::string_view text, bool hide) {
  const auto choices = choices_of(row);
  if (std::ranges::find(choices, text) != choices.end()) return std::string(text);
  // `Gzip` for `gzip`: generation C writes the topic's codec so.
  for (const auto& choice : choices) {
    if (row.value.kind == OptionKind::choice && equal_ignoring_case(choice, text)) return choice;
  }
  const auto near = hide ? std::nullopt : nearest(text, choices);
  return tl::unexpected(
      Refusal{masked(row, text, hide) + " is not one of " + listed(choices, "and"),
              near ? "did you mean `" + *near + "`?" : "", near.value_or("")});
}

Converted<Scalar> convert_boolean(const OptionRow& row, std::string_view text, bool hide) {
  if (equal_ignoring_case(text, "true")) return true;
  if (equal_ignoring_case(text, "false")) return false;
  return refuse(row, text, hide, "", "write true or false");
}

Converted<Scalar> convert_words(const OptionRow& row, std::string_view text, bool hide) {
  if (!choices_of(row).empty()) return convert_choice(row, text, hide);
  if (text.contains('\0')) return refuse(row, text, hide, "it has a zero byte", "");
  return std::string(text);
}

Converted<Scalar> convert_by_kind(const OptionRow& row, std::string_view text, bool hide) {
  switch (row.value.kind) {
    case OptionKind::boolean:
      return convert_boolean(row, text, hide);
    case OptionKind::integer:
      return convert_integer(row, text, hide);
    case OptionKind::number:
      return convert_number(row, text, hide);
    case OptionKind::duration:
      return convert_duration(row, text, hide);
    case OptionKind::byte_size:
      return convert_size(row, text, hide);
    case OptionKind::url:
      return convert_url(row, text, hide);
    case OptionKind::choice:
    case OptionKind::text:
      return convert_words(row, text, hide);
    case OptionKind::header: {
      std::string problem;
      if (Header::parse(text, problem)) return std::string(text);
      return refuse(row, text, hide, problem, "write `Name: value`");
    }
    case OptionKind::json:
      if (is_json(text)) return std::string(text);
      return refuse(row, text, hide, "", "write for example {\"key\": \"value\"}");
  }
  return std::string(text);
}

bool less(const Scalar& a, const Bound& b) {
  return std::visit(
      [](const auto& x, const auto& y) -> bool {
        using X = std::decay_t<decltype(x)>;
        using Y = std::decay_t<decltype(y)>;
        if constexpr (std::is_same_v<Y, std::monostate> || !std::is_arithmetic_v<X> ||
                      std::is_same_v<X, bool>) {
          return false;
        } else if constexpr (std::is_integral_v<X> && std::is_integral_v<Y>) {
          return std::cmp_less(x, y);
        } else {
          return static_cast<double>(x) < static_cast<double>(y);
        }
      },
      a, b);
}

bool greater(const Scalar& a, const Bound& b) {
  return std::visit(
      [](const auto& x, const auto& y) -> bool {
        using X = std::decay_t<decltype(x)>;
        using Y = std::decay_t<decltype(y)>;
        if constexpr (std::is_same_v<Y, std::monostate> || !std::is_arithmetic_v<X> ||
                      std::is_same_v<X, bool>) {
          return false;
        } else if constexpr (std::is_integral_v<X> && std::is_integral_v<Y>) {
          return std::cmp_greater(x, y);
        } else {
          return static_cast<double>(x) > static_cast<double>(y);
        }
      },
      a, b);
}

std::string written_number(double value) {
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace

Converted<Scalar> convert(const OptionRow& row, std::string_view text, bool hide) {
  auto value = convert_by_kind(row, text, hide);
  if (value && row.value.check != nullptr) {
    const auto problem = row.value.check(text);
    if (!problem.empty()) {
      return tl::unexpected(Refusal{masked(row, text, hide) + " is not accepted", problem, {}});
    }
  }
  return value;
}

Converted<Entry> convert_entry(const OptionRow& row, std::string_view text, bool hide) {
  Entry entry;
  if (row.shape == OptionShape::map) {
    const auto mark = text.find_first_of("=:");
    if (mark == std::string_view::npos || mark == 0) {
      return tl::unexpected(
          Refusal{masked(row, text, hide) + " has no key before `=`", "write `key=value`", {}});
    }
    entry.key = trim(text.substr(0, mark));
    text.remove_prefix(mark + 1);
  }
  auto value = convert(row, text, hide);
  if (!value) return tl::unexpected(std::move(value).error());
  entry.value = *std::move(value);
  return entry;
}

Converted<Scalar> in_range(const OptionRow& row, Scalar value, bool hide) {
  const bool ticks = row.value.kind == OptionKind::duration && row.value.tick_ns > 1;
  if (ticks && std::get<std::int64_t>(value) % row.value.tick_ns != 0) {
    const auto unit = format_duration(std::chrono::nanoseconds(row.value.tick_ns));
    return tl::unexpected(Refusal{masked(row, written(row, value), hide) + " is too fine",
                                  "write a multiple of " + unit,
                                  {}});
  }
  const bool low = less(value, least_of(row));
  if (!low && !greater(value, most_of(row))) return value;
  const auto limit = low ? "at least " + written_bound(row, least_of(row))
                         : "at most " + written_bound(row, most_of(row));
  return tl::unexpected(
      Refusal{masked(row, written(row, value), hide) + " is " + (low ? "too small" : "too large"),
              "write " + limit,
              {}});
}

std::string written(const OptionRow& row, const Scalar& value) {
  if (const auto* const flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* const text = std::get_if<std::string>(&value)) return *text;
  if (const auto* const real = std::get_if<double>(&value)) return written_number(*real);
  if (const auto* const whole = std::get_if<std::uint64_t>(&value)) {
    return row.value.kind == OptionKind::byte_size ? format_byte_size(*whole)
                                                   : std::to_string(*whole);
  }
  const auto whole = std::get<std::int64_t>(value);
  return row.value.kind == OptionKind::duration ? format_duration(std::chrono::nanoseconds(whole))
                                                : std::to_string(whole);
}

std::string written_bound(const OptionRow& row, const Bound& bound) {
  return std::visit(
      [&](const auto& value) -> std::string {
        if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::monostate>) {
          return "any";
        } else {
          return written(row, Scalar(value));
        }
      },
      bound);
}

Bound least_of(const OptionRow& row) {
  return row.least.index() == 0 ? row.value.lowest : row.least;
}
Bound most_of(const OptionRow& row) {
  return row.most.index() == 0 ? row.value.highest : row.most;
}

std::vector<std::string> choices_of(const OptionRow& row) {
  const auto& from = row.choices.empty() ? row.value.choices : row.choices;
  return {from.begin(), from.end()};
}

std::string_view noun_of(OptionKind kind) {
  switch (kind) {
    case OptionKind::text:
      return "text";
    case OptionKind::boolean:
      return "true or false";
    case OptionKind::integer:
      return "a whole number";
    case OptionKind::number:
      return "a number";
    case OptionKind::duration:
      return "a duration";
    case OptionKind::byte_size:
      return "a size";
    case OptionKind::url:
      return "an address";
    case OptionKind::choice:
      return "a known word";
    case OptionKind::header:
      return "a header";
    case OptionKind::json:
      return "JSON";
  }
  return "a value";
}

}  // namespace sluice::options
