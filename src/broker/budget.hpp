// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bytes of requests that the whole server may hold at once. Who does not get its share
// waits, first come first served, and meanwhile does not read its socket. Thread-safe.

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

namespace sluice::broker {

class ByteBudget {
 public:
  explicit ByteBudget(std::uint64_t capacity) : free_(capacity), capacity_(capacity) {}

  [[nodiscard]] std::uint64_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::uint64_t free_bytes() const;

  // True: taken. False: `granted` runs once, on another thread maybe, when they are taken.
  // Requires: bytes <= capacity().
  [[nodiscard]] bool acquire(std::uint64_t bytes, std::function<void()> granted);
  void release(std::uint64_t bytes);

 private:
  struct Waiter {
    std::uint64_t bytes;
    std::function<void()> granted;
  };
  mutable std::mutex mutex_;
  std::uint64_t free_;
  const std::uint64_t capacity_;
  std::deque<Waiter> waiters_;
};

// Gives its bytes back when it goes.
class BudgetLease {
 public:
  BudgetLease() = default;
  BudgetLease(ByteBudget& budget, std::uint64_t bytes) : budget_(&budget), bytes_(bytes) {}
  BudgetLease(BudgetLease&& other) noexcept
      : budget_(std::exchange(other.budget_, nullptr)), bytes_(other.bytes_) {}
  BudgetLease& operator=(BudgetLease&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~BudgetLease() {
    if (budget_) budget_->release(bytes_);
  }

 private:
  ByteBudget* budget_ = nullptr;
  std::uint64_t bytes_ = 0;
};

}  // namespace sluice::broker
