// SPDX-License-Identifier: Apache-2.0
#pragma once

// Members of answers in JSON. Of what comes from outside nothing has to be there, or to be of its
// type: nlohmann's own `value(name, default)` throws for a member that is null. Pure.

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace sluice::common {

// Empty when it is not there, or not text, or that is no object.
[[nodiscard]] inline std::string text_member(const nlohmann::json& object, const char* name) {
  const auto at = object.find(name);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

// Nothing when it is not there, or not a whole number, or that is no object.
[[nodiscard]] inline std::optional<std::int64_t> number_member(const nlohmann::json& object,
                                                               const char* name) {
  const auto at = object.find(name);
  if (at == object.end() || !at->is_number_integer()) return std::nullopt;
  return at->get<std::int64_t>();
}

}  // namespace sluice::common
