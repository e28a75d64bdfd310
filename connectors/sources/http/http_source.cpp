// SPDX-License-Identifier: Apache-2.0
#include "http_source.hpp"

#include <algorithm>

#include "receivers.hpp"
#include "websocket.hpp"

namespace sluice::http {

using Clock = std::chrono::steady_clock;

void HttpSource::run(SourceContext& stream) {
  if (is_websocket(options_)) return listen(stream);
  if (options_.stream) return follow(stream);
  poll(stream);
}

void HttpSource::succeeded(SourceContext& stream) {
  if (connected_) return;
  connected_ = was_connected_ = true;
  stream.connected();
}

bool HttpSource::pause_after(SourceContext& stream, const Error& error,
                             std::chrono::milliseconds at_least) {
  if (error.code == Errc::cancelled && stream.stopping()) return false;
  // What never worked is a wrong setting; what has worked may work again.
  if (!error.retryable() && !was_connected_) throw Failure(error);
  connected_ = false;
  stream.disconnected(error);
  return stream.wait(std::max(stream.next_retry_delay(), at_least));
}

void HttpSource::poll(SourceContext& stream) {
  Transfer transfer(options_);
  while (!stream.stopping()) {
    const auto started = Clock::now();
    WholeResponse response(options_);
    const auto done = transfer.perform(stream, response);
    if (!done.ok()) {
      if (!pause_after(stream, done.error(), response.wait())) return;
      continue;
    }
    succeeded(stream);
    stream.send({.value = response.record()});
    // From start to start; ticks that were missed are one tick.
    const auto pause = started + options_.interval - Clock::now();
    const auto pause_ms = std::chrono::ceil<std::chrono::milliseconds>(pause);
    if (!stream.wait(std::max(pause_ms, std::chrono::milliseconds{0}))) return;
  }
}

void HttpSource::follow(SourceContext& stream) {
  Transfer transfer(options_);
  std::string last_event_id = stream.resume_from() ? stream.resume_from()->bytes : std::string();
  while (!stream.stopping()) {
    std::vector<Header> more;
    if (!last_event_id.empty()) more.push_back({"Last-Event-ID", last_event_id});
    StreamedResponse response(options_, stream, last_event_id, [&] { succeeded(stream); });
    auto done = transfer.perform(stream, response, more);
    const auto tail = response.ended(done.ok());
    if (done.ok() && !tail.ok()) done = tail;
    last_event_id = response.last_event_id();
    if (done.ok() && response.over()) return;
    if (!done.ok() && done.error().code == Errc::too_large) throw Failure(done.error());
    const Error ended{Errc::connection_lost, "the server ended the response", {}};
    if (!pause_after(stream, done.ok() ? ended : done.error(), response.wait())) return;
  }
}

void HttpSource::listen(SourceContext& stream) {
  while (!stream.stopping()) {
    const auto done = run_websocket(options_, stream, [&] { succeeded(stream); });
    if (done.ok()) return;
    if (done.error().code == Errc::too_large) throw Failure(done.error());
    if (!pause_after(stream, done.error())) return;
  }
}

}  // namespace sluice::http
