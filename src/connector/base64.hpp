// SPDX-License-Identifier: Apache-2.0
#pragma once

// Base64 with padding, for bytes that must stand in JSON. Pure.

#include <optional>
#include <string>
#include <string_view>

namespace sluice::connector {

[[nodiscard]] std::string to_base64(std::string_view bytes);
// Nothing when it is not base64.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace sluice::connector
