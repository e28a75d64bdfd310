// SPDX-License-Identifier: Apache-2.0
#pragma once

// YAML values as text: whole structures as JSON, plain numbers as generation B/K wrote them.

#include "sluice/options/config.hpp"

namespace sluice::options {

// Compact JSON with sorted keys. Unquoted scalars have their YAML type.
[[nodiscard]] std::string json_of(const ConfigNode& node);

[[nodiscard]] bool is_json(std::string_view text);

// A plain scalar as generation B/K passed it on: `10.0` is `10`, `0xf1` is `241`, and
// `12.3015e+05` is `1230150`; anything but a number stays.
[[nodiscard]] std::string stringified(const std::string& plain);

}  // namespace sluice::options
