// SPDX-License-Identifier: Apache-2.0
#pragma once

// Time, as the kit sees it; tests give it their own.

#include <chrono>

namespace sluice::connector {

using TimePoint = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const { return std::chrono::steady_clock::now(); }
  [[nodiscard]] virtual WallTime wall() const { return std::chrono::system_clock::now(); }
};

}  // namespace sluice::connector
