// SPDX-License-Identifier: Apache-2.0
#include "catalog/json_limits.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "base/text.hpp"

namespace sluice::catalog {
namespace {

// `line 1, column 12` of a byte, counted from 1.
std::string place_in(std::string_view text, std::size_t byte) {
  const auto before = text.substr(0, std::min(byte, text.size()));
  const auto line = std::ranges::count(before, '\n') + 1;
  const auto start = before.rfind('\n');
  const auto column = start == std::string_view::npos ? before.size() : before.size() - start - 1;
  return "line " + std::to_string(line) + ", column " + std::to_string(std::max(column, 1UL));
}

struct TooDeep {};
struct Twice {
  std::string key;
};

}  // namespace

Result<json> parse_json(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
    if (static_cast<std::size_t>(depth) > json_depth_max) throw TooDeep{};
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key) {
      auto key = parsed.get<std::string>();
      if (!keys.back().insert(key).second) throw Twice{std::move(key)};
    }
    return true;
  };
  try {
    return json::parse(text, watch);
  } catch (const json::parse_error& wrong) {
    return fail(Errc::malformed, "not JSON at " + place_in(text, wrong.byte));
  } catch (const json::exception& wrong) {
    return fail(Errc::malformed, std::string("not JSON: ") + wrong.what());
  } catch (const TooDeep&) {
    return fail(Errc::malformed,
                "the JSON is nested deeper than " + std::to_string(json_depth_max) + " levels");
  } catch (const Twice& twice) {
    return fail(Errc::malformed, "the key " + quote_if_needed(twice.key) + " stands twice");
  }
}

std::string shown(const json& value) {
  constexpr std::size_t longest = 60;
  // Limits are written as 2.0 in schemas, and read as 2.
  if (value.is_number_float()) {
    const auto real = value.get<double>();
    constexpr double exact_below = 9007199254740992.0;  // 2^53
    if (real == std::floor(real) && std::fabs(real) < exact_below) {
      return std::to_string(static_cast<std::int64_t>(real));
    }
  }
  auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() <= longest) return text;
  auto end = longest;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "...";
}

std::string pointer_step(std::string_view key) {
  std::string out = "/";
  for (const char c : key) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace sluice::catalog
