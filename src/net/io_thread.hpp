// SPDX-License-Identifier: Apache-2.0
#pragma once

// One thread that runs one `io_context`.
//
// The context lives as long as this object: whoever holds timers or sockets of it outside of
// its handlers must go first.

#include <chrono>
#include <memory>
#include <thread>

#include <boost/asio/io_context.hpp>

namespace sluice::net {

class IoThread {
 public:
  explicit IoThread(const char* name);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  [[nodiscard]] boost::asio::io_context& context() noexcept;
  [[nodiscard]] bool is_current() const noexcept;
  // No handler starts after this returned true; what is queued never runs. False: one still
  // runs at the deadline. Safe to call again, and from the thread itself.
  bool stop(std::chrono::milliseconds deadline);
  [[nodiscard]] bool stopped() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace sluice::net
