// SPDX-License-Identifier: Apache-2.0
#include "connector/topic_checkpoint.hpp"

#include <utility>

#include "base/text.hpp"
#include "connector/checkpoint_text.hpp"
#include "connector/instance.hpp"

namespace sluice::connector {
namespace {

constexpr std::int64_t records_looked_at = 16;
constexpr std::chrono::seconds load_timeout{30};
constexpr std::chrono::milliseconds close_timeout{1'000};

TopicConfig checkpoint_topic_config() {
  TopicConfig config;
  config.segment_bytes = 1U << 20U;
  config.partition_bytes_max = 8U << 20U;
  // By size only: an instance may rest for years and then go on.
  config.retention_time = std::chrono::days(3'650);
  return config;
}

ReadPlan last_records() {
  ReadPlan plan;
  plan.options.start = StartAt::end(records_looked_at);
  plan.options.until_end = true;
  plan.options.partitions = {PartitionId{0}};
  return plan;
}

}  // namespace

// What `save` waits for. Shared with the callback, which may come after a cancelled `save`.
struct TopicCheckpoint::Wait {
  std::mutex guard;
  std::condition_variable changed;
  std::optional<Outcome<Delivered>> outcome;
  bool cancelled = false;
};

TopicCheckpoint::TopicCheckpoint(Cluster& cluster, std::string name)
    : cluster_(cluster),
      name_(std::move(name)),
      topic_(checkpoint_topic(name_)),
      wait_(std::make_shared<Wait>()) {}

TopicCheckpoint::~TopicCheckpoint() {
  if (writer_) writer_->close(close_timeout);
}

std::optional<Position> TopicCheckpoint::load() {
  if (!cluster_.has_topic(topic_)) return std::nullopt;
  const auto reader = cluster_.reader(topic_, last_records());
  const auto until = std::chrono::steady_clock::now() + load_timeout;
  std::optional<Result<Position>> last;
  while (std::chrono::steady_clock::now() < until) {
    const auto next = reader->next(std::chrono::seconds(1));
    for (const auto& record : next.records) {
      auto position = parse_checkpoint(record.value, name_);
      // A newer record that is broken does not hide an older one: that only costs duplicates.
      if (position || !last) last = std::move(position);
    }
    if (next.state != Next::State::ended) continue;
    reader->close(close_timeout);
    if (!last) return std::nullopt;
    if (!*last) throw Failure(in_context("topic " + topic_, last->error()));
    return **last;
  }
  throw Failure(Errc::timed_out, "reading the last checkpoint from topic " + topic_);
}

void TopicCheckpoint::save(const Position& position) {
  if (!writer_) {
    cluster_.ensure_topic(topic_, checkpoint_topic_config());
    ProducerOptions options;
    options.retry_for.reset();
    writer_ = cluster_.writer(topic_, options);
  }
  const auto text = format_checkpoint(name_, utc_now(), position);
  {
    const std::lock_guard lock(wait_->guard);
    wait_->outcome.reset();
  }
  writer_->send({.key = name_, .value = text}, [wait = wait_](Outcome<Delivered> outcome) {
    const std::lock_guard lock(wait->guard);
    wait->outcome = std::move(outcome);
    wait->changed.notify_one();
  });
  std::unique_lock lock(wait_->guard);
  wait_->changed.wait(lock, [&] { return wait_->outcome || wait_->cancelled; });
  if (!wait_->outcome) throw Failure(Errc::cancelled, "storing a checkpoint");
  if (!wait_->outcome->ok()) {
    throw Failure(in_context("storing a checkpoint in topic " + topic_, wait_->outcome->error()));
  }
}

void TopicCheckpoint::cancel() {
  const std::lock_guard lock(wait_->guard);
  wait_->cancelled = true;
  wait_->changed.notify_one();
}

}  // namespace sluice::connector
