// SPDX-License-Identifier: Apache-2.0
#pragma once

// One connector program in a process group of its own, which cannot outlive this process: when this
// one ends, however it ends, the program gets SIGTERM, and what is left of its group SIGKILL.
//
// A guard process per program sees to that; the program is not started before the guard is there.
// It hangs on a pipe that only this process holds open, and keeps `kept_fds` (locks) until the
// group is gone. One thread; not for a thread that may end before the program does.

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "launch/launch_plan.hpp"
#include "launch/restart_policy.hpp"

namespace sluice::launch {

struct ChildSetup {
  int output_fd = -1;         // for its standard output and error; -1: those of this process
  std::vector<int> kept_fds;  // what the guard holds open; the last is let go first
  std::chrono::milliseconds grace{10'000};  // between the guard's SIGTERM and SIGKILL
};

class ChildProcess {
 public:
  // Throws: `io` or `permission_denied` when the program cannot be started, with the reason.
  ChildProcess(const LaunchPlan& plan, const ChildSetup& setup);
  // Kills what still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  // To the whole group.
  void send(int signal) const noexcept;
  // How the program ended, once it has.
  [[nodiscard]] const std::optional<ChildEnd>& end();
  // Whether nothing of the group is left. The program's own children count, they are adopted.
  [[nodiscard]] bool is_gone();

 private:
  void collect();
  bool start_guard(const ChildSetup& setup);

  pid_t pid_ = -1;
  pid_t guard_ = -1;
  int guard_pipe_ = -1;
  bool is_gone_ = false;
  std::optional<ChildEnd> end_;
};

}  // namespace sluice::launch
