// SPDX-License-Identifier: Apache-2.0
#pragma once

// YAML text into a tree of `ConfigNode`s with places.
//
// The only user of yaml-cpp. It reads events, not yaml-cpp's own tree, so that duplicate keys
// are seen and aliases are counted while they expand: size, depth, values and text are limited
// before they take memory. JSON is read too, being YAML.

#include "options/report.hpp"
#include "sluice/options/set.hpp"

namespace sluice::options {

// One document. Problems go to the report, with places `path:line:column`; a second document,
// an empty one and bytes that are not UTF-8 are problems. Null when there is no tree to use.
[[nodiscard]] std::optional<ConfigNode> parse_yaml(std::string_view text, const std::string& path,
                                                   const OptionLimits& limits, Report& report);

}  // namespace sluice::options
