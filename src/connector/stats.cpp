// SPDX-License-Identifier: Apache-2.0
#include "connector/stats.hpp"

namespace sluice::connector {
namespace {

template <typename Time>
std::optional<Time> time_of(const std::atomic<std::int64_t>& ticks) {
  const auto count = ticks.load(std::memory_order_relaxed);
  if (count == 0) return std::nullopt;
  return Time(typename Time::duration(count));
}

template <typename Time>
void keep(std::atomic<std::int64_t>& ticks, Time time) {
  ticks.store(time.time_since_epoch().count(), std::memory_order_relaxed);
}

}  // namespace

std::string_view name_of(Phase phase) {
  switch (phase) {
    case Phase::starting:
      return "starting";
    case Phase::running:
      return "running";
    case Phase::draining:
      return "draining";
    case Phase::stopped:
      break;
  }
  return "stopped";
}

std::string_view name_of(Outside outside) {
  switch (outside) {
    case Outside::unknown:
      return "unknown";
    case Outside::connected:
      return "connected";
    case Outside::disconnected:
      break;
  }
  return "disconnected";
}

void StepCounts::add(const Copy& more) {
  constexpr auto relaxed = std::memory_order_relaxed;
  calls_.fetch_add(more.calls, relaxed);
  records_in_.fetch_add(more.records_in, relaxed);
  records_out_.fetch_add(more.records_out, relaxed);
  faults_.fetch_add(more.faults, relaxed);
  time_ns_.fetch_add(more.time.count(), relaxed);
}

StepCounts::Copy StepCounts::copy() const {
  return {.module = module_,
          .kind = kind_,
          .calls = calls_,
          .records_in = records_in_,
          .records_out = records_out_,
          .faults = faults_,
          .time = std::chrono::nanoseconds(time_ns_)};
}

void Stats::read(std::uint64_t records, std::uint64_t bytes) {
  records_read_.fetch_add(records, std::memory_order_relaxed);
  bytes_read_.fetch_add(bytes, std::memory_order_relaxed);
}

void Stats::delivered(std::uint64_t records, std::uint64_t bytes) {
  records_delivered_.fetch_add(records, std::memory_order_relaxed);
  bytes_delivered_.fetch_add(bytes, std::memory_order_relaxed);
  keep(last_delivery_, clock_.wall());
  progress();
}

void Stats::filtered(std::string_view reason, std::uint64_t records) {
  if (records == 0) return;
  records_filtered_.fetch_add(records, std::memory_order_relaxed);
  const std::lock_guard lock(guard_);
  auto found = filtered_.find(reason);
  if (found == filtered_.end()) {
    if (filtered_.size() >= reasons_max) reason = "other";
    found = filtered_.try_emplace(std::string(reason), 0).first;
  }
  found->second += records;
}

StepCounts& Stats::add_step(const std::string& module, std::string_view kind) {
  const std::lock_guard lock(guard_);
  return steps_.emplace_back(module, kind);
}

void Stats::error(const Error& error) {
  ++errors_[static_cast<std::size_t>(error.code)];
  const std::lock_guard lock(guard_);
  last_error_ = error.context.empty() ? std::string(describe(error.code).text) : error.context;
  if (recent_errors_.size() >= recent_errors_max) recent_errors_.pop_front();
  recent_errors_.push_back({.time = clock_.wall(),
                            .code = error.code,
                            .text = last_error_.substr(0, error_text_bytes_max)});
}

void Stats::checkpoint_stored() {
  ++checkpoints_;
  keep(last_checkpoint_, clock_.wall());
}

void Stats::progress() {
  keep(last_progress_, clock_.now());
}

StatsSnapshot Stats::snapshot() const {
  StatsSnapshot out;
  out.phase = phase_;
  out.paused = paused_;
  out.started = started_;
  out.outside = outside_;
  out.cluster_away = cluster_away_;
  // Settled first: what is in flight is then never negative.
  out.records_delivered = records_delivered_;
  out.bytes_delivered = bytes_delivered_;
  out.records_failed = records_failed_;
  out.records_filtered = records_filtered_;
  out.records_dead_lettered = records_dead_lettered_;
  out.records_read = records_read_;
  out.bytes_read = bytes_read_;
  out.retries = retries_;
  out.checkpoints = checkpoints_;
  out.lag = lag_;
  out.buffered_bytes = buffered_;
  out.budget_wait = std::chrono::nanoseconds(budget_wait_ns_);
  out.rate_waits = rate_waits_;
  out.rate_wait = std::chrono::nanoseconds(rate_wait_ns_);
  out.last_delivery = time_of<WallTime>(last_delivery_);
  out.last_checkpoint = time_of<WallTime>(last_checkpoint_);
  out.last_progress = time_of<TimePoint>(last_progress_);
  for (std::size_t i = 0; i < code_count; ++i) {
    const std::uint64_t count = errors_[i];
    if (count > 0) out.errors[describe(static_cast<Errc>(i)).name] = count;
  }
  const std::lock_guard lock(guard_);
  out.filtered = {filtered_.begin(), filtered_.end()};
  out.last_error = last_error_;
  out.recent_errors = {recent_errors_.begin(), recent_errors_.end()};
  for (const auto& step : steps_) out.steps.push_back(step.copy());
  return out;
}

}  // namespace sluice::connector
