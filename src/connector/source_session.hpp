// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs a source: byte budget, results of the topic, checkpoints, acknowledgements, retries.
//
// Three kinds of thread meet here, under one lock: the source's own (run and all of
// SourceContext), the client's (results of records), the checkpoint keeper's. The order that
// nothing is lost by: record in the topic, then position stored, then `acknowledged`. SmartModules
// run on the source's thread, inside `send`; a record is in the topic when all that they made of
// it is, or its dead letter is durable.

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "connector/ack_tracker.hpp"
#include "connector/checkpoint.hpp"
#include "connector/cluster.hpp"
#include "connector/error_handling.hpp"
#include "connector/outside_link.hpp"
#include "connector/rate_limiter.hpp"
#include "connector/session.hpp"
#include "connector/source_transform.hpp"
#include "connector/stats.hpp"
#include "connector/tap.hpp"
#include "connector/wake_fd.hpp"
#include "sluice/connector/source.hpp"

namespace sluice::connector {

struct SourceSettings {
  std::string name;
  std::size_t buffer_bytes = 16'777'216;
  std::chrono::milliseconds checkpoint_interval{100};
  RateLimits rate = {};
  std::uint64_t batch_count = 0;  // records after which a batch is sent; 0: any number
  BackoffLimits backoff;
};

class SourceSession final : public Session, public SourceContext {
 public:
  // What a record counts for in the budget beside its bytes.
  static constexpr std::size_t record_overhead_bytes = 64;

  // `store` is needed when the kit keeps the positions. All outlive the session, and the
  // writer is closed before the session goes.
  SourceSession(Source& source, RecordWriter& writer, CheckpointStore* store, const Clock& clock,
                Stats& stats, SourceSettings settings);
  ~SourceSession() override;

  // What becomes of records that fail; else each stops the connector. Requires: before `run`.
  void handle_errors(ErrorHandling errors) { errors_ = std::move(errors); }
  // Every record goes through it. Requires: called before `run`.
  void transform_with(SourceTransform transform);
  // Sees what the topic has. Requires: called before `run`; it outlives the session.
  void show_to(Tap& tap) { tap_ = &tap; }

  void run() override;
  void drain() override { flush(); }
  void set_paused(bool paused) override;
  void request_stop() override;
  void abandon() override;
  [[nodiscard]] std::uint64_t unfinished() const override;

  void send(const RecordRef& record, std::optional<Position> position = {}) override;
  [[nodiscard]] bool has_room() const override;
  void flush() override;
  bool wait(std::chrono::milliseconds pause) override;
  [[nodiscard]] int wake_fd() const override { return wake_.fd(); }
  bool dispatch() override;
  [[nodiscard]] bool stopping() const override;
  [[nodiscard]] const std::string& name() const override { return settings_.name; }
  [[nodiscard]] const std::optional<Position>& resume_from() const override { return resume_; }
  void connected() override;
  void disconnected(const Error& error) override;
  void retry_after(std::chrono::milliseconds pause) override { outside_.retry_after(pause); }
  void filtered(std::string_view reason) override;
  void passed(Position position) override;
  void refuse(const RecordRef& original, const Error& error,
              std::optional<Position> position = {}) override;
  [[nodiscard]] std::chrono::milliseconds next_retry_delay() override;

 private:
  using Lock = std::unique_lock<std::mutex>;

  using Parts = std::span<const RecordRef>;

  // How often a record was refused since it came first.
  struct Attempts {
    std::uint32_t count = 0;
    std::optional<std::uint64_t> settled = {};  // the number that it got when it was given up
  };

  // Waits for rate and room for a record, and counts it as read.
  void admit(Lock& lock, const RecordRef& record);
  // Sends what was made of one record. Unlocks.
  void send_parts(Lock& lock, Parts parts, std::optional<Position> position);
  void send_transformed(const RecordRef& record, std::optional<Position> position);
  // What becomes of a record that has the error, after so many attempts. Requires: admitted.
  void settle_failed(const RecordRef& record, DeadLetter letter, std::optional<Position> position,
                     ErrorPolicy policy);
  // What has an acknowledged position behind it does not come again.
  void forget_attempts(std::uint64_t through);
  [[nodiscard]] std::uint32_t attempts_of(const RecordRef& record, Errc code);
  // Why one of them could not be sent.
  [[nodiscard]] std::optional<Error> refusal_of(Parts parts) const;
  // Stops at this record, when what came before it is done.
  [[noreturn]] void stop_at(Error error, std::optional<Position> position);
  // Takes a record into the books.
  std::uint64_t add(const Lock& lock, Parts parts, std::optional<Position> position);

  // Back-off after a failure of `run` that is tried again. False when the source should stop.
  bool pause_after(const Error& error);
  void wait_for_room(Lock& lock);
  // A source that is to stop must get rid of what it has: it does not wait.
  void wait_for_rate(Lock& lock);
  // The budget is passed by one record at most, so that room does not depend on its size.
  [[nodiscard]] bool room() const { return tracker_.bytes() < settings_.buffer_bytes && !holds(); }
  // Paused is as if the budget were used up; a source that is to stop must get rid of what it has.
  [[nodiscard]] bool holds() const { return paused_ && !stopping_; }
  void hand_out(Lock& lock);
  void throw_if_over() const;  // Requires: the lock is held.
  void wake();

  void on_result(std::uint64_t number, std::size_t bytes, const Outcome<Delivered>& outcome);
  void on_letter(std::uint64_t number, const Outcome<Done>& outcome);
  // The topic has a part; true when the record is whole.
  bool complete(const Lock& lock, std::uint64_t number);
  void send_part(const RecordRef& part, std::uint64_t number);
  void refused(std::uint64_t number, Error error);
  void release_position(const Lock& lock);
  void on_stored(MarkedPosition position);
  void stop_with(Error error);

  Source& source_;
  RecordWriter& writer_;
  Stats& stats_;
  const SourceSettings settings_;
  const bool kit_keeps_;
  std::optional<Position> resume_;            // the source's thread only
  OutsideLink outside_;                       // the source's thread only
  std::optional<SourceTransform> transform_;  // the source's thread only
  ErrorHandling errors_;                      // the source's thread only
  mutable RateLimiter rate_;                  // the source's thread only
  std::uint64_t failures_ = 0;                // in a row; the source's thread only
  std::uint64_t batched_ = 0;                 // records since the last batch was cut
  std::optional<Error> trouble_;              // the last that the source has told of
  // Of records that failed, by their hash, until a position behind them is acknowledged: where
  // several are read again together, none begins at its first attempt again.
  std::map<std::size_t, Attempts> attempts_;
  bool refused_again_ = false;  // `run` ends because a record is to be tried again
  const Clock& clock_;
  Tap* tap_ = nullptr;
  mutable WakeFd wake_;

  mutable std::mutex guard_;
  std::condition_variable changed_;
  AckTracker tracker_;
  mutable bool room_wanted_ = false;
  mutable bool room_promised_ = false;  // by `has_room`, for one record
  bool paused_ = false;
  bool stopping_ = false;
  bool abandoned_ = false;
  bool flushing_ = false;
  std::optional<Error> fatal_;
  std::uint64_t released_mark_ = 0;  // the newest position out of the tracker
  std::uint64_t handed_mark_ = 0;    // the newest that the source has heard of
  std::optional<MarkedPosition> to_acknowledge_;
  std::unique_ptr<CheckpointKeeper> keeper_;  // last: its thread ends first
};

}  // namespace sluice::connector
