// SPDX-License-Identifier: Apache-2.0
#pragma once

// Runs a sink: reads batches, writes them until the destination has them, commits offsets.
//
// Everything happens on the sink's thread; the client reads ahead on its own. The order that
// nothing is lost by: `write` returned, then the offset is committed. What was read and not
// written is read again by the next run. SmartModules run between reading and the batch; the
// offset of what they left out is committed with what was written before it.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>

#include "connector/batch_builder.hpp"
#include "connector/cluster.hpp"
#include "connector/commit_tracker.hpp"
#include "connector/fault_handling.hpp"
#include "connector/look_back.hpp"
#include "connector/outside_link.hpp"
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
  std::chrono::milliseconds idle_period{1'000};
  std::chrono::milliseconds flush_timeout{10'000};  // for storing offsets at the end
  BackoffLimits backoff;
};

class SinkSession final : public Session, public SinkContext {
 public:
  SinkSession(Sink& sink, Cluster& cluster, const Clock& clock, Stats& stats,
              SinkSettings settings);
  ~SinkSession() override;

  // Every record goes through these. Requires: called before `run`, and they outlive the session.
  void transform_with(const Transforms& transforms, FaultHandling on_fault);
  // Sees what is written. Requires: called before `run`; it outlives the session.
  void show_to(Tap& tap) { tap_ = &tap; }

  void run() override;
  void drain() override;
  void set_paused(bool paused) override;
  void request_stop() override;
  void abandon() override;
  [[nodiscard]] std::uint64_t unfinished() const override { return unfinished_; }

  [[nodiscard]] bool stopping() const override { return stopping_; }
  void connected() override { outside_.connected(); }
  void disconnected(const Error& error) override { outside_.disconnected(error); }
  [[nodiscard]] const std::string& topic() const override { return settings_.topic; }
  [[nodiscard]] const std::string& name() const override { return settings_.name; }

 private:
  using Batch = std::span<const SinkRecord>;

  void open_reader();
  // Does `step`, again after a pause while it fails in a retryable way, with `open` before.
  // False when told to stop meanwhile, with no record in hand that is worth another try.
  bool persist(const std::function<void()>& step);
  void open_sink();
  // Fills the batch, up to its age. False when nothing came, or paused.
  bool collect();
  [[nodiscard]] std::chrono::milliseconds time_to_idle() const;
  // Waits a moment for the end of a pause.
  void hold(std::chrono::milliseconds wait);
  // Waits for the end of a pause. False when told to stop in it: the next run reads and writes
  // what is in hand.
  [[nodiscard]] bool may_write();
  // What comes next, transformed, into the batch. False when nothing came.
  bool read(std::chrono::milliseconds wait);
  Records transform(const Records& records);
  [[nodiscard]] DeadLetter letter_of(PartitionId partition,
                                     const SinkTransform::Fault& fault) const;
  // Returns when they are durable.
  void write_letters(std::span<const DeadLetter> letters);
  // The chain stopped at its last fault.
  void stop_at(const Records& records, const SinkTransform::Fault& fault);
  void commit(PartitionId partition, std::optional<Offset> last);
  void deliver();
  // Writes what is left of the batch, and drops what was written from `rest`.
  void write_some(Batch& rest);
  // The first `count` of `rest` are written: takes them off.
  void settle(Batch& rest, std::size_t count);
  // As much of what was written as counts.
  [[nodiscard]] std::size_t whole_length(Batch part, std::size_t written) const;
  // What the reader says of the cluster.
  void look_at_reader();
  [[nodiscard]] bool may_leave() const { return stopping_ && unfinished_ == 0; }
  // How many records from the start of `rest` the destination has, or has not, already.
  [[nodiscard]] std::size_t run_length(Batch rest, bool stored) const;
  void pause(std::chrono::milliseconds pause);

  Sink& sink_;
  Cluster& cluster_;
  const Clock& clock_;
  Stats& stats_;
  const SinkSettings settings_;
  OutsideLink outside_;
  BatchBuilder builder_;
  bool opened_ = false;
  bool away_ = false;  // the cluster, when it was last looked at
  bool ended_ = false;
  std::optional<std::map<PartitionId, Offset>> stored_;  // when the destination keeps offsets
  bool fate_unknown_ = false;  // it was opened again: part of the batch may be there already
  TimePoint last_idle_;
  CommitTracker commits_;
  std::optional<LookBackReader> look_back_;
  std::optional<SinkTransform> transform_;
  FaultHandling on_fault_;
  Tap* tap_ = nullptr;
  std::optional<Error> fault_;  // that the run ends with, when what came before it is written
  std::unique_ptr<RecordReader> reader_;

  std::atomic<bool> stopping_{false};
  std::atomic<bool> paused_{false};
  std::atomic<std::uint64_t> unfinished_{0};
  std::mutex guard_;  // of the reader's pointer and what follows
  std::condition_variable changed_;
  bool abandoned_ = false;
};

}  // namespace sluice::connector
