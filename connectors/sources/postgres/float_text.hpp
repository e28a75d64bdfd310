// SPDX-License-Identifier: Apache-2.0
#pragma once

// Numbers of float4 and float8 columns as JSON has them in Rust (crate ryu): the shortest text that
// is read as the same number, always with a point or an exponent: `1.5`, `5.0`, `1e20`. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace sluice::postgres {

// None for NaN and infinities, which JSON does not have, and for what is not a number.
[[nodiscard]] std::optional<std::string> json_of_float4(std::string_view text);
[[nodiscard]] std::optional<std::string> json_of_float8(std::string_view text);

}  // namespace sluice::postgres
