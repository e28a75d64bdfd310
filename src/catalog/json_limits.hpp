// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON text from programs and files into a tree, within limits. Pure.

#include <nlohmann/json.hpp>

#include "base/result.hpp"

namespace sluice::catalog {

// Keeps the order of keys, as it was written.
using json = nlohmann::ordered_json;

inline constexpr std::size_t json_depth_max = 64;

// Errors: `malformed` with line and column, also for a key that stands twice and for nesting
// deeper than `json_depth_max`.
[[nodiscard]] Result<json> parse_json(std::string_view text);

// The value for a message: compact, cut after 60 characters.
[[nodiscard]] std::string shown(const json& value);
// One step of a JSON pointer: `~` and `/` escaped.
[[nodiscard]] std::string pointer_step(std::string_view key);

}  // namespace sluice::catalog
