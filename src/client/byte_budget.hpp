// SPDX-License-Identifier: Apache-2.0
#pragma once

// A number of bytes that may be used at once. One taker always gets through when nothing is
// used, however much it wants, so that nobody waits for ever. Thread-safe.

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace sluice::client {

class ByteBudget {
 public:
  explicit ByteBudget(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  [[nodiscard]] bool try_take(std::size_t bytes) noexcept;
  // Waits. False: closed.
  [[nodiscard]] bool take(std::size_t bytes);
  void give_back(std::size_t bytes);
  void close();
  [[nodiscard]] std::size_t used() const noexcept { return used_.load(std::memory_order_relaxed); }

 private:
  const std::size_t bytes_max_;
  std::atomic<std::size_t> used_{0};
  std::atomic<int> waiting_{0};
  std::atomic<bool> closed_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
};

}  // namespace sluice::client
