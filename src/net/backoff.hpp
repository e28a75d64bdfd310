// SPDX-License-Identifier: Apache-2.0
#pragma once

// Pauses between attempts: they double up to a limit, and each is a random part of its bound,
// so that many clients do not come back at the same moment. Pure: the seed decides.

#include <chrono>
#include <cstdint>
#include <random>

namespace sluice::net {

class Backoff {
 public:
  struct Limits {
    std::chrono::milliseconds min{20};
    std::chrono::milliseconds max{10'000};
  };
  Backoff(Limits limits, std::uint64_t seed) : limits_(limits), random_(seed) {}

  // How long to wait now: between half of the bound and all of it. The bound doubles.
  [[nodiscard]] std::chrono::milliseconds next();
  void reset() noexcept { bound_ = std::chrono::milliseconds{0}; }

 private:
  Limits limits_;
  std::chrono::milliseconds bound_{0};
  std::mt19937_64 random_;
};

}  // namespace sluice::net
