// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs a session on a thread of its own, and watches: signals, the drain's deadline, the
// status line once a minute. The calling thread does nothing else until the session ended.

#include <chrono>
#include <functional>
#include <optional>

#include "connector/session.hpp"
#include "connector/stats.hpp"
#include "sluice/error.hpp"

namespace sluice::connector {

struct SupervisorSettings {
  std::chrono::milliseconds drain_timeout{10'000};
  std::chrono::milliseconds status_period{60'000};
  int signal_fd = -1;
  std::function<std::optional<int>()> take_signal;  // reads what `signal_fd` announced
  std::function<void()> status;                     // writes the status line
};

struct RunEnd {
  std::optional<Error> failure;      // why it stopped, when nobody asked
  std::uint64_t unfinished = 0;      // records that were not drained
  bool cut_short = false;            // the time to drain was over before all was done
  std::optional<int> second_signal;  // leave at once with 128 + this
  bool thread_is_stuck = false;      // the session did not return: the program must not either

  [[nodiscard]] int exit_code() const;
};

[[nodiscard]] RunEnd supervise(Session& session, Stats& stats, const SupervisorSettings& settings);

}  // namespace sluice::connector
