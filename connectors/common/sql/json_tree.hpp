// SPDX-License-Identifier: Apache-2.0
#pragma once

// A JSON value as a database needs it: numbers keep all their digits, members their order. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/outcome.hpp>

namespace sluice::common::sql {

struct JsonMember;

struct Json {
  enum class Kind : std::uint8_t { null, boolean, integer, decimal, text, object, array };
  Kind kind = Kind::null;
  std::string text;  // a text's content; a number's digits; `true` or `false`
  std::vector<JsonMember> members;

  // The member of an object; of two with one name the last. Or null.
  [[nodiscard]] const Json* find(std::string_view key) const;
};

struct JsonMember {
  std::string key;  // empty in an array
  Json value;
};

constexpr std::size_t json_depth_max = 128;

// Errors: `malformed`, also for what is nested deeper than `json_depth_max`.
[[nodiscard]] Outcome<Json> parse_json(std::string_view text);
[[nodiscard]] bool is_json(std::string_view text);
// Compact.
[[nodiscard]] std::string format_json(const Json& json);
[[nodiscard]] std::string_view name_of(Json::Kind kind);

// A path: `a.b.0`, also written `$.a.b.0` or `.a.b.0`; numbers index arrays; `$` or nothing is the
// whole. Null when there is nothing.
[[nodiscard]] const Json* find_path(const Json& root, std::string_view path);

}  // namespace sluice::common::sql
