// SPDX-License-Identifier: Apache-2.0
#pragma once

// Texts that may stand on a command line for one value of a schema, right and wrong ones.

#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "catalog/json_limits.hpp"

namespace sluice::catalog {

using Random = std::mt19937_64;

// That no program knows.
inline constexpr std::string_view wrong_word = "no-such-word";
inline constexpr std::string_view wrong_scheme = "gopher://localhost";

// Right and wrong texts for one value that is neither a list nor an object.
[[nodiscard]] std::vector<std::string> sample_texts(const json& rule, Random& random);
// The value that a text stands for, by the types that the rule allows.
[[nodiscard]] json value_of_text(const json& rule, const std::string& text);
[[nodiscard]] bool allows_type(const json& rule, std::string_view type);

struct WholeRange {
  __int128 least;
  __int128 most;
};
// Of an integer: `minimum`, `maximum` and the width in `format`.
[[nodiscard]] WholeRange whole_range(const json& rule);

// `At least 1ms.` of a description, which is where the limits of a duration are; nothing without.
[[nodiscard]] std::optional<std::chrono::nanoseconds> duration_limit(const json& rule,
                                                                     std::string_view words);

}  // namespace sluice::catalog
