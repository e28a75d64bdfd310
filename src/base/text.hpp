// SPDX-License-Identifier: Apache-2.0
#pragma once

// Small things about text that more than one part needs. Pure.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

[[nodiscard]] std::string_view trim(std::string_view text) noexcept;
// The pieces between separators, empty ones included; the views look into `text`.
[[nodiscard]] std::vector<std::string_view> split(std::string_view text, char separator);
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;
// The content of a JSON string literal, without the quotes. Bytes that are not UTF-8 become
// U+FFFD, so the result is always valid JSON.
[[nodiscard]] std::string json_escape(std::string_view text);
// As it is, or in double quotes when it is empty or has a blank, quote or control character.
[[nodiscard]] std::string quote_if_needed(std::string_view text);
// Now, as 2026-11-23T13:20:50.123Z.
[[nodiscard]] std::string utc_now();
// The candidate that `word` is most likely a misspelling of; none when nothing is near.
[[nodiscard]] std::optional<std::string> nearest(std::string_view word,
                                                 std::span<const std::string> candidates);

}  // namespace sluice
