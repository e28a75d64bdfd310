// SPDX-License-Identifier: Apache-2.0
#pragma once

// A partition at run time: its log, what its topic allows, and who waits for it to move.
// Thread-safe, but for the log's writing half.

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "broker/partition_log.hpp"
#include "wire/objects.hpp"

namespace sluice::broker {

// Told that there may be more to read, or that the partition is gone. Called on any thread,
// under a lock: only note it and wake somebody.
class LogListener {
 public:
  virtual ~LogListener() = default;
  virtual void log_moved() noexcept = 0;
};

class Deduplicator;

class Partition {
 public:
  Partition(std::string topic, std::uint32_t index, wire::TopicCompression compression,
            std::unique_ptr<PartitionLog> log,
            std::shared_ptr<Deduplicator> deduplicator = nullptr);

  [[nodiscard]] const std::string& topic() const noexcept { return topic_; }
  [[nodiscard]] std::uint32_t index() const noexcept { return index_; }
  [[nodiscard]] PartitionLog& log() noexcept { return *log_; }
  [[nodiscard]] const PartitionLog& log() const noexcept { return *log_; }
  [[nodiscard]] bool allows(Compression codec) const noexcept;
  // Nothing unless the topic has deduplication.
  [[nodiscard]] Deduplicator* deduplicator() const noexcept { return deduplicator_.get(); }

  void listen(std::weak_ptr<LogListener> listener);
  void notify();

  [[nodiscard]] bool deleted() const noexcept { return deleted_; }
  void mark_deleted();

 private:
  const std::string topic_;
  const std::uint32_t index_;
  const wire::TopicCompression compression_;
  const std::unique_ptr<PartitionLog> log_;
  const std::shared_ptr<Deduplicator> deduplicator_;
  std::atomic<bool> deleted_{false};
  std::mutex mutex_;
  std::vector<std::weak_ptr<LogListener>> listeners_;
};

}  // namespace sluice::broker
