// SPDX-License-Identifier: Apache-2.0
#pragma once

// A stream whose records go through SmartModules. The work is done in steps on the workers,
// ahead of what the client has taken but not far: a frame or two wait here.
//
// A client that goes back is sent the records from there again. What modules remember of them
// (aggregates, deduplication) they keep: such a chain sees them twice.
//
// On the connection's thread. It may go while a step runs.

#include <deque>
#include <functional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "broker/stream.hpp"
#include "broker/stream_reader.hpp"

namespace sluice::broker {

class ProcessedStream final : public Stream, public std::enable_shared_from_this<ProcessedStream> {
 public:
  struct Shared {  // with the connection
    SmartModules& modules;
    boost::asio::any_io_executor executor;
    std::uint32_t waiting_bytes_max;
  };
  ProcessedStream(std::uint32_t id, std::shared_ptr<Partition> partition,
                  const wire::StreamFetchRequest& request, const StreamLimits& limits,
                  Shared shared, std::shared_ptr<SmartModules::StreamPlace> place);

  // `next_frame` may have something. Not called from inside of it.
  void on_ready(std::function<void()> ready) { ready_callback_ = std::move(ready); }

  [[nodiscard]] std::optional<StreamFrame> next_frame() override;
  void report(std::int64_t offset) override;

 private:
  [[nodiscard]] bool wants_step() const;
  void start_step();
  void on_step(StreamReader::Step step);
  void wait_for_gap();

  const Shared shared_;
  const std::shared_ptr<StreamReader> reader_;  // a worker's while `running_`
  const std::int64_t end_at_open_;
  boost::asio::steady_timer gap_timer_;
  std::function<void()> ready_callback_;
  std::deque<OutputFrame> ready_;
  std::size_t ready_bytes_ = 0;
  std::int64_t sent_end_;    // of the frames that were handed out
  std::int64_t framed_end_;  // and of those that wait
  std::int64_t covered_;     // of what was consumed
  std::optional<std::int64_t> restart_at_;
  bool begun_ = false;
  bool running_ = false;
  bool over_ = false;  // the last frame is there, or gone
  bool gap_armed_ = false;
  bool gap_due_ = false;
};

// The SmartModules that a request names; those of older versions stand in other fields.
[[nodiscard]] std::vector<wire::SmartModuleInvocation> invocations_of(
    const wire::StreamFetchRequest& request);

}  // namespace sluice::broker
