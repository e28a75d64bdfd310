// SPDX-License-Identifier: Apache-2.0
#pragma once

// How long to wait before trying again: exponential, with jitter, so that a thousand connectors do
// not come back at the same moment.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace sluice::connector {

struct BackoffLimits {
  std::chrono::milliseconds first{100};  // the least of a pause; the first lasts up to twice that
  std::chrono::milliseconds most{30'000};
};

class Backoff {
 public:
  explicit Backoff(BackoffLimits limits, std::uint64_t seed = std::random_device{}())
      : limits_(limits), ceiling_(first_ceiling()), random_(seed) {}

  // Between the least and the ceiling, which doubles each time.
  std::chrono::milliseconds next() {
    std::uniform_int_distribution<std::int64_t> pick(std::min(limits_.first, ceiling_).count(),
                                                     ceiling_.count());
    ceiling_ = std::min(ceiling_ * 2, limits_.most);
    ++count_;
    return std::chrono::milliseconds(pick(random_));
  }
  void reset() {
    ceiling_ = first_ceiling();
    count_ = 0;
  }
  // Pauses since the last reset.
  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

 private:
  [[nodiscard]] std::chrono::milliseconds first_ceiling() const {
    return std::min(limits_.first * 2, limits_.most);
  }

  BackoffLimits limits_;
  std::chrono::milliseconds ceiling_;
  std::uint64_t count_ = 0;
  std::minstd_rand random_;
};

}  // namespace sluice::connector
