// SPDX-License-Identifier: Apache-2.0
#include "connector/sink_session.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "connector/record_bytes.hpp"

namespace sluice::connector {
namespace {

constexpr std::chrono::milliseconds stop_check_period{250};
constexpr std::chrono::milliseconds away_check_period{50};
// What is there at once comes into a batch without waiting, but for no longer than this.
constexpr std::chrono::milliseconds at_once_max{1'000};
// What is kept for dead letters while a batch is filled.
constexpr std::uint64_t originals_bytes_max = std::uint64_t{32} << 20U;

// A client adds a relative start to what is stored, and puts an absolute one before it: a sink
// would skip or repeat records at each restart.
std::map<PartitionId, Offset> firsts_of_stored(Cluster& cluster, const std::string& topic,
                                               const ConsumerOptions& options) {
  std::map<PartitionId, Offset> out;
  if (options.start.from != StartAt::From::absolute && options.start.count == 0) return out;
  for (const auto& [partition, last] : cluster.stored_offsets(options.consumer_id, topic)) {
    out[partition] = {last.value + 1};
  }
  return out;
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
      builder_(settings_.batch),
      record_backoff_(settings_.backoff),
      rate_(settings_.rate) {
  // Whoever is told that it is ready may rely on the start: what comes now is behind the end.
  away_ = true;
  stats_.cluster_away(true);
}

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

void SinkSession::look_at_reader() {
  stats_.lag(reader_->lag());
  if (reader_->is_away() == away_) return;
  away_ = !away_;
  stats_.cluster_away(away_);
  if (away_) {
    log::warn("connector", "the connection to the cluster is lost, trying again");
  } else {
    log::info("connector", "reading the topic");
  }
}

void SinkSession::open_reader() {
  ReadPlan plan{.options = settings_.consumer, .first = {}};
  if (stored_) {
    plan.options.consumer_id.clear();
    plan.options.strategy = OffsetStrategy::none;
    for (const auto& [partition, last] : *stored_) plan.first[partition] = {last.value + 1};
  } else if (!plan.options.consumer_id.empty()) {
    plan.first = firsts_of_stored(cluster_, settings_.topic, settings_.consumer);
  }
  auto reader = cluster_.reader(settings_.topic, plan);
  const std::lock_guard lock(guard_);
  reader_ = std::move(reader);
}

void SinkSession::open_sink() {
  sink_.open(*this);
  stored_ = sink_.stored_offsets();
  opened_ = true;
}

bool SinkSession::persist(const std::function<void()>& step) {
  for (std::uint64_t attempts = 1;; ++attempts) {
    try {
      if (!opened_) open_sink();
      step();
      outside_.recovered();
      return true;
    } catch (const Failure& failure) {
      const auto& error = failure.error();
      // There is no record in hand that could be given up instead.
      if (!error.retryable() || errors_.verdict(error.code, attempts) == ErrorPolicy::stop) {
        stop_with(error);
      }
      opened_ = false;
      if (may_leave()) return false;
      pause(outside_.pause_after("the destination failed, trying again", error));
      if (may_leave()) return false;
    }
  }
}

std::chrono::milliseconds SinkSession::time_to_idle() const {
  const auto until_idle = last_idle_ + settings_.idle_period - clock_.now();
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(until_idle);
  return std::clamp(wait, std::chrono::milliseconds(0),
                    away_ ? away_check_period : stop_check_period);
}

void SinkSession::hold(std::chrono::milliseconds wait) {
  std::unique_lock lock(guard_);
  changed_.wait_for(lock, wait, [this] { return !paused_ || stopping_; });
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
  const auto until = clock_.now() + builder_.time_left(clock_.now()) + at_once_max;
  while (!builder_.full() && !stopping_ && !ended_ && !fault_ && !paused_) {
    const auto left = builder_.time_left(clock_.now());
    if (!read(left) && left.count() == 0) break;
    // Of a topic of which little gets through a SmartModule, a batch would never be full.
    if (clock_.now() >= until || originals_bytes_ >= originals_bytes_max) break;
  }
  return true;
}

bool SinkSession::read(std::chrono::milliseconds wait) {
  const auto next = reader_->next(wait);
  if (away_) look_at_reader();
  if (next.state == Next::State::ended) ended_ = true;
  if (next.records.empty()) return false;
  stats_.read(next.records.size(), bytes_of_records(next.records));
  if (transform_) {
    builder_.add(transform(next.records), clock_.now());
  } else {
    commits_.read(next.records.partition(), next.records.back().offset, next.records.size());
    builder_.add(next.records, clock_.now());
  }
  return true;
}

void SinkSession::commit(PartitionId partition, std::optional<Offset> last) {
  if (last && !stored_) reader_->commit(partition, *last);
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

bool SinkSession::stopping() const {
  if (!stopping_) return false;
  // What is in hand is worth a new connection: an `open` that gave up would end the drain.
  if (unfinished_ == 0) return true;
  const std::lock_guard lock(guard_);
  return abandoned_;
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
