// SPDX-License-Identifier: Apache-2.0
#include "connector/source_session.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/log.hpp"

namespace sluice::connector {

SourceSession::SourceSession(Source& source, RecordWriter& writer, CheckpointStore* store,
                             const Clock& clock, Stats& stats, SourceSettings settings)
    : source_(source),
      writer_(writer),
      stats_(stats),
      settings_(settings),
      kit_keeps_(source.position_keeper() == PositionKeeper::kit),
      outside_(clock, stats, settings.backoff) {
  if (!kit_keeps_) return;
  SLUICE_ASSERT(store != nullptr);
  resume_ = store->load();
  keeper_ = std::make_unique<CheckpointKeeper>(
      *store, settings_.checkpoint_interval, settings_.backoff,
      CheckpointKeeper::Events{
          .stored = [this](MarkedPosition position) { on_stored(std::move(position)); },
          .retrying =
              [this](const Error& error) {
                stats_.error(error);
                stats_.retry();
                log::warn("connector.checkpoint", "cannot store the position, trying again",
                          {{"error", error.message()}});
              },
          .failed = [this](const Error& error) { stop_with(error); }});
}

SourceSession::~SourceSession() {
  if (keeper_) keeper_->stop();
}

// --- the source's thread -------------------------------------------------------------------

void SourceSession::run() {
  while (true) {
    try {
      source_.run(*this);
      return;
    } catch (const Failure& failure) {
      {
        const Lock lock(guard_);
        throw_if_over();  // what was refused is the reason, whatever the source made of it
      }
      if (!failure.error().retryable()) {
        stats_.error(failure.error());
        throw;
      }
      if (!pause_after(failure.error())) return;
    }
  }
}

bool SourceSession::pause_after(const Error& error) {
  if (!wait(outside_.pause_after("the source failed, trying again", error))) return false;
  // The next run resumes from what is acknowledged: nothing may be on its way twice.
  flush();
  return !stopping();
}

void SourceSession::send(const RecordRef& record, std::optional<Position> position) {
  const auto bytes = record.value.size() + (record.key ? record.key->size() : 0);
  const auto cost = bytes + record_overhead_bytes;
  std::uint64_t number = 0;
  outside_.works();
  {
    Lock lock(guard_);
    hand_out(lock);
    wait_for_room(lock);
    if (tracker_.open_count() == 0) stats_.progress();  // the work begins now
    number = tracker_.add(cost, std::move(position));
    used_bytes_ += cost;
    stats_.read(1, bytes);
    stats_.buffered(used_bytes_);
  }
  try {
    writer_.send(record, [this, number, bytes](Outcome<Delivered> outcome) {
      on_result(number, bytes, std::move(outcome));
    });
  } catch (const Failure& failure) {
    stats_.failed(1);
    stop_with(failure.error());
    throw;
  }
}

void SourceSession::wait_for_room(Lock& lock) {
  throw_if_over();
  if (room()) return;
  const auto since = std::chrono::steady_clock::now();
  while (!room()) {
    changed_.wait(lock);
    hand_out(lock);
    throw_if_over();
  }
  stats_.budget_wait(std::chrono::steady_clock::now() - since);
}

bool SourceSession::has_room() const {
  const Lock lock(guard_);
  room_wanted_ = !room();
  return !room_wanted_;
}

void SourceSession::hand_out(Lock& lock) {
  while (to_acknowledge_) {
    auto [mark, position] = *std::exchange(to_acknowledge_, std::nullopt);
    handed_mark_ = mark;
    resume_ = std::move(position);
    lock.unlock();
    source_.acknowledged(*resume_);
    lock.lock();
  }
}

void SourceSession::throw_if_over() const {
  if (fatal_) throw Failure(*fatal_);
  if (abandoned_) throw Failure(Errc::cancelled, "the time to drain is over");
}

void SourceSession::flush() {
  Lock lock(guard_);
  flushing_ = true;
  if (tracker_.open_count() > 0) {
    lock.unlock();
    writer_.hurry();
    lock.lock();
  }
  if (keeper_) keeper_->hurry();
  while (true) {
    hand_out(lock);
    throw_if_over();
    if (tracker_.open_count() == 0 && handed_mark_ == released_mark_) break;
    changed_.wait(lock);
  }
  flushing_ = false;
}

bool SourceSession::wait(std::chrono::milliseconds pause) {
  constexpr std::chrono::milliseconds pause_max = std::chrono::days(36'525);  // the clock ends
  const auto until = std::chrono::steady_clock::now() + std::min(pause, pause_max);
  Lock lock(guard_);
  while (true) {
    wake_.clear();
    hand_out(lock);
    throw_if_over();
    if (stopping_) return false;
    if (std::chrono::steady_clock::now() >= until) return true;
    changed_.wait_until(lock, until);
  }
}

bool SourceSession::dispatch() {
  Lock lock(guard_);
  wake_.clear();
  hand_out(lock);
  throw_if_over();
  return !stopping_;
}

bool SourceSession::stopping() const {
  const Lock lock(guard_);
  return stopping_ || abandoned_ || fatal_;
}

// --- other threads -------------------------------------------------------------------------

void SourceSession::on_result(std::uint64_t number, std::size_t bytes, Outcome<Delivered> outcome) {
  if (!outcome.ok()) {
    // Its number stays open: nothing behind it is ever acknowledged.
    if (outcome.error().code == Errc::cancelled) return;
    stats_.failed(1);
    stop_with(
        in_context("the topic refused record " + std::to_string(number + 1), outcome.error()));
    return;
  }
  stats_.delivered(1, bytes);
  Lock lock(guard_);
  used_bytes_ -= tracker_.complete(number);
  stats_.buffered(used_bytes_);
  release_position(lock);
  if (room_wanted_ && room()) {
    room_wanted_ = false;
    wake_.signal();
  }
  changed_.notify_all();
}

void SourceSession::release_position(Lock&) {
  auto position = tracker_.take_position();
  if (!position) return;
  MarkedPosition marked{.mark = ++released_mark_, .position = *std::move(position)};
  if (!kit_keeps_) {
    to_acknowledge_ = std::move(marked);
    wake_.signal();
    return;
  }
  keeper_->offer(std::move(marked));
  if (flushing_) keeper_->hurry();
}

void SourceSession::on_stored(MarkedPosition position) {
  stats_.checkpoint_stored();
  const Lock lock(guard_);
  to_acknowledge_ = std::move(position);
  wake();
}

void SourceSession::stop_with(Error error) {
  stats_.error(error);
  const Lock lock(guard_);
  if (!fatal_) fatal_ = std::move(error);
  wake();
}

void SourceSession::request_stop() {
  const Lock lock(guard_);
  stopping_ = true;
  wake();
}

void SourceSession::abandon() {
  const Lock lock(guard_);
  stopping_ = true;
  abandoned_ = true;
  wake();
}

void SourceSession::wake() {
  wake_.signal();
  changed_.notify_all();
}

std::uint64_t SourceSession::unfinished() const {
  const Lock lock(guard_);
  return tracker_.open_count();
}

}  // namespace sluice::connector
