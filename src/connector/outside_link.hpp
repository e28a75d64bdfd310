// SPDX-License-Identifier: Apache-2.0
#pragma once

// The connection to the outside, as a connector tells of it: counted, shown in health, and
// logged when it changes; a fault that repeats is logged once in a while. On the author's
// thread only.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

#include "connector/backoff.hpp"
#include "connector/log_limiter.hpp"
#include "connector/stats.hpp"

namespace sluice::connector {

class OutsideLink {
 public:
  OutsideLink(const Clock& clock, Stats& stats, BackoffLimits limits)
      : clock_(clock), stats_(stats), backoff_(limits) {}

  void connected();
  void disconnected(const Error& error);
  // Counts and logs a failure that will be tried again: the pause before that.
  std::chrono::milliseconds pause_after(std::string_view what, const Error& error);
  // The pause before the next try, for a caller that has told of the failure already.
  std::chrono::milliseconds next_pause();
  // The outside asked for this pause, once: the next one lasts at least as long.
  void retry_after(std::chrono::milliseconds pause) { asked_ = std::min(pause, asked_max); }
  // The pause, or the longer one that was asked for.
  [[nodiscard]] std::chrono::milliseconds at_least_as_asked(std::chrono::milliseconds pause) {
    return std::max(pause, std::exchange(asked_, {}));
  }
  // Pauses since it last worked.
  [[nodiscard]] std::uint64_t pauses() const noexcept { return backoff_.count(); }
  // It works again.
  void recovered();
  // The same, seen from a record that came; the next pause is as long as it would have been.
  void works();

 private:
  static constexpr std::chrono::milliseconds asked_max = std::chrono::hours(1);

  void warn(std::string_view text, const Error& error);

  const Clock& clock_;
  Stats& stats_;
  Backoff backoff_;
  LogLimiter limiter_;
  Outside last_ = Outside::unknown;  // as the connector says
  std::chrono::milliseconds asked_{0};
  bool failing_ = false;  // as the kit has seen since
};

}  // namespace sluice::connector
