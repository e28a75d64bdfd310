// SPDX-License-Identifier: Apache-2.0
#pragma once

// A pipe whose lines go to a rotating log, on a thread of its own.

#include <thread>

#include "deploy/rotating_log.hpp"

namespace sluice::deploy {

class LogPump {
 public:
  // Throws: `io`.
  explicit LogPump(RotatingLog& log);
  // Returns when everything written is in the log: all copies of `fd` are closed by then, or a
  // program that keeps one is not waited for longer than a moment.
  ~LogPump();
  LogPump(const LogPump&) = delete;
  LogPump& operator=(const LogPump&) = delete;

  // To write to.
  [[nodiscard]] int fd() const noexcept { return writer_; }

 private:
  void run();

  RotatingLog& log_;
  int reader_ = -1;
  int writer_ = -1;
  int stop_ = -1;  // an eventfd
  std::thread thread_;
};

}  // namespace sluice::deploy
