// SPDX-License-Identifier: Apache-2.0
#include "connector/job.hpp"

#include <exception>
#include <thread>
#include <utility>

#include "base/log.hpp"
#include "connector/backoff.hpp"
#include "connector/file_checkpoint.hpp"
#include "connector/look_back.hpp"
#include "connector/sink_session.hpp"
#include "connector/source_session.hpp"
#include "connector/topic_checkpoint.hpp"

namespace sluice::connector {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds close_timeout{1'000};
constexpr BackoffLimits connect_backoff{.first = milliseconds(200), .most = milliseconds(2'000)};

RateLimits rate_limits(const RateOptions& options) {
  return {.records = options.records, .bytes = options.bytes.bytes};
}

}  // namespace

Job::Job(JobSettings settings, Connect connect, const Clock& clock, Stats& stats)
    : settings_(std::move(settings)), clock_(clock), stats_(stats), connect_(std::move(connect)) {}

Job::~Job() = default;

void Job::run() {
  prepare();
  prepare_letters();
  prepare_transforms();
  if (!patiently([this] { cluster_ = connect_(); })) return;
  log::info("connector", "connected to the cluster", {{"endpoint", cluster_->endpoint()}});
  std::unique_ptr<Session> session;
  // A cluster that goes away in between comes back like one that was late.
  if (!patiently([&] { session = start_with_topic(); })) return;
  {
    const std::lock_guard lock(guard_);
    session_ = std::move(session);
    if (stop_requested_) return;
    session_->set_paused(paused_);
    stats_.phase(Phase::running);
  }
  session_->run();
}

std::unique_ptr<Session> Job::start_with_topic() {
  if (transforms_) transforms_->load(*cluster_);
  if (const auto& place = settings_.errors.dead_letters.topic) {
    letters_ = std::make_unique<TopicDeadLetters>(settings_.who, *cluster_, *place);
  }
  const auto& topic = settings_.common.topic;
  if (cluster_->ensure_topic(topic, settings_.topic) == Created::created) {
    log::info("connector", "created the topic", {{"topic", topic}});
  }
  return start(*cluster_);
}

void Job::prepare_letters() {
  if (const auto& file = settings_.errors.dead_letters.file) {
    letters_ = std::make_unique<FileDeadLetters>(settings_.who, *file);
  }
}

// The SmartModules that are files need no cluster.
void Job::prepare_transforms() {
  const auto& options = settings_.smartmodules;
  auto steps = transform_steps(options);
  if (steps.empty()) return;
  using smartmodule::OnFault;
  const bool stops = settings_.errors.on_transform == FaultPolicy::stop;
  const smartmodule::ChainOptions chain{
      .limits = {.call_timeout = options.timeout, .memory_bytes_max = options.memory_max.bytes},
      .on_fault = stops ? OnFault::stop : OnFault::skip};
  transforms_ = std::make_unique<Transforms>(std::move(steps), chain, stats_);
}

ErrorHandling Job::error_handling() const {
  return ErrorHandling(settings_.errors, letters_.get());
}

BackoffLimits Job::backoff_limits() const {
  return {.first = settings_.errors.retry_delay_min, .most = settings_.errors.retry_delay_max};
}

void Job::drain() {
  // Whatever happens, what calls back into the session ends before the session does.
  std::exception_ptr problem;
  try {
    // The session is not replaced any more; only its making needs the lock.
    if (session_) session_->drain();
  } catch (...) {
    problem = std::current_exception();
  }
  release(close_timeout);
  if (letters_) letters_->close(close_timeout);
  if (cluster_) cluster_->close(close_timeout);
  if (problem) std::rethrow_exception(problem);
}

bool Job::patiently(const std::function<void()>& step) {
  const auto until = clock_.now() + settings_.common.connect_timeout;
  Backoff backoff(connect_backoff);
  while (!stop_requested()) {
    try {
      step();
      return true;
    } catch (const Failure& failure) {
      stats_.error(failure.error());
      if (!failure.error().retryable() || clock_.now() >= until) throw;
      if (backoff.count() == 0) {
        log::warn("connector", "cannot reach the cluster, trying again",
                  {{"error", failure.error().message()},
                   {"for", std::to_string(settings_.common.connect_timeout.count()) + "ms"}});
      }
    }
    stats_.retry();
    std::this_thread::sleep_for(backoff.next());
  }
  return false;
}

std::optional<std::filesystem::path> Job::state_folder() const {
  const auto& folder = settings_.common.state_dir;
  return folder ? std::optional<std::filesystem::path>(*folder) : std::nullopt;
}

bool Job::stop_requested() const {
  const std::lock_guard lock(guard_);
  return stop_requested_;
}

void Job::set_paused(bool paused) {
  const std::lock_guard lock(guard_);
  paused_ = paused;
  if (!paused)
    stats_.progress();  // what waited meanwhile has a new chance before it counts as stuck
  stats_.paused(paused);
  if (session_) session_->set_paused(paused);
}

void Job::request_stop() {
  const std::lock_guard lock(guard_);
  stop_requested_ = true;
  if (session_) session_->request_stop();
}

void Job::abandon() {
  const std::lock_guard lock(guard_);
  stop_requested_ = true;
  if (session_) session_->abandon();
}

std::uint64_t Job::unfinished() const {
  const std::lock_guard lock(guard_);
  return session_ ? session_->unfinished() : 0;
}

// --- source --------------------------------------------------------------------------------

SourceJob::SourceJob(JobSettings settings, SourceOptions options, std::unique_ptr<Source> source,
                     Connect connect, const Clock& clock, Stats& stats)
    : Job(std::move(settings), std::move(connect), clock, stats),
      options_(options),
      source_(std::move(source)) {}

std::unique_ptr<Session> SourceJob::start(Cluster& cluster) {
  if (source_->position_keeper() == PositionKeeper::kit) store_ = make_store(cluster);
  writer_ = cluster.writer(settings_.common.topic, producer_options(options_));
  auto session = std::make_unique<SourceSession>(
      *source_, *writer_, store_.get(), clock_, stats_,
      SourceSettings{.name = settings_.common.name,
                     .buffer_bytes = options_.buffer_bytes.bytes,
                     .rate = rate_limits(options_.flow.rate),
                     .batch_count = options_.flow.batch_count.value_or(0),
                     .backoff = backoff_limits()});
  session->handle_errors(error_handling());
  if (settings_.tap != nullptr) session->show_to(*settings_.tap);
  if (transforms_) session->transform_with({start_chain(cluster), clock_});
  return session;
}

RecordChain SourceJob::start_chain(Cluster& cluster) {
  if (transforms_->wants_last()) {
    transforms_->initial_value(last_value(cluster, settings_.common.topic));
  }
  if (transforms_->looks_back()) {
    log::warn("connector.transform",
              "a source has no records to look back on: `lookback` is not used");
  }
  return transforms_->start();
}

std::unique_ptr<CheckpointStore> SourceJob::make_store(Cluster& cluster) const {
  const auto& common = settings_.common;
  const auto place = options_.checkpoint.value_or(common.state_dir ? CheckpointPlace::file
                                                                   : CheckpointPlace::topic);
  if (place == CheckpointPlace::topic) {
    return std::make_unique<TopicCheckpoint>(cluster, common.name);
  }
  return std::make_unique<FileCheckpoint>(*common.state_dir, common.name);
}

void SourceJob::release(milliseconds deadline) {
  if (writer_) writer_->close(deadline);
}

// --- sink ----------------------------------------------------------------------------------

SinkJob::SinkJob(JobSettings settings, SinkOptions options, std::unique_ptr<Sink> sink,
                 Connect connect, const Clock& clock, Stats& stats)
    : Job(std::move(settings), std::move(connect), clock, stats),
      options_(std::move(options)),
      sink_(std::move(sink)) {}

void SinkJob::prepare() {
  if (options_.consumer.offset.strategy != OffsetStorage::none) take_lock();
}

std::unique_ptr<Session> SinkJob::start(Cluster& cluster) {
  const auto& common = settings_.common;
  auto session = std::make_unique<SinkSession>(
      *sink_, cluster, clock_, stats_,
      SinkSettings{.topic = common.topic,
                   .name = common.name,
                   .consumer = consumer_options(options_, common.name),
                   .batch = {.count = options_.flow.batch_count,
                             .bytes = options_.flow.batch_bytes.bytes,
                             .age = options_.flow.batch_age},
                   .rate = rate_limits(options_.flow.rate),
                   .flush_timeout = common.drain_timeout * 3 / 4,
                   .backoff = backoff_limits()});
  session->handle_errors(error_handling());
  if (settings_.tap != nullptr) session->show_to(*settings_.tap);
  if (transforms_) session->transform_with(*transforms_);
  return session;
}

}  // namespace sluice::connector
