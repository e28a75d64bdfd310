// SPDX-License-Identifier: Apache-2.0
#include "connector/sink_session.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"

namespace sluice::connector {
namespace {

constexpr std::chrono::milliseconds stop_check_period{250};

std::uint64_t bytes_of(std::span<const SinkRecord> records) {
  std::uint64_t bytes = 0;
  for (const auto& record : records) {
    bytes += record.value.size() + (record.key ? record.key->size() : 0);
  }
  return bytes;
}

bool same_offset(const SinkRecord& a, const SinkRecord& b) {
  return a.partition == b.partition && a.offset == b.offset;
}

std::string place_of(const SinkRecord& record) {
  return "partition " + std::to_string(record.partition.value) + ", offset " +
         std::to_string(record.offset.value);
}

}  // namespace

SinkSession::SinkSession(Sink& sink, Cluster& cluster, const Clock& clock, Stats& stats,
                         SinkSettings settings)
    : sink_(sink),
      cluster_(cluster),
      clock_(clock),
      stats_(stats),
      settings_(std::move(settings)),
      outside_(clock, stats, settings_.backoff),
      builder_(settings_.batch) {}

SinkSession::~SinkSession() = default;

void SinkSession::run() {
  if (!persist([] {})) return;  // opens the sink
  open_reader();
  last_idle_ = clock_.now();
  while (!stopping_ && !ended_ && !fault_) {
    if (collect()) {
      deliver();
      last_idle_ = clock_.now();
    } else if (clock_.now() - last_idle_ >= settings_.idle_period) {
      persist([this] { sink_.idle(); });
      last_idle_ = clock_.now();
    }
    look_at_reader();
  }
  while (!builder_.empty()) deliver();  // what was read with the last batch
  if (fault_) throw Failure(*fault_);
}

void SinkSession::transform_with(const Transforms& transforms, FaultHandling on_fault) {
  LookBack look_back;
  if (transforms.looks_back()) {
    look_back_.emplace(cluster_, settings_.topic, clock_, stopping_);
    look_back = [this](RecordChain& chain, PartitionId partition, Offset before) {
      look_back_->look_back(chain, partition, before);
    };
  }
  transform_.emplace(transforms, std::move(look_back));
  on_fault_ = std::move(on_fault);
}

void SinkSession::look_at_reader() {
  stats_.lag(reader_->lag());
  if (reader_->is_away() == away_) return;
  away_ = !away_;
  stats_.cluster_away(away_);
  if (away_) {
    log::warn("connector", "the connection to the cluster is lost, trying again");
  } else {
    log::info("connector", "connected to the cluster again");
  }
}

void SinkSession::open_reader() {
  ReadPlan plan{.options = settings_.consumer, .first = {}};
  if (stored_) {
    plan.options.consumer_id.clear();
    plan.options.strategy = OffsetStrategy::none;
    for (const auto& [partition, last] : *stored_) plan.first[partition] = {last.value + 1};
  }
  auto reader = cluster_.reader(settings_.topic, plan);
  const std::lock_guard lock(guard_);
  reader_ = std::move(reader);
}

void SinkSession::open_sink() {
  sink_.open(*this);
  stored_ = sink_.stored_offsets();
  opened_ = true;
  fate_unknown_ = true;
}

bool SinkSession::persist(const std::function<void()>& step) {
  while (true) {
    try {
      if (!opened_) open_sink();
      step();
      outside_.recovered();
      return true;
    } catch (const Failure& failure) {
      if (!failure.error().retryable()) {
        stats_.error(failure.error());
        throw;
      }
      opened_ = false;
      if (may_leave()) return false;
      pause(outside_.pause_after("the destination failed, trying again", failure.error()));
      if (may_leave()) return false;
    }
  }
}

std::chrono::milliseconds SinkSession::time_to_idle() const {
  const auto until_idle = last_idle_ + settings_.idle_period - clock_.now();
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until_idle);
  return std::clamp(wait, std::chrono::milliseconds(0), stop_check_period);
}

void SinkSession::hold(std::chrono::milliseconds wait) {
  std::unique_lock lock(guard_);
  changed_.wait_for(lock, wait, [this] { return !paused_ || stopping_; });
}

bool SinkSession::may_write() {
  if (!paused_) return true;
  std::unique_lock lock(guard_);
  changed_.wait(lock, [this] { return !paused_ || stopping_; });
  return !paused_;
}

