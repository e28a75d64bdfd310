// SPDX-License-Identifier: Apache-2.0
#pragma once

// Moves work into a process of its own that outlives this one, and hears whether it started.

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>

namespace sluice::cli {

// Called in the new process when it is ready, with a line for the one that started it.
using StartedWith = std::function<void(const std::string& line)>;

// Runs `work` in a detached process without a terminal, its output appended to `log`, and
// returns the line that it gives to its callback. Throws: what `work` throws before that;
// `timed_out`; `io`. Requires: this process has one thread.
[[nodiscard]] std::string start_in_background(const std::filesystem::path& log,
                                              std::chrono::milliseconds timeout,
                                              const std::function<void(StartedWith)>& work);

}  // namespace sluice::cli
