// SPDX-License-Identifier: Apache-2.0
#pragma once

// A pipe whose lines go to a rotating log, on a thread of its own.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
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
  // Returns when what was written before the call is in the log, a line without an end too; after
  // `limit` at the latest.
  void flush(std::chrono::milliseconds limit);

 private:
  void run();
  void wake() const;
  void flushed(std::uint64_t number);

  RotatingLog& log_;
  int reader_ = -1;
  int writer_ = -1;
  int wake_ = -1;  // an eventfd
  std::mutex guard_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::uint64_t wanted_ = 0;   // flushes that were asked for
  std::uint64_t flushed_ = 0;  // of them, done
  std::thread thread_;
};

}  // namespace sluice::deploy