bool SinkSession::collect() {
  if (builder_.empty()) {
    if (paused_) {
      hold(time_to_idle());
    } else {
      read(time_to_idle());
    }
    if (builder_.empty()) {
      stats_.progress();
      return false;
    }
  }
  while (!builder_.full() && !stopping_ && !ended_ && !fault_ && !paused_) {
    const auto left = builder_.time_left(clock_.now());
    if (!read(left) && left.count() == 0) break;
  }
  return true;
}

bool SinkSession::read(std::chrono::milliseconds wait) {
  const auto next = reader_->next(wait);
  if (next.state == Next::State::ended) ended_ = true;
  if (next.records.empty()) return false;
  std::uint64_t bytes = 0;
  for (const auto& record : next.records) {
    bytes += record.value.size() + (record.key ? record.key->size() : 0);
  }
  stats_.read(next.records.size(), bytes);
  if (transform_) {
    builder_.add(transform(next.records), clock_.now());
  } else {
    commits_.read(next.records.partition(), next.records.back().offset, next.records.size());
    builder_.add(next.records, clock_.now());
  }
  return true;
}

Records SinkSession::transform(const Records& records) {
  const auto partition = records.partition();
  SinkTransform::Output output;
  try {
    output = transform_->run(records);
  } catch (const Failure& failure) {
    ended_ = true;
    if (stopping_) return {};  // the next run reads them again
    stats_.error(failure.error());
    fault_ = failure.error();
    unfinished_ += records.size();
    return {};
  }
  std::vector<DeadLetter> letters;
  for (const auto& fault : output.faults) {
    const bool stops = output.stopped && &fault == &output.faults.back();
    if (stops) {
      stop_at(records, fault);
      break;
    }
    const auto error =
        in_context("partition " + std::to_string(partition.value), fault.fault.to_error());
    stats_.error(error);
    on_fault_.log(error);
    if (on_fault_.policy == FaultPolicy::dead_letter)
      letters.push_back(letter_of(partition, fault));
  }
  if (!letters.empty()) write_letters(letters);
  stats_.dead_lettered(letters.size());
  if (on_fault_.policy == FaultPolicy::skip) stats_.filtered(skipped_reason, output.faults.size());
  stats_.filtered(filtered_reason, output.filtered);
  auto last = records.back().offset;
  if (output.stopped) last = {output.faults.back().record->offset.value - 1};
  // At a stop the first record may be the one.
  if (last >= records.front().offset) {
    commit(partition, commits_.read(partition, last, output.records.size()));
  }
  return std::move(output.records);
}

void SinkSession::stop_at(const Records& records, const SinkTransform::Fault& fault) {
  fault_ =
      in_context("partition " + std::to_string(records.partition().value), fault.fault.to_error());
  stats_.error(*fault_);
  stats_.failed(1);
  unfinished_ += static_cast<std::uint64_t>(records.end() - fault.record);
}

DeadLetter SinkSession::letter_of(PartitionId partition, const SinkTransform::Fault& fault) const {
  auto letter = dead_letter(fault.fault);
  const auto& record = *fault.record;
  letter.partition = partition;
  letter.offset = record.offset;
  letter.timestamp = record.timestamp;
  if (record.key) letter.key = std::string(*record.key);
  letter.value = std::string(record.value);
  return letter;
}

void SinkSession::write_letters(std::span<const DeadLetter> letters) {
  struct Wait {
    std::optional<Outcome<Done>> outcome;
  };
  Backoff backoff(settings_.backoff);
  while (true) {
    // Shared with the callback, which may come after a wait that was given up.
    const auto wait = std::make_shared<Wait>();
    on_fault_.letters->write(letters, [this, wait](Outcome<Done> outcome) {
      const std::lock_guard lock(guard_);
      wait->outcome = std::move(outcome);
      changed_.notify_all();
    });
    std::unique_lock lock(guard_);
    changed_.wait(lock, [&] { return wait->outcome || abandoned_; });
    if (!wait->outcome) throw Failure(Errc::cancelled, "writing a dead letter");
    if (wait->outcome->ok()) return;
    const auto error = wait->outcome->error();
    lock.unlock();
    stats_.error(error);
    if (!error.retryable()) throw Failure(error);
    stats_.retry();
    log::warn("connector.dead_letters", "cannot write a dead letter, trying again",
              {{"error", error.message()}});
    pause(backoff.next());
  }
}

