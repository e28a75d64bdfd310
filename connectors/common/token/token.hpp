// SPDX-License-Identifier: Apache-2.0
#pragma once

// What tells one running instance from all others, where names are the same. Pure.

#include <random>
#include <string>
#include <string_view>

namespace sluice::common {

// Nobody else has it: 32 hexadecimal digits.
[[nodiscard]] inline std::string new_token() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device random;
  std::string out;
  for (int i = 0; i < 32; ++i) out += digits[random() % digits.size()];
  return out;
}

}  // namespace sluice::common
