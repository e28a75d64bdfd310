// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where the last position of a source is kept between runs, and when it is written.
//
// A store is durable when `save` returns. The keeper has a thread of its own, from the first
// position on; it writes the newest position at most once an interval, the first at once, and
// tells when it is durable. Positions that were overtaken are never written.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "connector/backoff.hpp"
#include "connector/clock.hpp"
#include "sluice/connector/source.hpp"

namespace sluice::connector {

class CheckpointStore {
 public:
  virtual ~CheckpointStore() = default;
  // Throws: `data_corrupt` when there is something that is not a checkpoint.
  [[nodiscard]] virtual std::optional<Position> load() = 0;
  // Durable when it returns. Throws: nothing was stored, or it is unknown.
  virtual void save(const Position& position) = 0;
  // Makes a `save` that waits give up, from any thread.
  virtual void cancel() {}
};

// A position on its way: `mark` grows with each, so that it is known which one was stored.
struct MarkedPosition {
  std::uint64_t mark = 0;
  Position position;
  std::uint64_t through = 0;  // the number of its record
};

// When to write. Pure.
class CheckpointSchedule {
 public:
  explicit CheckpointSchedule(std::chrono::milliseconds interval) : interval_(interval) {}

  // True when nothing waited: who sleeps until something is due must look again.
  bool offer(MarkedPosition position) {
    const bool was_empty = !waiting_;
    waiting_ = std::move(position);
    return was_empty;
  }
  // What is offered now is written without waiting for the interval.
  void hurry() { hurried_ = waiting_.has_value(); }
  // When to `take`; none while nothing waits.
  [[nodiscard]] std::optional<TimePoint> due(TimePoint now) const;
  // Requires: something waits.
  MarkedPosition take(TimePoint now);
  // The write failed: offers it again, unless a newer one waits already, after the pause.
  void put_back(MarkedPosition position, TimePoint not_before);

 private:
  std::chrono::milliseconds interval_;
  std::optional<MarkedPosition> waiting_;
  std::optional<TimePoint> next_;
  bool hurried_ = false;
};

class CheckpointKeeper {
 public:
  struct Events {
    std::function<void(MarkedPosition)> stored;  // on the keeper's thread
    std::function<void(const Error&)> retrying;  // a write failed; it is tried again
    std::function<void(const Error&)> failed;    // a write failed for good
  };

  CheckpointKeeper(CheckpointStore& store, std::chrono::milliseconds interval,
                   BackoffLimits backoff, Events events);
  ~CheckpointKeeper();
  CheckpointKeeper(const CheckpointKeeper&) = delete;
  CheckpointKeeper& operator=(const CheckpointKeeper&) = delete;

  void offer(MarkedPosition position);
  void hurry();
  // Returns when the thread has ended; what waits is not written.
  void stop();

 private:
  void work();
  // True when the position was stored, or offered again.
  bool write(MarkedPosition position);

  CheckpointStore& store_;
  Events events_;
  Backoff backoff_;
  std::mutex guard_;
  std::condition_variable changed_;
  CheckpointSchedule schedule_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace sluice::connector
