// SPDX-License-Identifier: Apache-2.0
#pragma once

// From a callback to a call that waits.

#include <algorithm>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/post.hpp>

#include "base/result.hpp"
#include "client/rpc.hpp"
#include "net/io_thread.hpp"

namespace sluice::client {

// Waits for the value; for as long as it takes when there is no `until`. Throws: `timed_out`;
// `cancelled` when the client was closed underneath.
template <typename T>
T get(net::IoThread& thread, std::future<T> future, std::optional<net::TimePoint> until,
      const char* what) {
  constexpr std::chrono::milliseconds look{100};  // at the thread, whose end nobody announces
  const auto started = net::Clock::now();
  const Error closed{Errc::cancelled, std::string(what) + ": the client was closed", {}};
  for (;;) {
    const auto now = net::Clock::now();
    const auto stopped = thread.stopped();  // before the look at the future
    const auto wait = stopped ? now : std::min(until.value_or(now + look), now + look);
    if (future.wait_until(wait) == std::future_status::ready) break;
    if (stopped) throw Failure(closed);
    if (!until || *until > now) continue;
    const auto waited = std::chrono::round<std::chrono::milliseconds>(*until - started);
    throw Failure(Errc::timed_out, std::string(what) + ": not done within " +
                                       std::to_string(waited.count()) + " ms");
  }
  try {
    return future.get();
  } catch (const std::future_error&) {  // it was destroyed instead of called
    throw Failure(closed);
  }
}

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
  auto result = get(thread, std::move(future), net::in_time(deadline), what);
  if (!result) throw Failure(in_context(what, std::move(result).error()));
  return *std::move(result);
}

}  // namespace sluice::client