void SinkSession::commit(PartitionId partition, std::optional<Offset> last) {
  if (last && !stored_) reader_->commit(partition, *last);
}

void SinkSession::deliver() {
  auto rest = builder_.batch();
  unfinished_ += rest.size();
  while (!rest.empty()) {
    persist([&] { write_some(rest); });
  }
  builder_.clear(clock_.now());
  fate_unknown_ = false;
}

void SinkSession::write_some(Batch& rest) {
  settle(rest, run_length(rest, true));
  const auto part = rest.first(run_length(rest, false));
  if (part.empty()) return;
  if (!may_write()) {
    unfinished_ -= rest.size();
    rest = {};
    return;
  }
  try {
    sink_.write(part);
  } catch (const PartialWrite& partial) {
    settle(rest, whole_length(part, std::min(partial.written(), part.size())));
    if (rest.empty()) return;
    throw Failure(in_context(place_of(rest.front()), partial.error()));
  } catch (const Failure& failure) {
    throw Failure(in_context(
        "writing " + std::to_string(part.size()) + " records from " + place_of(part.front()),
        failure.error()));
  }
  settle(rest, part.size());
}

// A destination that stores offsets has all records of an offset, or says that it has none.
std::size_t SinkSession::whole_length(Batch part, std::size_t written) const {
  if (!stored_ || written == part.size()) return written;
  while (written > 0 && same_offset(part[written - 1], part[written])) --written;
  return written;
}

std::size_t SinkSession::run_length(Batch rest, bool stored) const {
  if (!fate_unknown_ || !stored_) return stored ? 0 : rest.size();
  const auto is_stored = [this](const SinkRecord& record) {
    const auto found = stored_->find(record.partition);
    return found != stored_->end() && record.offset <= found->second;
  };
  const auto end =
      std::ranges::find_if(rest, [&](const auto& r) { return is_stored(r) != stored; });
  return static_cast<std::size_t>(end - rest.begin());
}

void SinkSession::settle(Batch& rest, std::size_t count) {
  if (count == 0) return;
  const auto written = rest.first(count);
  // A record counts, and its offset, when all that was made of it is there.
  const auto is_last = [&](std::size_t i) {
    return i + 1 == rest.size() || !same_offset(rest[i], rest[i + 1]);
  };
  std::uint64_t records = 0;
  std::size_t begin = 0;  // of the run of one partition
  std::optional<Offset> whole;
  for (std::size_t i = 0; i < count; ++i) {
    if (is_last(i)) {
      ++records;
      whole = written[i].offset;
    }
    const auto partition = written[i].partition;
    if (i + 1 < count && written[i + 1].partition == partition) continue;
    commit(partition, commits_.written(partition, i + 1 - begin, whole));
    begin = i + 1;
    whole.reset();
  }
  stats_.delivered(records, bytes_of(written));
  if (tap_ != nullptr && tap_->wanted()) {
    for (const auto& record : written) {
      tap_->pass({record.partition, record.offset, record.key, record.value});
    }
  }
  unfinished_ -= count;
  rest = rest.subspan(count);
}

void SinkSession::pause(std::chrono::milliseconds pause) {
  std::unique_lock lock(guard_);
  changed_.wait_for(lock, pause, [this] { return abandoned_ || may_leave(); });
  if (abandoned_) throw Failure(Errc::cancelled, "the time to drain is over");
}

void SinkSession::drain() {
  try {
    if (reader_ && !stored_) reader_->flush_offsets(settings_.flush_timeout);
  } catch (const Failure&) {
    if (opened_) sink_.close();
    throw;
  }
  if (opened_) sink_.close();
}

void SinkSession::set_paused(bool paused) {
  paused_ = paused;
  const std::lock_guard lock(guard_);
  if (reader_) reader_->interrupt();
  changed_.notify_all();
}

void SinkSession::request_stop() {
  stopping_ = true;
  const std::lock_guard lock(guard_);
  if (reader_) reader_->interrupt();
  changed_.notify_all();
}

void SinkSession::abandon() {
  {
    const std::lock_guard lock(guard_);
    abandoned_ = true;
  }
  changed_.notify_all();
  request_stop();
}

}  // namespace sluice::connector
