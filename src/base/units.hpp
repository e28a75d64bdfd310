// SPDX-License-Identifier: Apache-2.0
#pragma once

// Durations and sizes as people write them: `1h 30m`, `250ms`, `32 KiB`, `44.0 MB`.
//
// Format and parse are inverse: what `format_x` writes, `parse_x` reads as the same value.
// Errors are `invalid_argument`, with the text that was given and an example of a right one.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice {

// Numbers with units, blanks optional: ns us ms s m h d w M y, their words and plurals; a
// month has 30.44 days, a year 365.25. A number without a unit is an error, unless it is 0 or
// `bare_unit` says what it counts. At most 292 years.
[[nodiscard]] Result<std::chrono::nanoseconds> parse_duration(
    std::string_view text, std::chrono::nanoseconds bare_unit = std::chrono::nanoseconds{0});
// Largest units first, from days down: `1d 2h`, `10s`, `1s 500ms`, `0s`.
[[nodiscard]] std::string format_duration(std::chrono::nanoseconds duration);

// A number of bytes, or a number with decimals and a unit, in any case: B KB MB GB TB PB are
// powers of 1000, KiB MiB GiB TiB PiB of 1024.
[[nodiscard]] Result<std::uint64_t> parse_byte_size(std::string_view text);
// Exact: the largest binary unit that divides it (`32 KiB`), else the number of bytes.
[[nodiscard]] std::string format_byte_size(std::uint64_t bytes);

}  // namespace sluice
