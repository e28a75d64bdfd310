// SPDX-License-Identifier: Apache-2.0
#include "broker/budget.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/assert.hpp"

namespace sluice::broker {

std::uint64_t ByteBudget::free_bytes() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::uint64_t>(std::max<std::int64_t>(free_, 0));
}

bool ByteBudget::acquire(std::uint64_t bytes, std::function<void()> granted) {
  SLUICE_ASSERT(bytes <= capacity_);
  const std::lock_guard lock(mutex_);
  if (waiters_.empty() && static_cast<std::int64_t>(bytes) <= free_) {
    free_ -= static_cast<std::int64_t>(bytes);
    return true;
  }
  waiters_.push_back({bytes, std::move(granted)});
  return false;
}

void ByteBudget::release(std::uint64_t bytes) {
  std::vector<std::function<void()>> granted;
  {
    const std::lock_guard lock(mutex_);
    free_ += static_cast<std::int64_t>(bytes);
    while (!waiters_.empty() && static_cast<std::int64_t>(waiters_.front().bytes) <= free_) {
      free_ -= static_cast<std::int64_t>(waiters_.front().bytes);
      granted.push_back(std::move(waiters_.front().granted));
      waiters_.pop_front();
    }
    if (free_ > 0) {
      for (auto& look : std::exchange(looking_, {})) granted.push_back(std::move(look));
    }
  }
  for (const auto& run : granted) run();
}

bool ByteBudget::charge(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  const auto capacity = static_cast<std::int64_t>(capacity_);
  // One answer alone is always taken: there must be a way to get it.
  const bool is_first = free_ == capacity;
  if (!is_first && free_ - static_cast<std::int64_t>(bytes) < -capacity) return false;
  free_ -= static_cast<std::int64_t>(bytes);
  return true;
}

void ByteBudget::when_room(std::function<void()> look) {
  {
    const std::lock_guard lock(mutex_);
    if (free_ <= 0) {
      looking_.push_back(std::move(look));
      return;
    }
  }
  look();
}

}  // namespace sluice::broker
