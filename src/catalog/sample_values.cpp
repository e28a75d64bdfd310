// SPDX-License-Identifier: Apache-2.0
#include "catalog/sample_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/units.hpp"

namespace sluice::catalog {
namespace {

struct Width {
  std::string_view format;
  WholeRange range;
};

template <typename T>
constexpr WholeRange range_of() {
  return {std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
}

constexpr auto widths = std::to_array<Width>({{"int8", range_of<std::int8_t>()},
                                              {"int16", range_of<std::int16_t>()},
                                              {"int32", range_of<std::int32_t>()},
                                              {"int64", range_of<std::int64_t>()},
                                              {"uint8", range_of<std::uint8_t>()},
                                              {"uint16", range_of<std::uint16_t>()},
                                              {"uint32", range_of<std::uint32_t>()},
                                              {"uint64", range_of<std::uint64_t>()},
                                              {"uint", range_of<std::uint64_t>()}});

std::string written(__int128 value) {
  if (value == 0) return "0";
  const bool negative = value < 0;
  std::string out;
  for (; value != 0; value /= 10) {
    const auto digit = static_cast<int>(value % 10);
    out += static_cast<char>('0' + (digit < 0 ? -digit : digit));
  }
  if (negative) out += '-';
  return {out.rbegin(), out.rend()};
}

__int128 whole_of(const json& number) {
  if (number.is_number_unsigned()) return number.get<std::uint64_t>();
  if (number.is_number_integer()) return number.get<std::int64_t>();
  return static_cast<__int128>(std::ceil(number.get<double>()));
}

std::string format_of(const json& rule) {
  return rule.value("format", "");
}

std::string pick(Random& random, std::initializer_list<const char*> from) {
  return *(from.begin() + static_cast<std::ptrdiff_t>(random() % from.size()));
}

std::vector<std::string> whole_numbers(const json& rule, Random& random) {
  const auto [least, most] = whole_range(rule);
  const auto span = static_cast<unsigned __int128>(most - least) + 1;
  const auto inside = least + static_cast<__int128>(span == 0 ? 0 : random() % span);
  return {written(least),    written(most), written(inside), written(least - 1),
          written(most + 1), "many",        "1.5",           ""};
}

std::vector<std::string> numbers(const json& rule) {
  std::vector<std::string> out{"1", "0.5", "-0.5", "many", ""};
  for (const char* key : {"minimum", "maximum"}) {
    if (!rule.contains(key)) continue;
    const auto limit = rule.at(key).get<double>();
    for (const double value : {limit, limit - 1, limit + 1}) out.push_back(json(value).dump());
  }
  return out;
}

std::vector<std::string> durations(const json& rule, Random& random) {
  auto made = std::to_string(1 + random() % 50) + pick(random, {"s", " s", "m", "ms", "min"});
  auto two = "1h " + std::to_string(1 + random() % 50) + pick(random, {"m", "s", "minutes"});
  std::vector<std::string> out{
      std::move(made), std::move(two), "10s",  "1m1s", "0s",       "250ms", "1d 2h", "30", "0",
      "5 parsecs",     "-1s",          "1.5s", "s",    "1h later", "soon",  ""};
  const auto step =
      duration_limit(rule, "In steps of ").value_or(std::chrono::nanoseconds{1'000'000});
  for (const char* words : {"At least ", "At most "}) {
    const auto limit = duration_limit(rule, words);
    if (!limit) continue;
    for (const auto value : {*limit - step, *limit, *limit + step}) {
      if (value >= step) out.push_back(std::to_string(value.count()) + "ns");
    }
  }
  return out;
}

std::vector<std::string> sizes(const json& rule, Random& random) {
  std::vector<std::string> out{
      std::to_string(1 + random() % 64) + pick(random, {"KiB", " KiB", "kb"}),
      "32 KiB",
      "1.5 MB",
      "4096",
      "0",
      "1 B",
      "1.5",
      "-1",
      "5 XB",
      "big",
      ""};
  const auto [least, most] = whole_range(rule);
  for (const auto value : {least - 1, least, most, most + 1}) out.push_back(written(value));
  return out;
}

// The first scheme of `^(mqtt|tcp)://`.
std::string scheme_in(const json& rule) {
  const auto pattern = rule.value("pattern", "");
  const auto start = pattern.find('(');
  const auto end = pattern.find_first_of("|)", start);
  if (start == std::string::npos || end == std::string::npos) return "https";
  return pattern.substr(start + 1, end - start - 1);
}

std::vector<std::string> addresses(const json& rule) {
  const auto scheme = scheme_in(rule);
  return {scheme + "://localhost",
          scheme + "://localhost:4711",
          scheme + "://[::1]:4711",
          scheme + "://",
          scheme + "://local host",
          std::string(wrong_scheme),
          "localhost:4711",
          "nowhere",
          scheme + "://localhost:99999",
          ""};
}

std::vector<std::string> words_of(const json& rule) {
  std::vector<std::string> out;
  for (const auto& choice : rule.at("enum")) {
    if (choice.is_string()) out.push_back(choice.get<std::string>());
    if (choice.is_number()) out.push_back(choice.dump());
  }
  out.emplace_back(wrong_word);
  out.emplace_back("");
  return out;
}

std::vector<std::string> free_texts(const json& rule) {
  if (rule.value("contentMediaType", "") == "application/json") {
    return {R"({"a":[1,true]})", "[]", "7", R"("text")", "{", "{'a':1}", "text", ""};
  }
  std::vector<std::string> out{"text", "two words", "\xc3\xa4\xe2\x82\xac", "a=b:c", "-dash"};
  if (rule.contains("pattern")) {
    for (const char* text : {"Name: value", "Name:", ": value", "no colon", "", "1", "a-b_c"}) {
      out.emplace_back(text);
    }
  }
  for (const char* key : {"minLength", "maxLength"}) {
    if (!rule.contains(key)) continue;
    const auto limit = rule.at(key).get<std::size_t>();
    if (limit > 4'096) continue;
    out.emplace_back(limit, 'x');
    out.emplace_back(limit + 1, 'x');
    if (limit > 0) out.emplace_back(limit - 1, 'x');
  }
  return out;
}

}  // namespace

bool allows_type(const json& rule, std::string_view type) {
  if (!rule.is_object() || !rule.contains("type")) return false;
  const auto& types = rule.at("type");
  return types == std::string(type) ||
         (types.is_array() && std::ranges::find(types, json(std::string(type))) != types.end());
}

WholeRange whole_range(const json& rule) {
  const auto format = format_of(rule);
  const auto* const width = std::ranges::find(widths, format, &Width::format);
  auto range = width == widths.end() ? range_of<std::int64_t>() : width->range;
  if (format == "byte-size") range = range_of<std::uint64_t>();
  // A limit beyond the width is that of the width, rounded.
  if (rule.contains("minimum")) range.least = std::max(range.least, whole_of(rule.at("minimum")));
  if (rule.contains("maximum")) range.most = std::min(range.most, whole_of(rule.at("maximum")));
  return range;
}

std::optional<std::chrono::nanoseconds> duration_limit(const json& rule, std::string_view words) {
  const auto text = rule.value("description", "");
  const auto start = text.find(words);
  if (start == std::string::npos) return std::nullopt;
  const auto from = start + words.size();
  const auto limit = parse_duration(text.substr(from, text.find('.', from) - from));
  return limit ? std::optional(*limit) : std::nullopt;
}

std::vector<std::string> sample_texts(const json& rule, Random& random) {
  if (!rule.is_object()) return {"text"};
  const auto format = format_of(rule);
  if (rule.contains("enum")) return words_of(rule);
  if (allows_type(rule, "boolean")) return {"true", "false", "maybe", "2"};
  if (format == "humantime") return durations(rule, random);
  if (format == "byte-size") return sizes(rule, random);
  if (format == "uri") return addresses(rule);
  if (allows_type(rule, "integer")) return whole_numbers(rule, random);
  if (allows_type(rule, "number")) return numbers(rule);
  return free_texts(rule);
}

json value_of_text(const json& rule, const std::string& text) {
  const auto* const end = text.data() + text.size();
  if (allows_type(rule, "boolean") && (text == "true" || text == "false")) return text == "true";
  const bool is_whole = !text.empty() && text.find_first_not_of("-0123456789") == std::string::npos;
  if (is_whole && (allows_type(rule, "integer") || allows_type(rule, "number"))) {
    std::int64_t small = 0;
    if (std::from_chars(text.data(), end, small).ptr == end &&
        std::from_chars(text.data(), end, small).ec == std::errc{}) {
      return small >= 0 ? json(static_cast<std::uint64_t>(small)) : json(small);
    }
    std::uint64_t large = 0;
    if (const auto read = std::from_chars(text.data(), end, large);
        read.ptr == end && read.ec == std::errc{}) {
      return large;
    }
    double huge = 0;
    if (std::from_chars(text.data(), end, huge).ptr == end) return huge;
  }
  if (allows_type(rule, "number")) {
    double real = 0;
    if (const auto read = std::from_chars(text.data(), end, real);
        read.ptr == end && read.ec == std::errc{} && std::isfinite(real)) {
      return real;
    }
  }
  return text;
}

}  // namespace sluice::catalog
