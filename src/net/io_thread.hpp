// SPDX-License-Identifier: Apache-2.0
#pragma once

// One thread that runs one `io_context`.

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <thread>

namespace sluice::net {

class IoThread {
 public:
  explicit IoThread(const char* name);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  [[nodiscard]] boost::asio::io_context& context() noexcept;
  [[nodiscard]] bool is_current() const noexcept;
  // No handler starts after this returned true. False: one still runs at the deadline; the
  // thread then ends by itself. Safe to call again, and from the thread itself.
  bool stop(std::chrono::milliseconds deadline);

 private:
  struct State;
  std::shared_ptr<State> state_;
  std::thread thread_;
};

}  // namespace sluice::net
