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
  while (!stopping_ && !ended_) {
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

bool SinkSession::collect() {
  if (builder_.empty()) {
    const auto until_idle = last_idle_ + settings_.idle_period - clock_.now();
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until_idle);
    const auto next = read(std::clamp(wait, std::chrono::milliseconds(0), stop_check_period));
    builder_.add(next.records, clock_.now());
    if (builder_.empty()) {
      stats_.progress();
      return false;
    }
  }
  while (!builder_.full() && !stopping_ && !ended_) {
    const auto left = builder_.time_left(clock_.now());
    const auto next = read(left);
    builder_.add(next.records, clock_.now());
    if (next.records.empty() && left.count() == 0) break;
  }
  return true;
}

Next SinkSession::read(std::chrono::milliseconds wait) {
  auto next = reader_->next(wait);
  if (next.state == Next::State::ended) ended_ = true;
  std::uint64_t bytes = 0;
  for (const auto& record : next.records) {
    bytes += record.value.size() + (record.key ? record.key->size() : 0);
  }
  stats_.read(next.records.size(), bytes);
  return next;
}

void SinkSession::deliver() {
  auto rest = builder_.batch();
  unfinished_ = rest.size();
  while (!rest.empty()) {
    persist([&] { write_some(rest); });
  }
  builder_.clear(clock_.now());
  fate_unknown_ = false;
}

void SinkSession::write_some(Batch& rest) {
  const auto known = run_length(rest, true);
  settle(rest.first(known));
  rest = rest.subspan(known);
  const auto part = rest.first(run_length(rest, false));
  if (part.empty()) return;
  try {
    sink_.write(part);
  } catch (const PartialWrite& partial) {
    const auto written = std::min(partial.written(), part.size());
    settle(part.first(written));
    rest = rest.subspan(written);
    if (rest.empty()) return;
    throw Failure(in_context(place_of(rest.front()), partial.error()));
  } catch (const Failure& failure) {
    throw Failure(in_context(
        "writing " + std::to_string(part.size()) + " records from " + place_of(part.front()),
        failure.error()));
  }
  settle(part);
  rest = rest.subspan(part.size());
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

void SinkSession::settle(Batch written) {
  if (written.empty()) return;
  stats_.delivered(written.size(), bytes_of(written));
  unfinished_ -= written.size();
  if (stored_) return;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const bool last = i + 1 == written.size() || written[i + 1].partition != written[i].partition;
    if (last) reader_->commit(written[i].partition, written[i].offset);
  }
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
