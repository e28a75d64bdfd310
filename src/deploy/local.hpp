// SPDX-License-Identifier: Apache-2.0
#pragma once

// Local deployments from outside: starting and stopping their supervisor, and how they are.
//
// Whether one runs is said by its lock. Every function that changes something requires the change
// lock of the deployment (`Store::lock_for_change`).

#include <chrono>
#include <optional>
#include <string>

#include "deploy/run_record.hpp"
#include "deploy/supervise.hpp"
#include "deploy/systemd.hpp"

namespace sluice::deploy {

enum class Start : std::uint8_t {
  up,        // it runs, and does what it should
  finished,  // it ended with nothing left to do
  trying,    // it ended or is not ready, and is tried again
  failed,    // it ended, and is not tried again
};

struct StartEnd {
  Start start = Start::up;
  int exit_code = 0;     // of the program, when it is not up
  std::string reason;    // a sentence
  std::string log_tail;  // what it wrote last
};

struct LocalState {
  std::string state;  // `running`, `paused`, `starting`, `waiting`, `stopped`, `down`, ...
  bool supervised = false;
  std::optional<RunRecord> record;
  std::string problem;  // why `record` is missing though there should be one
};

class Local {
 public:
  Local(const Store& store, const Control& control) : store_(store), control_(control) {}

  // Starts the supervisor of what is saved and waits until it is clear how that goes, at most
  // `window`. With a unit systemd starts it. Requires: it does not run.
  [[nodiscard]] StartEnd start(const std::string& name, std::chrono::milliseconds window) const;

  // Returns when nothing of it runs. False: nothing did. Throws: `timed_out` when it does not stop.
  bool stop(const Deployment& deployment) const;

  void install_unit(const Deployment& deployment) const;
  void remove_unit(const Deployment& deployment) const;

  [[nodiscard]] LocalState look(const Deployment& deployment) const;
  [[nodiscard]] bool is_supervised(const std::string& name) const;

 private:
  [[nodiscard]] std::optional<StartEnd> judge(
      const Applied& applied,
      std::optional<std::chrono::steady_clock::time_point>& running_since) const;
  const Store& store_;
  const Control& control_;
  Systemd systemd_;
};

// This program's own file.
[[nodiscard]] std::string own_program();

}  // namespace sluice::deploy
