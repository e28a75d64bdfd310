// SPDX-License-Identifier: Apache-2.0
#pragma once

// Base64 with padding (RFC 4648 §4), for bytes that must stand in text. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace sluice {

[[nodiscard]] std::string to_base64(std::string_view bytes);
// Nothing unless it is what `to_base64` makes of some bytes.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace sluice
