// SPDX-License-Identifier: Apache-2.0
#pragma once

// Sends a batch to Kafka and hears what became of each record. Idempotent, all replicas in sync
// confirm; with a transactional id in transactions.
//
// One thread. Nothing of a batch is under way when `await` has returned.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <librdkafka/rdkafka.h>

#include "common/kafka/client.hpp"
#include "kafka_options.hpp"

namespace sluice::kafka {

struct HeadersDestroy {
  void operator()(rd_kafka_headers_t* headers) const { rd_kafka_headers_destroy(headers); }
};
using Headers = std::unique_ptr<rd_kafka_headers_t, HeadersDestroy>;

// Views: `send` copies them.
struct Message {
  std::string_view topic;  // ends with a zero
  std::int32_t partition = RD_KAFKA_PARTITION_UA;
  std::optional<std::string_view> key;
  std::optional<std::string_view> value;
  std::chrono::milliseconds timestamp{-1};  // since 1970; -1 is now
  Headers headers;
};

class Producer {
 public:
  using Stopping = std::function<bool()>;

  explicit Producer(const KafkaSinkOptions& options);
  // Drops what is under way.
  ~Producer();
  Producer(const Producer&) = delete;
  Producer& operator=(const Producer&) = delete;

  [[nodiscard]] common::KafkaClient& client() { return client_; }

  // A new batch with at most this many records.
  void begin_batch(std::size_t records);
  // Queues the record with this number in the batch. What refuses it here is its result, too.
  rd_kafka_resp_err_t send(std::size_t number, Message message);
  // Waits until each has a result; gives up those that take too long, or longer than a moment
  // when told to stop.
  void await(const Stopping& stopping);
  [[nodiscard]] rd_kafka_resp_err_t result(std::size_t number) const { return results_[number]; }

  // Throws all: `already_running` when another instance has the transactional id, and so on.
  void init_transactions();
  void begin_transaction();
  void commit_transaction();
  // False when it could not be done: then a new producer must.
  [[nodiscard]] bool abort_transaction() noexcept;

 private:
  static void on_delivery(rd_kafka_t* handle, const rd_kafka_message_t* message, void* opaque);
  void check(std::string_view what, rd_kafka_error_t* error);

  std::chrono::milliseconds delivery_timeout_;
  std::vector<rd_kafka_resp_err_t> results_;
  std::size_t under_way_ = 0;
  common::KafkaClient client_;  // the last member: its callbacks use the others
};

}  // namespace sluice::kafka
