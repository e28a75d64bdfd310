// SPDX-License-Identifier: Apache-2.0
#pragma once

// When a connector stops, and how: the first signal begins the drain, the second ends the
// program at once, the deadline ends a drain that takes too long. Pure.
//
// One wish may come as two signals: timeout(1) tells its child and then the whole process
// group, a shell and a supervisor may both pass on a Ctrl-C. What follows the first signal
// within a moment is therefore the same wish.

#include <algorithm>
#include <chrono>
#include <optional>

#include "connector/clock.hpp"

namespace sluice::connector {

class StopRules {
 public:
  static constexpr std::chrono::milliseconds same_wish{250};

  enum class Action {
    none,
    drain,    // stop reading, finish what is half done
    give_up,  // the time to drain is over
    leave     // end the program now
  };

  explicit StopRules(std::chrono::milliseconds drain_timeout) : drain_timeout_(drain_timeout) {}

  // While starting nothing was read yet, so there is less to wait for.
  Action on_signal(TimePoint now, bool starting) {
    if (first_signal_) {
      return now - *first_signal_ < same_wish ? Action::none : Action::leave;
    }
    first_signal_ = now;
    constexpr std::chrono::milliseconds start_timeout{1'000};
    begin(now, starting ? std::min(start_timeout, drain_timeout_) : drain_timeout_);
    return Action::drain;
  }
  // The connector failed: what it has sent is still worth waiting for, but not for ever.
  void on_failure(TimePoint now) { begin(now, drain_timeout_); }
  Action on_time(TimePoint now) {
    if (!deadline_ || now < *deadline_) return Action::none;
    deadline_.reset();
    gave_up_ = true;
    return Action::give_up;
  }
  // When to call `on_time`.
  [[nodiscard]] std::optional<TimePoint> deadline() const noexcept { return deadline_; }

 private:
  void begin(TimePoint now, std::chrono::milliseconds timeout) {
    if (!deadline_ && !gave_up_) deadline_ = now + timeout;
  }

  std::chrono::milliseconds drain_timeout_;
  std::optional<TimePoint> deadline_;
  std::optional<TimePoint> first_signal_;
  bool gave_up_ = false;
};

}  // namespace sluice::connector
