// SPDX-License-Identifier: Apache-2.0
// How a sink's batch gets into the destination, and what becomes of records that fail there.
#include <algorithm>
#include <utility>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "connector/record_bytes.hpp"
#include "connector/sink_session.hpp"

namespace sluice::connector {
namespace {

// A longer wait is made of several: somebody may look whether it still lives.
constexpr std::chrono::milliseconds rate_wait_max{1'000};

// The sink ends its `write` early; what it has written is settled.
struct WriteEnded {};

bool same_offset(const SinkRecord& a, const SinkRecord& b) {
  return a.partition == b.partition && a.offset == b.offset;
}

std::string place_of(const SinkRecord& record) {
  return "partition " + std::to_string(record.partition.value) + ", offset " +
         std::to_string(record.offset.value);
}

std::string place_of(std::span<const SinkRecord> records) {
  if (records.size() == 1) return place_of(records.front());
  return "writing " + std::to_string(records.size()) + " records from " + place_of(records.front());
}

}  // namespace

void SinkSession::deliver() {
  BatchWork work(builder_.batch());
  unfinished_ += work.left();
  while (!work.done() && !leaves_) attempt(work);
  if (leaves_) unfinished_ -= work.left();
  builder_.clear(clock_.now());
  forget_originals();
}

void SinkSession::attempt(BatchWork& work) {
  if (!reach(work)) return;
  // Of this batch, when its fate was unknown; of any, when another instance was here meanwhile.
  if (stored_) {
    work.written_if([this](const SinkRecord& record) {
      const auto found = stored_->find(record.partition);
      return found != stored_->end() && record.offset <= found->second;
    });
    settle(work);
    if (work.done()) return;
  }
  const auto part = part_to_write(work);
  if (!part.empty()) write(work, part);
}

bool SinkSession::reach(BatchWork& work) {
  if (opened_) return true;
  try {
    open_sink();
    return true;
  } catch (const Failure& failure) {
    if (!failure.error().retryable()) stop_with(failure.error());
    on_failure(work, work.next({}), failure.error());
    settle(work);
    return false;
  }
}

SinkSession::Batch SinkSession::part_to_write(BatchWork& work) {
  while (true) {
    if (paused_) {
      std::unique_lock lock(guard_);
      changed_.wait(lock, [this] { return !paused_ || stopping_; });
      leaves_ = paused_;
      if (leaves_) return {};
    }
    const auto wait = rate_.wait(clock_.now());
    if (stopping_ || wait.count() == 0) break;
    const auto since = clock_.now();
    {
      std::unique_lock lock(guard_);
      changed_.wait_for(lock, std::min(wait, rate_wait_max),
                        [this] { return paused_ || stopping_; });
    }
    stats_.rate_wait(clock_.now() - since);
    stats_.progress();
  }
  BatchWork::Limits limits;
  // What is in hand at a stop is to be done soon.
  if (!stopping_) limits = {.records = rate_.record_room(), .bytes = rate_.byte_room()};
  const auto part = work.next(limits);
  rate_.take(part.size(), bytes_of_records(part));
  return part;
}

void SinkSession::write(BatchWork& work, Batch part) {
  struct Scope {
    std::optional<Writing>& writing;
    ~Scope() { writing.reset(); }
  };
  writing_.emplace(work, part);
  const Scope scope{writing_};
  try {
    sink_.write(part);
    work.written(part.size());
    outside_.recovered();
    record_backoff_.reset();
  } catch (const WriteEnded&) {
  } catch (const RecordsRefused& refused) {
    on_refused(work, part, refused);
  } catch (const PartialWrite& partial) {
    on_partial(work, part, partial);
  } catch (const Failure& failure) {
    if (writing_->count == 0) {
      on_failure(work, part, failure.error());
    } else {
      on_partial(work, part, PartialWrite(writing_->count, failure.error()));
    }
  }
  settle(work);
}

void SinkSession::written(std::size_t count) {
  SLUICE_ASSERT(writing_ && count <= writing_->part.size());
  auto& writing = *writing_;
  while (writing.count < count) writing.work.written_at(writing.count++);
  outside_.recovered();
  record_backoff_.reset();
  settle(writing.work);
  if (count == writing.part.size()) return;
  if (paused_) throw WriteEnded();
  const std::lock_guard lock(guard_);
  if (abandoned_) throw Failure(Errc::cancelled, "the time to drain is over");
}

void SinkSession::on_failure(BatchWork& work, Batch part, const Error& error) {
  const auto which = class_of(error.code);
  if (which == ErrorClass::fatal) stop_with(in_context(place_of(part), error));
  if (is_of_record(which) && !work.is_found()) return;
  const auto placed = which == ErrorClass::unavailable ? in_context(place_of(part), error)
                                                       : in_context(place_of(part.front()), error);
  on_all(work, part, 0, placed);
}

// All of them are as guilty: in an outage, or as parts of one offset.
void SinkSession::on_all(BatchWork& work, Batch part, std::size_t from, const Error& error) {
  std::vector<Trouble> troubles;
  for (std::size_t at = from; at < part.size(); ++at) {
    if (at == from || !same_offset(part[at - 1], part[at])) troubles.push_back({at, error});
  }
  on_troubles(work, part, troubles);
}

void SinkSession::on_partial(BatchWork& work, Batch part, const PartialWrite& partial) {
  const auto said = std::max(partial.written(), writing_->count);
  const auto written = whole_length(part, std::min(said, part.size()));
  work.written(written);
  if (written == part.size()) return;
  if (class_of(partial.code()) == ErrorClass::unavailable) {
    return on_all(work, part, written,
                  in_context(place_of(part.subspan(written)), partial.error()));
  }
  const auto at = std::clamp(partial.at(), written, part.size() - 1);
  // What is before it is not held up by it, nor written twice for it.
  if (is_of_record(class_of(partial.code())) && !same_offset(part[written], part[at])) {
    return work.isolate(at);
  }
  const Trouble trouble{at, in_context(place_of(part[at]), partial.error())};
  on_troubles(work, part, {&trouble, 1});
}

void SinkSession::on_refused(BatchWork& work, Batch part, const RecordsRefused& refused) {
  if (stored_) {
    stop_with({Errc::internal,
               "the sink stores offsets, and has stored them past records that it refused: " +
                   refused.error().message(),
               {}});
  }
  outside_.recovered();
  std::vector<Trouble> troubles;
  for (const auto& [at, error] : refused.refused()) {
    if (at >= part.size())
      stop_with({Errc::internal, "the sink refused a record it had not got", {}});
    troubles.push_back({at, in_context(place_of(part[at]), error)});
  }
  std::ranges::sort(troubles, {}, &Trouble::at);
  auto next = troubles.begin();
  for (std::size_t at = 0; at < part.size(); ++at) {
    const bool is_refused = next != troubles.end() && next->at == at;
    if (!is_refused) work.written_at(at);
    while (next != troubles.end() && next->at == at) ++next;
  }
  on_troubles(work, part, troubles);
}

void SinkSession::on_troubles(BatchWork& work, Batch part, std::span<const Trouble> troubles) {
  std::optional<Error> again;
  std::optional<Error> stop;
  std::vector<DeadLetter> letters;
  std::vector<std::size_t> given_up;
  for (const auto& [at, error] : troubles) {
    const auto attempts = work.failed(at);
    const auto policy = errors_.verdict(error.code, attempts);
    // Only one of the records of an offset counts.
    if (!given_up.empty() && same_offset(part[given_up.back()], part[at])) continue;
    if (policy == ErrorPolicy::retry) {
      again = error;
      continue;
    }
    stop = policy == ErrorPolicy::stop ? error : errors_.leave_out(error);
    if (stop) break;
    stats_.error(error);
    errors_.log(error, policy);
    given_up.push_back(at);
    if (policy == ErrorPolicy::dead_letter) {
      letters.push_back(letter_of(part[at], error, attempts));
    } else {
      stats_.filtered(name_of(class_of(error.code)));
    }
  }
  if (!letters.empty()) write_letters(letters);
  stats_.dead_lettered(letters.size());
  for (const auto at : given_up) work.give_up(at);
  if (stop) {
    settle(work);
    if (is_of_record(class_of(stop->code))) stats_.failed(1);
    stop_with(*stop);
  }
  if (again) {
    settle(work);
    try_again(*again);
  }
}

void SinkSession::try_again(const Error& error) {
  if (error.retryable()) {
    opened_ = false;
    return pause(outside_.pause_after("the destination failed, trying again", error));
  }
  stats_.error(error);
  stats_.retry();
  errors_.log(error, ErrorPolicy::retry);
  pause(outside_.at_least_as_asked(record_backoff_.next()));
}

void SinkSession::stop_with(const Error& error) {
  stats_.error(error);
  throw Failure(error);
}

DeadLetter SinkSession::letter_of(const SinkRecord& record, const Error& error,
                                  std::uint32_t attempts) const {
  DeadLetter letter{.partition = record.partition,
                    .offset = record.offset,
                    .timestamp = record.timestamp,
                    .value = std::string(record.value),
                    .error = error,
                    .attempts = attempts};
  if (record.key) letter.key = std::string(*record.key);
  const auto found = originals_.find(record.partition);
  if (found == originals_.end()) return letter;
  for (const auto& records : found->second) {
    const auto original =
        std::ranges::lower_bound(records, record.offset, {}, &ConsumedRecord::offset);
    if (original == records.end() || original->offset != record.offset) continue;
    letter.value = std::string(original->value);
    letter.key.reset();
    if (original->key) letter.key = std::string(*original->key);
    break;
  }
  return letter;
}

void SinkSession::forget_originals() {
  if (originals_.empty()) return;
  const auto rest = builder_.batch();
  std::map<PartitionId, std::deque<Records>> kept;
  // What is in hand still came with the last records that were read.
  if (!rest.empty()) kept[rest.front().partition] = {originals_[rest.front().partition].back()};
  originals_ = std::move(kept);
  originals_bytes_ = rest.empty() ? 0 : bytes_of_records(originals_.begin()->second.back());
}

// A destination that stores offsets has all records of an offset, or says that it has none.
std::size_t SinkSession::whole_length(Batch part, std::size_t written) const {
  if (!stored_ || written == part.size()) return written;
  while (written > 0 && same_offset(part[written - 1], part[written])) --written;
  return written;
}

void SinkSession::settle(BatchWork& work) {
  while (const auto run = work.take()) {
    const auto& records = run->records;
    commit(records.front().partition,
           commits_.written(records.front().partition, records.size(), records.back().offset));
    unfinished_ -= records.size();
    if (run->given_up) continue;
    if (!transform_) errors_.good(run->offsets);
    stats_.delivered(run->offsets, bytes_of_records(records));
    if (tap_ == nullptr || !tap_->wanted()) continue;
    for (const auto& record : records) {
      tap_->pass({record.partition, record.offset, record.key, record.value});
    }
  }
}

}  // namespace sluice::connector
