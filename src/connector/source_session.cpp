// SPDX-License-Identifier: Apache-2.0
#include "connector/source_session.hpp"

#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/log.hpp"

namespace sluice::connector {
namespace {

using std::chrono::milliseconds;

std::size_t bytes_of(const RecordRef& record) {
  return record.value.size() + (record.key ? record.key->size() : 0);
}

}  // namespace

SourceSession::SourceSession(Source& source, RecordWriter& writer, CheckpointStore* store,
                             const Clock& clock, Stats& stats, SourceSettings settings)
    : source_(source),
      writer_(writer),
      stats_(stats),
      settings_(settings),
      kit_keeps_(source.position_keeper() == PositionKeeper::kit),
      outside_(clock, stats, settings.backoff),
      rate_(settings.rate),
      clock_(clock) {
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
      const auto code = failure.error().code;
      const bool again = std::exchange(refused_again_, false) ||
                         errors_.verdict(code, ++failures_) == ErrorPolicy::retry;
      if (!again) {
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

void SourceSession::transform_with(SourceTransform transform) {
  transform_ = std::move(transform);
}

void SourceSession::send(const RecordRef& record, std::optional<Position> position) {
  outside_.works();
  failures_ = 0;
  if (transform_) return send_transformed(record, std::move(position));
  if (const auto error = writer_.refuses(record)) {
    return refuse(record, *error, std::move(position));
  }
  errors_.good(1);
  Lock lock(guard_);
  admit(lock, record);
  send_parts(lock, {&record, 1}, std::move(position));
}

void SourceSession::admit(Lock& lock, const RecordRef& record) {
  hand_out(lock);
  wait_for_rate(lock);
  wait_for_room(lock);
  rate_.take(1, bytes_of(record));
  if (tracker_.open_count() == 0) stats_.progress();  // the work begins now
  stats_.read(1, bytes_of(record));
}

std::uint64_t SourceSession::add(const Lock& lock, Parts parts, std::optional<Position> position) {
  std::size_t cost = 0;
  for (const auto& part : parts) cost += bytes_of(part) + record_overhead_bytes;
  const auto number =
      tracker_.add(cost, std::move(position), static_cast<std::uint32_t>(parts.size()));
  stats_.buffered(tracker_.bytes());
  if (parts.empty()) release_position(lock);
  return number;
}

void SourceSession::send_parts(Lock& lock, Parts parts, std::optional<Position> position) {
  const auto number = add(lock, parts, std::move(position));
  lock.unlock();
  try {
    for (const auto& part : parts) send_part(part, number);
    batched_ += parts.size();
    if (settings_.batch_count > 0 && batched_ >= settings_.batch_count) {
      batched_ = 0;
      writer_.hurry();
    }
  } catch (const Failure& failure) {
    refused(number, failure.error());
    throw;
  }
}

void SourceSession::send_part(const RecordRef& part, std::uint64_t number) {
  const auto bytes = bytes_of(part);
  if (tap_ == nullptr || !tap_->wanted()) {
    writer_.send(part, [this, number, bytes](const Outcome<Delivered>& outcome) {
      on_result(number, bytes, outcome);
    });
    return;
  }
  // Where it went is known when the topic has it.
  writer_.send(part, [this, number, bytes,
                      copy = std::make_unique<TapCopy>(part)](Outcome<Delivered> outcome) {
    if (outcome.ok()) tap_->pass(copy->at(outcome.value()));
    on_result(number, bytes, outcome);
  });
}

void SourceSession::send_transformed(const RecordRef& record, std::optional<Position> position) {
  {
    Lock lock(guard_);
    admit(lock, record);
  }
  const SourceTransform::Output* output = nullptr;
  try {
    output = &transform_->run(record);
  } catch (const Failure& failure) {
    stop_at(failure.error(), std::move(position));
  }
  if (output->fault) {
    return settle_failed(record, dead_letter(*output->fault), std::move(position),
                         as_error_policy(errors_.on_transform()));
  }
  if (auto error = refusal_of(output->records)) {
    const auto attempts = attempts_of(record, error->code);
    const auto policy = errors_.verdict(error->code, attempts);
    return settle_failed(record, {.error = *std::move(error), .attempts = attempts},
                         std::move(position), policy);
  }
  errors_.good(1);
  if (output->records.empty()) stats_.filtered(filtered_reason);
  Lock lock(guard_);
  send_parts(lock, output->records, std::move(position));
}

void SourceSession::wait_for_room(Lock& lock) {
  throw_if_over();
  // A pause that came since does not break the promise: it holds the record after this one.
  if (std::exchange(room_promised_, false) || room()) return;
  auto since = std::chrono::steady_clock::now();
  while (!room()) {
    const bool held = holds();  // this time is the user's
    changed_.wait(lock);
    const auto now = std::chrono::steady_clock::now();
    if (!held) stats_.budget_wait(now - since);
    since = now;
    hand_out(lock);
    throw_if_over();
  }
}

void SourceSession::wait_for_rate(Lock& lock) {
  auto wait = stopping_ ? milliseconds(0) : rate_.wait(clock_.now());
  if (wait.count() == 0) return;
  const auto since = clock_.now();
  while (wait.count() > 0 && !stopping_) {
    changed_.wait_for(lock, wait);
    hand_out(lock);
    throw_if_over();
    wait = rate_.wait(clock_.now());
  }
  stats_.rate_wait(clock_.now() - since);
}

bool SourceSession::has_room() const {
  const Lock lock(guard_);
  const auto wait = stopping_ ? milliseconds(0) : rate_.wait(clock_.now());
  room_promised_ = room() && wait.count() == 0;
  room_wanted_ = !room();
  if (wait.count() > 0) wake_.signal_after(wait);
  return room_promised_;
}

void SourceSession::hand_out(Lock& lock) {
  while (to_acknowledge_) {
    auto acknowledged = *std::exchange(to_acknowledge_, std::nullopt);
    handed_mark_ = acknowledged.mark;
    resume_ = std::move(acknowledged.position);
    forget_attempts(acknowledged.through);
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

void SourceSession::filtered(std::string_view reason) {
  stats_.read(1, 0);
  stats_.filtered(reason);
}

void SourceSession::passed(Position position) {
  Lock lock(guard_);
  hand_out(lock);
  throw_if_over();
  add(lock, {}, std::move(position));
}

bool SourceSession::stopping() const {
  const Lock lock(guard_);
  return stopping_ || abandoned_ || fatal_;
}

// --- other threads -------------------------------------------------------------------------

void SourceSession::on_result(std::uint64_t number, std::size_t bytes,
                              const Outcome<Delivered>& outcome) {
  if (!outcome.ok()) {
    // Its number stays open: nothing behind it is ever acknowledged.
    if (outcome.error().code == Errc::cancelled) return;
    refused(number,
            in_context("the topic refused record " + std::to_string(number + 1), outcome.error()));
    return;
  }
  const Lock lock(guard_);
  stats_.delivered(complete(lock, number) ? 1 : 0, bytes);
}

void SourceSession::on_letter(std::uint64_t number, const Outcome<Done>& outcome) {
  if (outcome.ok()) {
    const Lock lock(guard_);
    if (complete(lock, number)) stats_.dead_lettered(1);
  } else if (outcome.error().code != Errc::cancelled) {
    refused(number, outcome.error());
  }
}

void SourceSession::refused(std::uint64_t number, Error error) {
  {
    const Lock lock(guard_);
    if (tracker_.fail(number)) stats_.failed(1);
  }
  stop_with(std::move(error));
}

bool SourceSession::complete(const Lock& lock, std::uint64_t number) {
  if (!tracker_.complete(number)) return false;
  stats_.buffered(tracker_.bytes());
  release_position(lock);
  if (room_wanted_ && room()) {
    room_wanted_ = false;
    wake_.signal();
  }
  changed_.notify_all();
  return true;
}

void SourceSession::release_position(const Lock&) {
  auto position = tracker_.take_position();
  if (!position) return;
  MarkedPosition marked{.mark = ++released_mark_,
                        .position = *std::move(position),
                        .through = tracker_.released_number()};
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

void SourceSession::set_paused(bool paused) {
  const Lock lock(guard_);
  paused_ = paused;
  if (room_wanted_ && room()) {
    room_wanted_ = false;
    wake_.signal();
  }
  changed_.notify_all();
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
