// SPDX-License-Identifier: Apache-2.0
#include "connector/checkpoint.hpp"

#include <algorithm>
#include <utility>

namespace sluice::connector {

std::optional<TimePoint> CheckpointSchedule::due(TimePoint now) const {
  if (!waiting_) return std::nullopt;
  return hurried_ || !next_ ? now : std::max(now, *next_);
}

MarkedPosition CheckpointSchedule::take(TimePoint now) {
  next_ = now + interval_;
  hurried_ = false;
  return *std::exchange(waiting_, std::nullopt);
}

void CheckpointSchedule::put_back(MarkedPosition position, TimePoint not_before) {
  if (!waiting_) waiting_ = std::move(position);
  next_ = not_before;
  hurried_ = false;
}

CheckpointKeeper::CheckpointKeeper(CheckpointStore& store, std::chrono::milliseconds interval,
                                   BackoffLimits backoff, Events events)
    : store_(store), events_(std::move(events)), backoff_(backoff), schedule_(interval) {}

CheckpointKeeper::~CheckpointKeeper() {
  stop();
}

void CheckpointKeeper::offer(MarkedPosition position) {
  {
    const std::lock_guard lock(guard_);
    if (stopping_) return;
    if (!schedule_.offer(std::move(position))) return;
    if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  }
  changed_.notify_one();
}

void CheckpointKeeper::hurry() {
  {
    const std::lock_guard lock(guard_);
    schedule_.hurry();
  }
  changed_.notify_one();
}

void CheckpointKeeper::stop() {
  {
    const std::lock_guard lock(guard_);
    stopping_ = true;
  }
  changed_.notify_one();
  store_.cancel();
  if (thread_.joinable()) thread_.join();
}

void CheckpointKeeper::work() {
  std::unique_lock lock(guard_);
  while (!stopping_) {
    const auto now = std::chrono::steady_clock::now();
    const auto due = schedule_.due(now);
    if (!due) {
      changed_.wait(lock);
    } else if (*due > now) {
      changed_.wait_until(lock, *due);
    } else {
      auto position = schedule_.take(now);
      lock.unlock();
      const bool going_on = write(std::move(position));
      lock.lock();
      if (!going_on) return;
    }
  }
}

bool CheckpointKeeper::write(MarkedPosition position) {
  try {
    store_.save(position.position);
  } catch (const Failure& failure) {
    if (failure.code() == Errc::cancelled) return false;  // by `stop`
    if (!failure.error().retryable()) {
      events_.failed(failure.error());
      return false;
    }
    events_.retrying(failure.error());
    const std::lock_guard lock(guard_);
    schedule_.put_back(std::move(position), std::chrono::steady_clock::now() + backoff_.next());
    return true;
  }
  backoff_.reset();
  events_.stored(std::move(position));
  return true;
}

}  // namespace sluice::connector
