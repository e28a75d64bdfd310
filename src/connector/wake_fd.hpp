// SPDX-License-Identifier: Apache-2.0
#pragma once

// A file descriptor that poll(2) sees as readable from `signal`, or the end of a time, until
// `clear`.
// `signal` may come from any thread, after the state that it tells of was changed; who clears
// looks at that state afterwards.

#include <atomic>
#include <chrono>

namespace sluice::connector {

class WakeFd {
 public:
  // Throws: `io`.
  WakeFd();
  ~WakeFd();
  WakeFd(const WakeFd&) = delete;
  WakeFd& operator=(const WakeFd&) = delete;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  void signal() noexcept;
  // Signals when the time is over; the last call counts. On the thread that clears.
  void signal_after(std::chrono::milliseconds time) noexcept;
  void clear() noexcept;

 private:
  int fd_;  // an epoll instance that has both
  int event_;
  int timer_;
  bool timed_ = false;
  std::atomic<bool> signalled_{false};
};

}  // namespace sluice::connector
