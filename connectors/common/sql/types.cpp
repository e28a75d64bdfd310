// SPDX-License-Identifier: Apache-2.0
#include "common/sql/types.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "common/sql/date_time.hpp"
#include "common/text/ascii.hpp"

namespace sluice::common::sql {
namespace {

struct TypeName {
  std::string_view name;  // lower case
  SqlType type;
};
using T = SqlType;
constexpr std::array type_names{
    TypeName{"bool", T::boolean},
    TypeName{"boolean", T::boolean},
    TypeName{"char", T::character},
    TypeName{"smallint", T::small_int},
    TypeName{"int2", T::small_int},
    TypeName{"int", T::integer},
    TypeName{"int4", T::integer},
    TypeName{"integer", T::integer},
    TypeName{"bigint", T::big_int},
    TypeName{"int8", T::big_int},
    TypeName{"float", T::real},
    TypeName{"float4", T::real},
    TypeName{"real", T::real},
    TypeName{"doubleprecision", T::double_precision},
    TypeName{"double precision", T::double_precision},
    TypeName{"double", T::double_precision},
    TypeName{"float8", T::double_precision},
    TypeName{"text", T::text},
    TypeName{"bytes", T::bytes},
    TypeName{"bytea", T::bytes},
    TypeName{"numeric", T::numeric},
    TypeName{"decimal", T::numeric},
    TypeName{"timestamp", T::timestamp},
    TypeName{"date", T::date},
    TypeName{"time", T::time},
    TypeName{"uuid", T::uuid},
    TypeName{"json", T::json},
    TypeName{"jsonb", T::json},
};

Error wrong(SqlType type, std::string_view text) {
  return {Errc::malformed, quoted(text) + " is not a " + std::string(name_of(type)), {}};
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  if (text.starts_with('+') && text.size() > 1 && text[1] != '-') text.remove_prefix(1);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

Outcome<Value> convert_integer(SqlType type, std::string_view text) {
  const auto value = parse_integer(text);
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  if (type == T::small_int) most = std::numeric_limits<std::int16_t>::max();
  if (type == T::integer) most = std::numeric_limits<std::int32_t>::max();
  if (!value || *value > most || *value < -most - 1) return wrong(type, text);
  return Value(*value);
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](unsigned char c) { return (c & 0xc0U) != 0x80U; }));
}

Outcome<Value> convert_character(std::string_view text) {
  if (const auto value = parse_integer(text); value && *value >= -128 && *value <= 127) {
    return Value(*value);
  }
  if (characters(text) != 1) return wrong(T::character, text);
  return Value(std::string(text));
}

Outcome<Value> convert_float(SqlType type, std::string_view text, ValueRules rules) {
  double value = 0;
  const auto digits = text.starts_with('+') ? text.substr(1) : text;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return wrong(type, text);
  if (!std::isfinite(value) && !rules.takes_nan) return wrong(type, text);
  if (type == T::real && std::isfinite(value)) {
    if (std::abs(value) > static_cast<double>(std::numeric_limits<float>::max())) {
      return wrong(type, text);
    }
  }
  return Value(value);
}

bool skip_digits(std::string_view& text) {
  const auto end = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(end);
  return end > 0;
}

bool is_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  bool digits = skip_digits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits = skip_digits(text) || digits;
  }
  if (!digits) return false;
  if (text.starts_with('e') || text.starts_with('E')) {
    text.remove_prefix(1);
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    if (text.size() > 4 || !skip_digits(text)) return false;
  }
  return text.empty();
}

Outcome<Value> convert_uuid(std::string_view text) {
  constexpr std::size_t digits = 32;
  std::string hex;
  for (const char c : lower(text)) {
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) {
      hex += c;
    } else if (c != '-' && c != '{' && c != '}') {
      return wrong(T::uuid, text);
    }
  }
  if (hex.size() != digits || text.size() > digits + 6) return wrong(T::uuid, text);
  for (const std::size_t dash : {8U, 13U, 18U, 23U}) hex.insert(dash, 1, '-');
  return Value(std::move(hex));
}

Outcome<Value> convert_boolean(std::string_view text) {
  const std::string word = lower(text);
  for (const std::string_view yes : {"true", "t", "1", "yes", "on"}) {
    if (word == yes) return Value(true);
  }
  for (const std::string_view no : {"false", "f", "0", "no", "off"}) {
    if (word == no) return Value(false);
  }
  return wrong(T::boolean, text);
}

Outcome<Value> text_or_wrong(SqlType type, std::string_view text,
                             std::optional<std::string> parsed) {
  if (!parsed) return wrong(type, text);
  return Value(std::move(*parsed));
}

