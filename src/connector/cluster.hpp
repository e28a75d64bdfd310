// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the kit needs of a cluster: the thin line between its logic and the client, so that the
// logic is tested without sockets. client_cluster.hpp has the real one.
//
// Calls block and throw `Failure`. Callbacks come on any thread, once each.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/admin.hpp"
#include "sluice/consumer.hpp"
#include "sluice/producer.hpp"

namespace sluice::connector {

class RecordWriter {
 public:
  virtual ~RecordWriter() = default;
  // Queues a copy; the callback hears what became of it.
  virtual void send(const RecordRef& record, Callback<Delivered> done) = 0;
  // Why a record like this could not be sent, whatever the topic says: its size.
  [[nodiscard]] virtual std::optional<Error> refuses(const RecordRef&) const {
    return std::nullopt;
  }
  // Does not wait for batches to fill any more. Returns at once.
  virtual void hurry() = 0;
  // After it no callback comes. True when every record was acknowledged.
  virtual bool close(std::chrono::milliseconds deadline) = 0;
};

class RecordReader {
 public:
  virtual ~RecordReader() = default;
  // Waits for records, up to `wait`, or until `interrupt`.
  virtual Next next(std::chrono::milliseconds wait) = 0;
  // Makes a `next` that waits, or the one after, return at once. From any thread.
  virtual void interrupt() = 0;
  virtual void commit(PartitionId partition, Offset last) = 0;
  virtual void flush_offsets(std::chrono::milliseconds deadline) = 0;
  [[nodiscard]] virtual std::int64_t lag() const = 0;
  // A connection is lost, and is being made anew.
  [[nodiscard]] virtual bool is_away() const = 0;
  virtual void close(std::chrono::milliseconds deadline) = 0;
};

struct ReadPlan {
  ConsumerOptions options;
  std::map<PartitionId, Offset> first;  // where to begin, for these partitions
};

class Cluster {
 public:
  virtual ~Cluster() = default;
  [[nodiscard]] virtual std::string endpoint() const = 0;
  [[nodiscard]] virtual bool has_topic(const std::string& name) = 0;
  virtual Created ensure_topic(const std::string& name, const TopicConfig& config) = 0;
  virtual std::unique_ptr<RecordWriter> writer(const std::string& topic,
                                               const ProducerOptions& options) = 0;
  virtual std::unique_ptr<RecordReader> reader(const std::string& topic, const ReadPlan& plan) = 0;
  // A SmartModule's bytes, by its name or as `group/name@version`.
  [[nodiscard]] virtual std::optional<std::string> smartmodule(const std::string& name) = 0;
  [[nodiscard]] virtual std::vector<SmartModuleInfo> smartmodules() = 0;
  // The last offsets that a consumer has committed.
  [[nodiscard]] virtual std::map<PartitionId, Offset> stored_offsets(const std::string& consumer_id,
                                                                     const std::string& topic) = 0;
  virtual void close(std::chrono::milliseconds deadline) = 0;
};

}  // namespace sluice::connector
