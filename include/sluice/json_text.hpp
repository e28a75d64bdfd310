// SPDX-License-Identifier: Apache-2.0
#pragma once

// JSON strings, for connectors whose records are JSON objects around somebody's text.

#include <string>
#include <string_view>

namespace sluice {

// Appends `text` as a JSON string, quotes included. Only what must be escaped is; bytes that are
// not UTF-8 become U+FFFD, so the result is always valid JSON.
void append_json_string(std::string& out, std::string_view text);
// Without overlong forms and surrogates (RFC 3629).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

}  // namespace sluice
