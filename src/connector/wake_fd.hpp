// SPDX-License-Identifier: Apache-2.0
#pragma once

// A file descriptor that poll(2) sees as readable from `signal` until `clear`.
// `signal` may come from any thread, after the state that it tells of was changed; who clears
// looks at that state afterwards.

#include <atomic>

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
  void clear() noexcept;

 private:
  int fd_;
  std::atomic<bool> signalled_{false};
};

}  // namespace sluice::connector
