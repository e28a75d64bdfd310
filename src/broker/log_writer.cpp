// SPDX-License-Identifier: Apache-2.0
#include "broker/log_writer.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "base/log.hpp"
#include "broker/thread.hpp"

namespace sluice::broker {
namespace {

// Appends to one partition, in the order they came.
struct PartitionGroup {
  Partition* partition;
  std::vector<AppendJob*> jobs;
};

std::vector<PartitionGroup> by_partition(std::span<AppendJob* const> jobs) {
  std::vector<PartitionGroup> groups;
  for (auto* job : jobs) {
    const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
      return group.partition == job->partition.get();
    });
    if (found != groups.end()) {
      found->jobs.push_back(job);
    } else {
      groups.push_back({job->partition.get(), {job}});
    }
  }
  return groups;
}

bool is_refused(const AppendJob& job) {
  return job.partition->deleted() || (job.about && job.about->deleted());
}

void write(PartitionGroup& group) {
  std::vector<Append*> appends;
  appends.reserve(group.jobs.size());
  for (auto* job : group.jobs) {
    if (is_refused(*job)) {
      job->append.base_offset = fail(Errc::not_leader, "the topic was deleted");
    } else {
      appends.push_back(&job->append);
    }
  }
  if (appends.empty()) return;
  group.partition->log().append(appends);
  group.partition->notify();
}

void commit(PartitionGroup& group) {
  if (!group.partition->deleted()) {
    if (const auto done = group.partition->log().commit(); !done) {
      log::error("broker.storage", "sync failed, nothing of this group is acknowledged",
                 {{"topic", group.partition->topic()}, {"error", done.error().message()}});
      for (auto* job : group.jobs) job->append.base_offset = tl::unexpected(done.error());
    }
    group.partition->notify();
  }
  for (auto* job : group.jobs) job->done(job->append.base_offset);
}

}  // namespace

LogWriter::LogWriter() : thread_(start_thread([this] { loop(); })) {}

LogWriter::~LogWriter() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void LogWriter::submit(AppendJob job) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    was_empty = queue_.empty();
    queue_.emplace_back(std::move(job));
  }
  if (was_empty) wake_.notify_one();
}

void LogWriter::run(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    queue_.emplace_back(std::move(task));
  }
  wake_.notify_one();
}

void LogWriter::run_and_wait(std::function<void()> task) {
  std::promise<void> ran;
  run([&] {
    task();
    ran.set_value();
  });
  ran.get_future().wait();
}

void LogWriter::loop() {
  std::vector<Work> taken;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      std::swap(taken, queue_);
    }
    std::vector<AppendJob*> group;
    for (auto& work : taken) {
      if (auto* job = std::get_if<AppendJob>(&work)) {
        group.push_back(job);
        continue;
      }
      write_group(std::exchange(group, {}));
      std::get<std::function<void()>>(work)();
    }
    write_group(group);
    taken.clear();
  }
}

void LogWriter::write_group(std::span<AppendJob* const> group) {
  auto partitions = by_partition(group);
  for (auto& one : partitions) write(one);
  for (auto& one : partitions) commit(one);
}

}  // namespace sluice::broker
