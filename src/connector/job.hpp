// SPDX-License-Identifier: Apache-2.0
#pragma once

// A whole run of a connector: connect to the cluster, make the topic, take up the checkpoint
// or the offsets, run the session, release everything. It is a session itself, because all of
// it may wait, and must be stoppable.

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "connector/checkpoint.hpp"
#include "connector/cluster.hpp"
#include "connector/common_options.hpp"
#include "connector/dead_letters.hpp"
#include "connector/error_handling.hpp"
#include "connector/instance.hpp"
#include "connector/session.hpp"
#include "connector/smartmodule_options.hpp"
#include "connector/stats.hpp"
#include "connector/tap.hpp"
#include "connector/transforms.hpp"
#include "sluice/connector/sink.hpp"
#include "sluice/connector/source.hpp"

namespace sluice::connector {

struct JobSettings {
  CommonOptions common;  // with the name filled in
  TopicConfig topic;     // for when it must be made
  SmartModuleOptions smartmodules;
  ErrorOptions errors;
  Identity who;        // as dead letters say it
  Tap* tap = nullptr;  // sees the records, when there is one; outlives the job
};

// Connects once. Throws as `Client::connect`.
using Connect = std::function<std::unique_ptr<Cluster>()>;

class Job : public Session {
 public:
  Job(JobSettings settings, Connect connect, const Clock& clock, Stats& stats);
  ~Job() override;

  void run() final;
  void drain() final;
  void set_paused(bool paused) final;
  void request_stop() final;
  void abandon() final;
  [[nodiscard]] std::uint64_t unfinished() const final;

 protected:
  // Before anything is contacted.
  virtual void prepare() { take_lock(); }
  // Throws: `already_running`, when another of this name runs.
  void take_lock() { lock_.emplace(settings_.common.name, state_folder()); }
  // Makes the session; the cluster is connected and has the topic. Called again when it failed
  // in a retryable way.
  virtual std::unique_ptr<Session> start(Cluster& cluster) = 0;
  // The session is drained, or has failed; the cluster is still connected.
  virtual void release(std::chrono::milliseconds deadline) = 0;
  [[nodiscard]] std::optional<std::filesystem::path> state_folder() const;
  [[nodiscard]] ErrorHandling error_handling() const;
  [[nodiscard]] BackoffLimits backoff_limits() const;
  // The session uses what `start` made: it goes first, in the destructor of who has that.
  void end_session() { session_.reset(); }

  const JobSettings settings_;
  const Clock& clock_;
  Stats& stats_;
  std::unique_ptr<Transforms> transforms_;  // null: there are none

 private:
  // What needs no cluster.
  void prepare_letters();
  void prepare_transforms();
  // Does `step`, again while it fails in a retryable way, for the time that a connection may
  // take. False when it was told to stop before that.
  [[nodiscard]] bool patiently(const std::function<void()>& step);
  [[nodiscard]] std::unique_ptr<Session> start_with_topic();
  [[nodiscard]] bool stop_requested() const;

  std::optional<InstanceLock> lock_;
  Connect connect_;
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<DeadLetters> letters_;
  mutable std::mutex guard_;
  std::unique_ptr<Session> session_;
  bool stop_requested_ = false;
  bool paused_ = false;
};

class SourceJob final : public Job {
 public:
  SourceJob(JobSettings settings, SourceOptions options, std::unique_ptr<Source> source,
            Connect connect, const Clock& clock, Stats& stats);
  ~SourceJob() override { end_session(); }

 protected:
  std::unique_ptr<Session> start(Cluster& cluster) override;
  void release(std::chrono::milliseconds deadline) override;

 private:
  [[nodiscard]] std::unique_ptr<CheckpointStore> make_store(Cluster& cluster) const;
  [[nodiscard]] RecordChain start_chain(Cluster& cluster);

  SourceOptions options_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<RecordWriter> writer_;
  std::unique_ptr<CheckpointStore> store_;
};

class SinkJob final : public Job {
 public:
  SinkJob(JobSettings settings, SinkOptions options, std::unique_ptr<Sink> sink, Connect connect,
          const Clock& clock, Stats& stats);
  ~SinkJob() override { end_session(); }

 protected:
  void prepare() override;
  std::unique_ptr<Session> start(Cluster& cluster) override;
  void release(std::chrono::milliseconds) override {}

 private:
  SinkOptions options_;
  std::unique_ptr<Sink> sink_;
};

// From the neutral words of the options to those of the client.
[[nodiscard]] TopicConfig topic_config(const TopicSettings& settings);
[[nodiscard]] ProducerOptions producer_options(const SourceOptions& options);
[[nodiscard]] ConsumerOptions consumer_options(const SinkOptions& options,
                                               const std::string& instance);

}  // namespace sluice::connector
