// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a running connector counts. One object a program, written by all its threads, read by
// metrics, status and the status line.
//
// The ledger: records_read = delivered + filtered + dead-lettered + failed + what is in flight,
// always. It counts records as they were read: one that a SmartModule makes several of counts
// once, and is delivered when all of them are.

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connector/clock.hpp"
#include "sluice/error.hpp"

namespace sluice::connector {

enum class Phase : std::uint8_t { starting, running, draining, stopped };
// The connection to the outside, as far as the connector has said.
enum class Outside : std::uint8_t { unknown, connected, disconnected };

[[nodiscard]] std::string_view name_of(Phase phase);
[[nodiscard]] std::string_view name_of(Outside outside);

// What one SmartModule of the transforms did. Counted on one thread, read on any.
class StepCounts {
 public:
  struct Copy {
    std::string module;
    std::string_view kind;
    std::uint64_t calls = 0;
    std::uint64_t records_in = 0;
    std::uint64_t records_out = 0;
    std::uint64_t faults = 0;
    std::chrono::nanoseconds time{0};
  };

  // `kind` has static storage.
  StepCounts(std::string module, std::string_view kind) : module_(std::move(module)), kind_(kind) {}

  void add(const Copy& more);
  [[nodiscard]] Copy copy() const;

 private:
  std::string module_;
  std::string_view kind_;
  std::atomic<std::uint64_t> calls_{0}, records_in_{0}, records_out_{0}, faults_{0};
  std::atomic<std::int64_t> time_ns_{0};
};

struct RecentError {
  WallTime time;
  Errc code = Errc::internal;
  std::string text;
};

// A copy of everything, at one moment.
struct StatsSnapshot {
  Phase phase = Phase::starting;
  bool paused = false;
  WallTime started{};
  Outside outside = Outside::unknown;
  bool cluster_away = false;
  std::uint64_t records_read = 0;
  std::uint64_t bytes_read = 0;
  std::uint64_t records_delivered = 0;
  std::uint64_t bytes_delivered = 0;
  std::uint64_t records_failed = 0;
  std::uint64_t records_filtered = 0;
  std::uint64_t records_dead_lettered = 0;
  std::uint64_t retries = 0;
  std::uint64_t checkpoints = 0;
  std::int64_t lag = 0;
  std::uint64_t buffered_bytes = 0;
  std::chrono::nanoseconds budget_wait{0};
  std::uint64_t rate_waits = 0;
  std::chrono::nanoseconds rate_wait{0};
  std::optional<WallTime> last_delivery;
  std::optional<WallTime> last_checkpoint;
  std::optional<TimePoint> last_progress;            // a delivery, or a moment without work
  std::map<std::string, std::uint64_t> filtered;     // by reason
  std::map<std::string_view, std::uint64_t> errors;  // by the code's name
  std::string last_error;
  std::vector<RecentError> recent_errors;  // the oldest first
  std::vector<StepCounts::Copy> steps;     // of the transforms

  [[nodiscard]] std::uint64_t in_flight() const noexcept {
    const auto settled =
        records_delivered + records_failed + records_filtered + records_dead_lettered;
    return records_read > settled ? records_read - settled : 0;
  }
};

class Stats {
 public:
  explicit Stats(const Clock& clock) : clock_(clock), started_(clock.wall()) {}

  void phase(Phase phase) { phase_.store(phase, std::memory_order_relaxed); }
  void paused(bool paused) { paused_.store(paused, std::memory_order_relaxed); }
  void outside(Outside outside) { outside_.store(outside, std::memory_order_relaxed); }
  // The connection to the cluster is lost; false when it is there again.
  void cluster_away(bool away) { cluster_away_.store(away, std::memory_order_relaxed); }
  void read(std::uint64_t records, std::uint64_t bytes);
  void delivered(std::uint64_t records, std::uint64_t bytes);
  void failed(std::uint64_t records) { records_failed_ += records; }
  // Of those that were read. Reasons beyond the first 64 are counted together, as `other`.
  void filtered(std::string_view reason, std::uint64_t records = 1);
  void dead_lettered(std::uint64_t records) { records_dead_lettered_ += records; }
  // The counters of a SmartModule, in the order of the chain; they live as long as this.
  StepCounts& add_step(const std::string& module, std::string_view kind);
  void error(const Error& error);
  void retry() { ++retries_; }
  void checkpoint_stored();
  void lag(std::int64_t records) { lag_.store(records, std::memory_order_relaxed); }
  void buffered(std::uint64_t bytes) { buffered_.store(bytes, std::memory_order_relaxed); }
  void budget_wait(std::chrono::nanoseconds wait) { budget_wait_ns_ += wait.count(); }
  // A wait for the rate limit was over.
  void rate_wait(std::chrono::nanoseconds wait) {
    ++rate_waits_;
    rate_wait_ns_ += wait.count();
  }
  // There is nothing to do, or something was done.
  void progress();

  [[nodiscard]] StatsSnapshot snapshot() const;

 private:
  static constexpr std::size_t code_count = static_cast<std::size_t>(Errc::internal) + 1;
  static constexpr std::size_t reasons_max = 64;
  static constexpr std::size_t recent_errors_max = 20;
  static constexpr std::size_t error_text_bytes_max = 1'024;

  const Clock& clock_;
  const WallTime started_;
  std::atomic<Phase> phase_{Phase::starting};
  std::atomic<Outside> outside_{Outside::unknown};
  std::atomic<bool> cluster_away_{false}, paused_{false};
  std::atomic<std::uint64_t> records_read_{0}, bytes_read_{0};
  std::atomic<std::uint64_t> records_delivered_{0}, bytes_delivered_{0};
  std::atomic<std::uint64_t> records_failed_{0}, records_filtered_{0};
  std::atomic<std::uint64_t> records_dead_lettered_{0};
  std::atomic<std::uint64_t> retries_{0}, checkpoints_{0}, buffered_{0}, rate_waits_{0};
  std::atomic<std::int64_t> lag_{0}, budget_wait_ns_{0}, rate_wait_ns_{0};
  // Ticks since the epoch of their clock; 0 is never.
  std::atomic<std::int64_t> last_delivery_{0}, last_checkpoint_{0}, last_progress_{0};
  std::array<std::atomic<std::uint64_t>, code_count> errors_{};
  mutable std::mutex guard_;
  std::map<std::string, std::uint64_t, std::less<>> filtered_;
  std::string last_error_;
  std::deque<RecentError> recent_errors_;
  std::deque<StepCounts> steps_;  // never moved
};

}  // namespace sluice::connector
