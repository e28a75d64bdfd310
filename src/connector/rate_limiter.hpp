// SPDX-License-Identifier: Apache-2.0
#pragma once

// How fast records may flow: a token bucket for records and one for their bytes.
//
// A bucket holds what one second gives. What is taken at once may be more than a bucket has: then
// it is in debt, and the next one waits until it is paid. So a record of any size passes, and the
// rate holds over time. Pure; not thread-safe.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include "connector/clock.hpp"

namespace sluice::connector {

struct RateLimits {
  std::uint64_t records = 0;  // a second; 0: no limit
  std::uint64_t bytes = 0;
};

class TokenBucket {
 public:
  // A rate of 0 is no limit.
  explicit TokenBucket(std::uint64_t rate) : rate_(static_cast<double>(rate)), tokens_(rate_) {}

  void take(std::uint64_t count) {
    if (rate_ > 0) tokens_ -= static_cast<double>(count);
  }
  void refill(TimePoint now) {
    if (rate_ == 0) return;
    if (last_ && now > *last_) {
      const std::chrono::duration<double> passed = now - *last_;
      tokens_ = std::min(rate_, tokens_ + rate_ * passed.count());
    }
    last_ = now;
  }
  // How long until the next may be taken.
  [[nodiscard]] std::chrono::milliseconds wait() const {
    if (rate_ == 0 || tokens_ >= 1) return {};
    constexpr double most_ms = 86'400'000;
    const auto ms = std::min(std::ceil((std::min(1.0, rate_) - tokens_) / rate_ * 1'000), most_ms);
    return std::chrono::milliseconds(static_cast<std::int64_t>(ms));
  }
  // The most that should be taken at once now. Requires: there is nothing to wait for.
  [[nodiscard]] std::uint64_t room() const {
    if (rate_ == 0) return std::numeric_limits<std::uint64_t>::max();
    return static_cast<std::uint64_t>(std::max(tokens_, 1.0));
  }

 private:
  double rate_;
  double tokens_;
  std::optional<TimePoint> last_;
};

class RateLimiter {
 public:
  explicit RateLimiter(RateLimits limits) : records_(limits.records), bytes_(limits.bytes) {}

  // How long to wait before more may be taken.
  [[nodiscard]] std::chrono::milliseconds wait(TimePoint now) {
    records_.refill(now);
    bytes_.refill(now);
    return std::max(records_.wait(), bytes_.wait());
  }
  void take(std::uint64_t records, std::uint64_t bytes) {
    records_.take(records);
    bytes_.take(bytes);
  }
  [[nodiscard]] std::uint64_t record_room() const { return records_.room(); }
  [[nodiscard]] std::uint64_t byte_room() const { return bytes_.room(); }

 private:
  TokenBucket records_;
  TokenBucket bytes_;
};

}  // namespace sluice::connector
