// SPDX-License-Identifier: Apache-2.0
#pragma once

// Splits a command line into options and their texts. Values are not looked at.

#include "options/bound.hpp"
#include "options/report.hpp"

namespace sluice::options {

struct CommandLine {
  // Texts per row of the flat list, in order.
  std::map<std::size_t, std::vector<std::string>> texts;
  ParseOutcome::Wants wants = ParseOutcome::Wants::run;
};

[[nodiscard]] CommandLine read_command_line(std::span<const BoundRow> rows,
                                            std::span<const std::string> words, Report& report);

}  // namespace sluice::options
