// SPDX-License-Identifier: Apache-2.0
#pragma once

// A member of a group of Kafka, or a reader of chosen partitions that commits for the group.
//
// Nothing is committed by itself. What the handler throws inside a callback of librdkafka comes
// out of the call that served it. One thread.

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "common/kafka/client.hpp"
#include "kafka_options.hpp"
#include "offset_tracker.hpp"
#include "start.hpp"

namespace sluice::kafka {

struct MessageDestroy {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Message = std::unique_ptr<rd_kafka_message_t, MessageDestroy>;

struct PartitionsDestroy {
  void operator()(rd_kafka_topic_partition_list_t* list) const {
    rd_kafka_topic_partition_list_destroy(list);
  }
};
using Partitions = std::unique_ptr<rd_kafka_topic_partition_list_t, PartitionsDestroy>;

// What the owner hears, inside of `begin`, `poll` and `close`.
class ConsumerEvents {
 public:
  virtual ~ConsumerEvents() = default;
  // These partitions are ours now.
  virtual void assigned(const rd_kafka_topic_partition_list_t& partitions) = 0;
  // These go away; or are gone already (`lost`): others may be reading them.
  virtual void revoked(const rd_kafka_topic_partition_list_t& partitions, bool lost) = 0;
  // What became of a commit.
  virtual void commit_failed(const std::string& topic, std::int32_t partition,
                             rd_kafka_resp_err_t code) = 0;
};

class Consumer {
 public:
  Consumer(const KafkaSourceOptions& options, ConsumerEvents& events);
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  [[nodiscard]] common::KafkaClient& client() { return client_; }
  // Waits for the brokers, sees that the topics are there. Throws: what is in the way.
  void find(const std::vector<std::string>& topics, const common::KafkaClient::GiveUp& give_up);
  // Joins the group, or takes the chosen partitions.
  void begin(const std::vector<std::string>& topics);
  // Readable when there may be something to `poll`.
  [[nodiscard]] int fd() const { return fd_; }
  // What came next, or nothing; does not wait. An error of a partition is a message, too.
  [[nodiscard]] Message poll();
  // While paused nothing comes, and we stay in the group.
  void set_paused(bool paused);

  void commit_soon(const std::vector<CommitOffset>& offsets);
  // Waits for the answer, a few seconds at most. Failures are heard as those of the other.
  void commit_now(const std::vector<CommitOffset>& offsets);
  // Leaves the group; returns in some seconds whatever the brokers do.
  void close();

 private:
  static void on_rebalance(rd_kafka_t* handle, rd_kafka_resp_err_t code,
                           rd_kafka_topic_partition_list_t* partitions, void* opaque);
  static void on_commit(rd_kafka_t* handle, rd_kafka_resp_err_t code,
                        rd_kafka_topic_partition_list_t* offsets, void* opaque);
  void rebalance(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* partitions);
  void assign(rd_kafka_topic_partition_list_t* partitions);
  void heard_commit(rd_kafka_resp_err_t code, const rd_kafka_topic_partition_list_t* offsets);
  // Fills in where each partition begins, and commits what was not committed before.
  void resolve(rd_kafka_topic_partition_list_t& partitions);
  [[nodiscard]] std::int64_t start_of(const rd_kafka_topic_partition_t& partition) const;
  [[nodiscard]] std::int64_t offset_at(const rd_kafka_topic_partition_t& partition,
                                       std::chrono::milliseconds time) const;
  void throw_what_was_thrown();
  [[nodiscard]] int timeout_ms() const { return static_cast<int>(client_.timeout().count()); }

  ConsumerEvents& events_;
  Start start_;
  std::vector<std::int32_t> chosen_;
  std::exception_ptr thrown_;
  bool paused_ = false;
  bool joined_ = false;
  int fd_ = -1;
  common::KafkaClient client_;  // the last member: its callbacks use the others
};

}  // namespace sluice::kafka
