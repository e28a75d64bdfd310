// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lets one coroutine wait until it is told to look again. A notification that comes before
// the wait is not lost; several are one. For one thread.

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sluice::broker {

class Signal {
 public:
  explicit Signal(const boost::asio::any_io_executor& executor)
      : timer_(executor, boost::asio::steady_timer::time_point::max()) {}

  void notify() {
    notified_ = true;
    timer_.cancel();
  }
  boost::asio::awaitable<void> wait() {
    if (!std::exchange(notified_, false)) {
      co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      notified_ = false;
    }
  }

 private:
  boost::asio::steady_timer timer_;
  bool notified_ = false;
};

}  // namespace sluice::broker
