// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a partition begins that the group has no offset of: `earliest`, `latest`, or a time, as
// `2026-01-31T12:00:00Z` or as milliseconds since 1970.

#include <chrono>
#include <optional>
#include <string_view>
#include <variant>

namespace sluice::kafka {

struct Earliest {};
struct Latest {};
using Start = std::variant<Earliest, Latest, std::chrono::milliseconds>;

// None when the text is neither.
[[nodiscard]] std::optional<Start> parse_start(std::string_view text);

}  // namespace sluice::kafka
