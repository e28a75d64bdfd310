// SPDX-License-Identifier: Apache-2.0
#pragma once

// What names bytes by their content. Pure.

#include <string>
#include <string_view>

namespace sluice {

// SHA-256 (FIPS 180-4) in 64 hexadecimal digits, small.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace sluice
