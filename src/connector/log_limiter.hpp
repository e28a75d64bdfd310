// SPDX-License-Identifier: Apache-2.0
#pragma once

// Keeps a fault that repeats from filling the log: of one kind, the first is written at once,
// then one in a period, with the number of those in between.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "connector/clock.hpp"
#include "sluice/error.hpp"

namespace sluice::connector {

class LogLimiter {
 public:
  explicit LogLimiter(std::chrono::milliseconds period = std::chrono::seconds(30))
      : period_(period) {}

  // How many of this kind were kept back since the last that was written, if this one may be.
  std::optional<std::uint64_t> allow(Errc code, TimePoint now) {
    auto& seen = seen_[code];
    if (seen.written && now - *seen.written < period_) {
      ++seen.kept_back;
      return std::nullopt;
    }
    seen.written = now;
    return std::exchange(seen.kept_back, 0);
  }
  // The fault is over: the next one is written at once.
  void reset() { seen_.clear(); }

 private:
  struct Seen {
    std::optional<TimePoint> written;
    std::uint64_t kept_back = 0;
  };
  std::chrono::milliseconds period_;
  std::map<Errc, Seen> seen_;
};

}  // namespace sluice::connector
