// SPDX-License-Identifier: Apache-2.0
#pragma once

// Numbers as people read them. Pure; for exact sizes and durations see base/units.hpp.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::cli {

// 1234567 as `1,234,567`.
[[nodiscard]] std::string human_count(std::int64_t count);
// Three digits and a binary unit: `1.21 MiB`, `98.0 KiB`, `512 B`.
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);
// A count or bytes in a time: `12,345 records/s`, `1.21 MiB/s`. A time of 0 counts as 1 ms.
[[nodiscard]] std::string human_rate(std::uint64_t count, std::chrono::nanoseconds time);
[[nodiscard]] std::string human_byte_rate(std::uint64_t bytes, std::chrono::nanoseconds time);
// Two significant places: `0.12 s`, `3.4 s`, `125 s`.
[[nodiscard]] std::string human_seconds(std::chrono::nanoseconds time);
// `1 record`, `2 records`: an `s` unless there is one.
[[nodiscard]] std::string plural(std::int64_t count, std::string_view thing);
// Milliseconds since 1970 as 2026-11-23T13:20:50.123Z; `-` for a negative one.
[[nodiscard]] std::string utc_time(std::chrono::milliseconds since_1970);

}  // namespace sluice::cli
