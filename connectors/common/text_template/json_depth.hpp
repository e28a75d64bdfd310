// SPDX-License-Identifier: Apache-2.0
#pragma once

// How deep JSON of others may go where it is written again, which takes stack for each level: a
// record of a megabyte can have half a million of them. Pure.

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace sluice::common {

inline constexpr std::size_t json_depth_max = 500;

// Whether more objects and lists than that stand open at one place. Any text will do.
[[nodiscard]] constexpr bool is_too_deep(std::string_view json) {
  std::size_t open = 0;
  bool in_text = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (in_text) {
      if (c == '\\') ++i;
      in_text = c != '"';
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      if (++open > json_depth_max) return true;
    } else if (c == '}' || c == ']') {
      open -= std::min<std::size_t>(open, 1);
    }
  }
  return false;
}

}  // namespace sluice::common
