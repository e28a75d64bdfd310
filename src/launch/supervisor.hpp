// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keeps one connector running until it has finished, cannot go on, or is told to stop.
//
// SIGTERM and SIGINT are taken from this thread while it works: the first goes on to the program,
// which drains; the second kills it, and so does the end of `drain_timeout`. What the program
// leaves of its process group gets the same. Requires: no other thread takes these signals
// (they are blocked in all threads, or there is one thread).

#include <functional>

#include "launch/child_process.hpp"
#include "launch/launch_plan.hpp"
#include "launch/restart_policy.hpp"

namespace sluice::launch {

struct SuperviseOptions {
  RestartLimits limits;
  bool once = false;                                // never restart
  std::chrono::milliseconds drain_timeout{30'000};  // from the first signal to SIGKILL
  int output_fd = -1;                               // as in ChildSetup
  std::vector<int> kept_fds;                        // as in ChildSetup
};

struct SuperviseHooks {
  // Lines for people, without line feed: `restart 3 in 4s: exit code 3 (environment)`.
  std::function<void(const std::string& line)> say;
  // After each start and each end.
  std::function<void(pid_t pid, std::uint64_t restarts)> started;
  std::function<void(const ChildEnd& end, std::uint64_t restarts)> ended;
};

struct SuperviseResult {
  enum class Why : std::uint8_t {
    finished,       // exit code 0
    stopped,        // by a signal to this process
    configuration,  // exit code 2: not restarted
    gave_up,        // no restarts are left, or none are wanted
  };
  Why why = Why::finished;
  ChildEnd last;
  std::uint64_t restarts = 0;

  [[nodiscard]] int exit_code() const noexcept { return last.code(); }
};

// Throws: as ChildProcess, for the first start only; a later start that fails is an end with exit
// code 3.
[[nodiscard]] SuperviseResult supervise(const LaunchPlan& plan, const SuperviseOptions& options,
                                        const SuperviseHooks& hooks);

}  // namespace sluice::launch
