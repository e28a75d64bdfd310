// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a change to a deployment changes, as lines to read: `- old`, `+ new`. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "deploy/deployment.hpp"

namespace sluice::deploy {

// The lines that differ, with two lines around each place; empty when none does. Texts with more
// than a few thousand lines are given as old and new whole.
[[nodiscard]] std::string line_difference(std::string_view before, std::string_view after);

// Everything that differs but the generation and what is wanted of it. Of the secrets it says only
// that they differ. Empty: applying changes nothing.
[[nodiscard]] std::string difference(const std::optional<Applied>& before, const Applied& after);

}  // namespace sluice::deploy
