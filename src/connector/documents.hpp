// SPDX-License-Identifier: Apache-2.0
#pragma once

// The first words that print a document of the program and contact nothing: `man` (the manual
// page, in roff), and `completions bash|zsh|fish`. They are for packages, so help does not show
// them.

#include <optional>
#include <span>
#include <string>

#include "sluice/options.hpp"

namespace sluice::connector {

// Nothing when the first word is another one.
// Throws: `usage` for a shell that there is no script for.
[[nodiscard]] std::optional<std::string> document(std::span<const std::string> words,
                                                  const ProgramInfo& about, const OptionSet& set);

}  // namespace sluice::connector
