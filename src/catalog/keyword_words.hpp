// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a refusal by one keyword of draft-07 is said. Pure.

#include <string>
#include <vector>

#include "catalog/json_limits.hpp"

namespace sluice::catalog {

struct KeywordWords {
  std::string wrong;
  std::string right;
};

// `value` is what `keyword`, with its `rule`, refuses.
[[nodiscard]] KeywordWords words_for(const std::string& keyword, const json& rule,
                                     const json& value);
// `did you mean "qos"?`, or all names when they are few.
[[nodiscard]] std::string advice_for_name(std::string_view name,
                                          const std::vector<std::string>& names);
// `a, b and c`, each in backquotes.
[[nodiscard]] std::string joined(const std::vector<std::string>& names);

}  // namespace sluice::catalog
