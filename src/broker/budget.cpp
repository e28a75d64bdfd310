// SPDX-License-Identifier: Apache-2.0
#include "broker/budget.hpp"

#include <vector>

#include "base/assert.hpp"

namespace sluice::broker {

std::uint64_t ByteBudget::free_bytes() const {
  const std::lock_guard lock(mutex_);
  return free_;
}

bool ByteBudget::acquire(std::uint64_t bytes, std::function<void()> granted) {
  SLUICE_ASSERT(bytes <= capacity_);
  const std::lock_guard lock(mutex_);
  if (waiters_.empty() && bytes <= free_) {
    free_ -= bytes;
    return true;
  }
  waiters_.push_back({bytes, std::move(granted)});
  return false;
}

void ByteBudget::release(std::uint64_t bytes) {
  std::vector<std::function<void()>> granted;
  {
    const std::lock_guard lock(mutex_);
    free_ += bytes;
    while (!waiters_.empty() && waiters_.front().bytes <= free_) {
      free_ -= waiters_.front().bytes;
      granted.push_back(std::move(waiters_.front().granted));
      waiters_.pop_front();
    }
  }
  for (const auto& run : granted) run();
}

}  // namespace sluice::broker
