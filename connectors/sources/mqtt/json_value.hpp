// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads one JSON text and writes it again in the form that the official connector gives it:
// compact, keys in their order, the last of several equal keys at the place of the first,
// numbers and escapes in one spelling.

#include <string>
#include <string_view>

namespace sluice::mqtt {

// Nested deeper than this is refused, as the official connector does.
inline constexpr std::size_t json_depth_max = 127;

// Appends the value of `text` to `out`. False, and `out` as before, when it is not exactly one
// JSON value in UTF-8.
[[nodiscard]] bool append_json_value(std::string& out, std::string_view text);

// Appends the shortest text that reads as the same number, laid out as Rust's printers do.
// Requires: a finite number.
void append_json_double(std::string& out, double value);

}  // namespace sluice::mqtt
