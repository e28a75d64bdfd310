// SPDX-License-Identifier: Apache-2.0
#pragma once

// SIGINT and SIGTERM, read instead of handled: blocked for the thread that makes this object
// and for those that it starts, and delivered through a file descriptor.

#include <csignal>
#include <optional>

namespace sluice::connector {

class Signals {
 public:
  // Make it before the first thread. Throws: `io`.
  Signals();
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  [[nodiscard]] int fd() const noexcept { return fd_; }
  // The signal that waits, if one does.
  [[nodiscard]] std::optional<int> take() noexcept;

 private:
  sigset_t before_{};
  int fd_;
};

}  // namespace sluice::connector
