// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs a sink: reads batches, writes them until the destination has them, commits offsets.
//
// Everything happens on the sink's thread; the client reads ahead on its own. The order that
// nothing is lost by: `write` returned, or the dead letter is durable, then the offset is
// committed. What was read and not written is read again by the next run. SmartModules run between
// reading and the batch; the offset of what they left out is committed with what was written
// before it.
//
// A record that failed is skipped, or becomes a dead letter as it was read, with all that
// SmartModules made of it: what of that was written already stays. The order of a partition holds:
// nothing behind a record that is tried again is written, except what the destination took in the
// same `write`.
//
// A destination that stores the offsets itself knows nothing of a record that was left out until
// one behind it is written. A restart before that reads the record again, tries it, and may write
// its letter twice: topic, partition and offset say that it is the same.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>

#include "connector/batch_builder.hpp"
#include "connector/batch_work.hpp"
#include "connector/cluster.hpp"
#include "connector/commit_tracker.hpp"
#include "connector/error_handling.hpp"
#include "connector/look_back.hpp"
#include "connector/outside_link.hpp"
#include "connector/rate_limiter.hpp"
#include "connector/session.hpp"
#include "connector/sink_transform.hpp"
#include "connector/stats.hpp"
#include "connector/tap.hpp"
#include "sluice/connector/sink.hpp"

namespace sluice::connector {

struct SinkSettings {
  std::string topic;
  std::string name;
  ConsumerOptions consumer;
  BatchLimits batch;
  RateLimits rate = {};
  std::chrono::milliseconds idle_period{1'000};
  std::chrono::milliseconds flush_timeout{10'000};  // for storing offsets at the end
  BackoffLimits backoff;
};

class SinkSession final : public Session, public SinkContext {
 public:
  SinkSession(Sink& sink, Cluster& cluster, const Clock& clock, Stats& stats,
              SinkSettings settings);
  ~SinkSession() override;

  // What becomes of records that fail; else each stops the connector. Requires: before `run`.
  void handle_errors(ErrorHandling errors) { errors_ = std::move(errors); }
  // Every record goes through these. Requires: called before `run`, and they outlive the session.
  void transform_with(const Transforms& transforms);
  // Sees what is written. Requires: called before `run`; it outlives the session.
  void show_to(Tap& tap) { tap_ = &tap; }

  void run() override;
  void drain() override;
  void set_paused(bool paused) override;
  void request_stop() override;
  void abandon() override;
  [[nodiscard]] std::uint64_t unfinished() const override { return unfinished_; }

  [[nodiscard]] bool stopping() const override;
  void connected() override { outside_.connected(); }
  void disconnected(const Error& error) override { outside_.disconnected(error); }
  void retry_after(std::chrono::milliseconds pause) override { outside_.retry_after(pause); }
  void written(std::size_t count) override;
  [[nodiscard]] const std::string& topic() const override { return settings_.topic; }
  [[nodiscard]] const std::string& name() const override { return settings_.name; }

 private:
  using Batch = std::span<const SinkRecord>;

  // A record of the part that is being written, by its number in it, and what is wrong with it.
  struct Trouble {
    std::size_t at = 0;
    Error error;
  };
  // What a sink's `write` has in hand, and how much of it the sink has called written.
  struct Writing {
    BatchWork& work;
    Batch part;
    std::size_t count = 0;
  };

  // --- sink_session.cpp
  void open_reader();
  // Does `step`, which is about no record, again after a pause while it fails in a retryable way,
  // with `open` before. False when told to stop meanwhile.
  bool persist(const std::function<void()>& step);
  void open_sink();
  // Fills the batch, up to its age. False when nothing came, or paused.
  bool collect();
  [[nodiscard]] std::chrono::milliseconds time_to_idle() const;
  // Waits a moment for the end of a pause.
  void hold(std::chrono::milliseconds wait);
  // What comes next, transformed, into the batch. False when nothing came.
  bool read(std::chrono::milliseconds wait);
  void commit(PartitionId partition, std::optional<Offset> last);
  // What the reader says of the cluster.
  void look_at_reader();
  [[nodiscard]] bool may_leave() const { return stopping_ && unfinished_ == 0; }
  void pause(std::chrono::milliseconds pause);

  // --- sink_session_transform.cpp
  Records transform(const Records& records);
  // Leaves out what failed, and counts and keeps it. What is left, when it stops at one of them.
  void settle_faults(const Records& records, SinkTransform::Output& output);
  // It stops at this record: nothing of it and of what is behind it is written.
  void stop_at(const Records& records, const SinkTransform::Fault& fault, Error error);
  [[nodiscard]] DeadLetter letter_of(PartitionId partition,
                                     const SinkTransform::Fault& fault) const;
  // Returns when they are durable.
  void write_letters(std::span<const DeadLetter> letters);

  // --- sink_session_delivery.cpp
  void deliver();
  // One write of what is left, and all that follows from it.
  void attempt(BatchWork& work);
  // The sink is open. Else that was an attempt, too.
  bool reach(BatchWork& work);
  // The part that may be written now; empty when told to stop in a pause: the next run reads and
  // writes what is in hand.
  Batch part_to_write(BatchWork& work);
  void write(BatchWork& work, Batch part);
  void on_failure(BatchWork& work, Batch part, const Error& error);
  void on_all(BatchWork& work, Batch part, std::size_t from, const Error& error);
  void on_partial(BatchWork& work, Batch part, const PartialWrite& partial);
  void on_refused(BatchWork& work, Batch part, const RecordsRefused& refused);
  // Does what the user wants done about these.
  void on_troubles(BatchWork& work, Batch part, std::span<const Trouble> troubles);
  void try_again(const Error& error);
  [[noreturn]] void stop_with(const Error& error);
  [[nodiscard]] DeadLetter letter_of(const SinkRecord& record, const Error& error,
                                     std::uint32_t attempts) const;
  // Takes what is done off the batch: commits and counts it.
  void settle(BatchWork& work);
  // As much of what was written as counts.
  [[nodiscard]] std::size_t whole_length(Batch part, std::size_t written) const;
  void forget_originals();

  Sink& sink_;
  Cluster& cluster_;
  const Clock& clock_;
  Stats& stats_;
  const SinkSettings settings_;
  OutsideLink outside_;
  BatchBuilder builder_;
  std::optional<Writing> writing_;
  bool opened_ = false;
  bool leaves_ = false;  // told to stop in a pause: what is in hand is left to the next run
  bool away_ = false;    // the cluster, when it was last looked at
  bool ended_ = false;
  std::optional<std::map<PartitionId, Offset>> stored_;  // when the destination keeps offsets
  TimePoint last_idle_;
  CommitTracker commits_;
  std::optional<LookBackReader> look_back_;
  std::optional<SinkTransform> transform_;
  ErrorHandling errors_;
  Backoff record_backoff_;  // for what failed over a record
  RateLimiter rate_;
  // As they were read, for letters: those that a SmartModule made the records in hand of.
  std::map<PartitionId, std::deque<Records>> originals_;
  std::uint64_t originals_bytes_ = 0;
  Tap* tap_ = nullptr;
  std::optional<Error> fault_;  // that the run ends with, when what came before it is written
  std::unique_ptr<RecordReader> reader_;

  std::atomic<bool> stopping_{false};
  std::atomic<bool> paused_{false};
  std::atomic<std::uint64_t> unfinished_{0};
  mutable std::mutex guard_;  // of the reader's pointer and what follows
  std::condition_variable changed_;
  bool abandoned_ = false;
};

}  // namespace sluice::connector
