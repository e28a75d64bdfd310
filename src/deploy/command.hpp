// SPDX-License-Identifier: Apache-2.0
#pragma once

// The programs that deployments are made with (kubectl, docker, systemctl), run to their end, and
// what is said when one of them fails.

#include <chrono>
#include <string>
#include <vector>

#include "base/run_program.hpp"

namespace sluice::deploy {

inline constexpr std::chrono::milliseconds command_timeout{120'000};

// Throws: `io` when no process can be made.
[[nodiscard]] ProgramEnd run_command(const std::vector<std::string>& words,
                                     std::chrono::milliseconds timeout = command_timeout);
// Its output. Throws: `io` with what it says when it fails, `timed_out`.
std::string must_run(const std::vector<std::string>& words,
                     std::chrono::milliseconds timeout = command_timeout);

// For a message: the words as a shell would take them.
[[nodiscard]] std::string joined(const std::vector<std::string>& words);
// The last line that says something, or `no word of why`.
[[nodiscard]] std::string last_line(const std::string& text);

}  // namespace sluice::deploy
