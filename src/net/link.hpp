// SPDX-License-Identifier: Apache-2.0
#pragma once

// The way to one server, across connections: opens one when somebody needs it, shares it, and
// waits between attempts that fail.
//
// An attempt that fails is told to everybody who waits for it; whoever asks again gets the next
// attempt, after the pause. All on the thread of the `io_context`.

#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/backoff.hpp"
#include "net/connection.hpp"

namespace sluice::net {

class Link : public std::enable_shared_from_this<Link> {
 public:
  using Ready = std::move_only_function<void(Result<std::shared_ptr<Connection>>)>;
  // Where the server is now; asked before each attempt.
  using Where = std::function<Result<ConnectOptions>()>;

  Link(boost::asio::io_context& io, Where where, Backoff backoff);

  // `ready` runs later, never inside this call, with a live connection or with the error of
  // the attempt.
  void acquire(Ready ready);
  // The connection, when there is a live one.
  [[nodiscard]] std::shared_ptr<Connection> current() const;
  // Ends the connection or attempt; the link can be used again.
  void reset(const Error& why);
  // Ends it for good: whoever asks gets the error.
  void close(const Error& why);

 private:
  void attempt();
  void start_attempt();
  void finish(Result<std::shared_ptr<Connection>> result);
  void rest();

  boost::asio::io_context& io_;
  Where where_;
  Backoff backoff_;
  boost::asio::steady_timer pause_;
  TimePoint not_before_{};
  std::chrono::milliseconds rested_{0};  // the last pause
  std::shared_ptr<Connection> connection_;
  std::vector<Ready> waiting_;
  bool attempting_ = false;
  std::uint64_t attempt_ = 0;
  std::optional<Error> closed_;
};

}  // namespace sluice::net
