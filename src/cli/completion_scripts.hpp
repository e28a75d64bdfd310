// SPDX-License-Identifier: Apache-2.0
#pragma once

// Completion scripts of the whole tool, made from the table of verbs and their options. Pure.

#include <string>

#include "sluice/options/describe.hpp"

namespace sluice::cli {

[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

}  // namespace sluice::cli