// The number behind the `e`; none when no whole number of ours could have it.
std::optional<std::int64_t> parse_exponent(std::string_view text) {
  std::int32_t value = 0;
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

// `7.0` and `70e-1` are whole numbers too; what has a fraction, or more digits than any integer,
// stays as it is. By its digits, because a double has no room for all of them.
std::string whole_digits(const std::string& text) {
  constexpr std::int64_t digits_max = std::numeric_limits<std::int64_t>::digits10 + 1;
  std::string_view number = text;
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const auto mark = std::min(number.find_first_of("eE"), number.size());
  std::string digits(number.substr(0, mark));
  std::int64_t zeros = 0;  // to add behind the digits
  if (const auto point = digits.find('.'); point != std::string::npos) {
    digits.erase(point, 1);
    zeros = -static_cast<std::int64_t>(digits.size() - point);
  }
  digits.erase(0, digits.find_first_not_of('0'));
  if (digits.empty()) return "0";
  while (digits.back() == '0') {
    digits.pop_back();
    ++zeros;
  }
  if (mark < number.size()) {
    const auto exponent = parse_exponent(number.substr(mark + 1));
    if (!exponent) return text;
    zeros += *exponent;
  }
  const auto count = static_cast<std::int64_t>(digits.size());
  if (zeros < 0 || count > digits_max || zeros > digits_max - count) return text;
  return (negative ? "-" : "") + digits + std::string(static_cast<std::size_t>(zeros), '0');
}

bool is_whole(SqlType type) {
  return type == T::small_int || type == T::integer || type == T::big_int;
}

}  // namespace

std::optional<SqlType> parse_type(std::string_view name) {
  const std::string wanted = lower(name);
  const auto* found = std::ranges::find(type_names, wanted, &TypeName::name);
  if (found == type_names.end()) return std::nullopt;
  return found->type;
}

std::string_view name_of(SqlType type) {
  constexpr std::array names{"Bool",
                             "Char",
                             "SmallInt",
                             "Int",
                             "BigInt",
                             "Float",
                             "DoublePrecision",
                             "Text",
                             "Bytes",
                             "Numeric",
                             "Timestamp",
                             "Date",
                             "Time",
                             "Uuid",
                             "Json",
                             "value of its column"};
  return names.at(static_cast<std::size_t>(type));
}

Outcome<Value> convert_text(SqlType type, std::string_view text, ValueRules rules) {
  switch (type) {
    case T::boolean:
      return convert_boolean(text);
    case T::character:
      return convert_character(text);
    case T::small_int:
    case T::integer:
    case T::big_int:
      return convert_integer(type, text);
    case T::real:
    case T::double_precision:
      return convert_float(type, text, rules);
    case T::numeric:
      if (!is_number(text)) return wrong(type, text);
      return Value(std::string(text));
    case T::timestamp:
      return text_or_wrong(type, text, utc_timestamp(text, rules.keeps_zone));
    case T::date:
      return text_or_wrong(type, text, plain_date(text));
    case T::time:
      return text_or_wrong(type, text, plain_time(text));
    case T::uuid:
      return convert_uuid(text);
    case T::json:
      if (!is_json(text)) return wrong(type, text);
      return Value(std::string(text));
    case T::bytes:
      return Value(Bytes{std::string(text)});
    case T::text:
    case T::other:
      break;
  }
  return Value(std::string(text));
}

Outcome<Value> convert_json(SqlType type, const Json& json, ValueRules rules) {
  if (json.kind == Json::Kind::null) return Value();
  if (type == T::json) return Value(format_json(json));
  switch (json.kind) {
    case Json::Kind::object:
    case Json::Kind::array: {
      auto text = format_json(json);
      if (type != T::text && type != T::other) return wrong(type, text);
      return Value(std::move(text));
    }
    case Json::Kind::boolean:
      // Not the numbers 0 and 1: what was meant is not known.
      if (type == T::boolean || type == T::text || type == T::other) break;
      return wrong(type, json.text);
    case Json::Kind::decimal:
      if (is_whole(type)) return convert_text(type, whole_digits(json.text), rules);
      break;
    default:
      break;
  }
  return convert_text(type, json.text, rules);
}

std::optional<SqlType> type_for(const Json& json) {
  switch (json.kind) {
    case Json::Kind::null:
      return std::nullopt;
    case Json::Kind::boolean:
      return T::boolean;
    case Json::Kind::integer:
      return parse_integer(json.text) ? T::big_int : T::numeric;
    case Json::Kind::decimal:
      return T::double_precision;
    case Json::Kind::text:
      return T::text;
    case Json::Kind::object:
    case Json::Kind::array:
      return T::json;
  }
  return std::nullopt;
}

std::string quoted(std::string_view text) {
  constexpr std::size_t most = 64;
  std::string out = "`";
  std::size_t end = text.size();
  if (end > most) {
    end = most;  // not in the middle of a character
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  }
  for (const char c : text.substr(0, end)) out += static_cast<unsigned char>(c) < 0x20U ? ' ' : c;
  if (end < text.size()) out += "...";
  return out + '`';
}

}  // namespace sluice::common::sql
