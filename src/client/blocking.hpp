// SPDX-License-Identifier: Apache-2.0
#pragma once

// From a callback to a call that waits.

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/result.hpp"
#include "client/rpc.hpp"
#include "net/io_thread.hpp"

namespace sluice::client {

// Runs `start(done)` on the I/O thread and waits for `done(Result<T>)`. Throws: its error;
// `timed_out` after the deadline, with `what` in the text; `cancelled` when the client was closed
// underneath; `invalid_argument` when called from a callback, where it would wait for itself.
template <typename T, typename Start>
T wait_for(net::IoThread& thread, std::chrono::milliseconds deadline, const char* what,
           Start start) {
  if (thread.is_current()) {
    throw Failure(Errc::invalid_argument,
                  std::string(what) + ": a call that waits must not be made from a callback");
  }
  auto promise = std::make_shared<std::promise<Result<T>>>();
  auto future = promise->get_future();
  boost::asio::post(thread.context(),
                    [start = std::move(start), promise = std::move(promise)]() mutable {
                      start(Handler<T>([promise = std::move(promise)](Result<T> result) {
                        promise->set_value(std::move(result));
                      }));
                    });
  const auto until = net::Clock::now() + deadline;
  while (future.wait_until(std::min(until, net::Clock::now() + std::chrono::milliseconds(100))) !=
         std::future_status::ready) {
    if (thread.stopped()) {
      throw Failure(Errc::cancelled, std::string(what) + ": the client was closed");
    }
    if (net::Clock::now() < until) continue;
    throw Failure(Errc::timed_out, std::string(what) + ": not done within " +
                                       std::to_string(deadline.count()) + " ms");
  }
  try {
    auto result = future.get();
    if (!result) throw Failure(in_context(what, std::move(result).error()));
    return *std::move(result);
  } catch (const std::future_error&) {
    throw Failure(Errc::cancelled, std::string(what) + ": the client was closed");
  }
}

}  // namespace sluice::client
