// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bytes of requests, or of answers, that the whole server may hold at once. Thread-safe.
//
// Who does not get its share for a request waits, first come first served, and meanwhile does
// not read its socket. How large an answer is shows when it is made: it is charged then, there
// being room for it or not, and who would make another one waits for room.

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace sluice::broker {

class ByteBudget {
 public:
  explicit ByteBudget(std::uint64_t capacity)
      : free_(static_cast<std::int64_t>(capacity)), capacity_(capacity) {}

  [[nodiscard]] std::uint64_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::uint64_t free_bytes() const;
  [[nodiscard]] bool has_room() const { return free_bytes() > 0; }

  // True: taken. False: `granted` runs once, on another thread maybe, when they are taken.
  // Requires: bytes <= capacity().
  [[nodiscard]] bool acquire(std::uint64_t bytes, std::function<void()> granted);
  void release(std::uint64_t bytes);

  // Taken, however little is left. False, and nothing is taken: twice the capacity would be.
  [[nodiscard]] bool charge(std::uint64_t bytes);
  // `look` runs once, on another thread maybe, when there is room again; at once if there is.
  void when_room(std::function<void()> look);

 private:
  struct Waiter {
    std::uint64_t bytes;
    std::function<void()> granted;
  };
  mutable std::mutex mutex_;
  std::int64_t free_;  // below zero: more is charged than there was
  const std::uint64_t capacity_;
  std::deque<Waiter> waiters_;
  std::vector<std::function<void()>> looking_;
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
