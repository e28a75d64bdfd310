// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stream -> a topic of Kafka.
//
// `write` returns when all replicas in sync have confirmed each record. With a transactional id a
// batch is one transaction that has its offsets, too, as a record in a compacted topic; a second
// instance with that id ends the first one's transactions, so what is read back is the truth. It is
// the owner from then on: the first one ends when it sees that, also after an outage, and does not
// take the id back.

#include <memory>
#include <string>

#include <sluice/connector/sink.hpp>

#include "kafka_options.hpp"
#include "offset_reader.hpp"
#include "offset_text.hpp"
#include "producer.hpp"

namespace sluice::kafka {

class KafkaSink final : public Sink {
 public:
  explicit KafkaSink(KafkaSinkOptions options);

  void open(SinkContext& context) override;
  std::optional<std::map<PartitionId, Offset>> stored_offsets() override;
  void write(std::span<const SinkRecord> records) override;
  void idle() override;
  void close() override;
  void check(CheckContext& check) override;

 private:
  using Records = std::span<const SinkRecord>;

  [[nodiscard]] bool is_transactional() const { return !options_.transactional_id.empty(); }
  void open_topic();
  void open_offsets();
  [[nodiscard]] StoredOffsets read_offsets(ReadTo until) const;
  // Throws: `already_running` when another instance has become the owner since this one did.
  void require_owner(const StoredOffsets& stored) const;
  void become_owner();
  // The error of the record at this place of the batch.
  [[nodiscard]] Error error_at(Records records, std::size_t at, rd_kafka_resp_err_t code) const;
  // A transaction has it already. False without transactions.
  [[nodiscard]] bool is_stored(const SinkRecord& record) const;
  // Queues all that are not stored, or up to the first that cannot be: how many of the batch. Its
  // error is in `stop`.
  std::size_t send_all(Records records, std::optional<Error>& stop);
  rd_kafka_resp_err_t send(const SinkRecord& record, std::size_t number);
  void await();
  void write_plain(Records records);
  void write_transaction(Records records);
  void send_and_commit(Records records);
  // Throws when one of them failed.
  void settle(Records records, std::size_t sent, std::optional<Error> stop);
  void send_again(Records records, const std::vector<std::size_t>& refused);
  [[nodiscard]] Headers headers_of(const SinkRecord& record) const;
  void look_at_link();

  KafkaSinkOptions options_;
  std::string topic_;
  std::string offsets_topic_;
  SinkContext* context_ = nullptr;
  std::unique_ptr<Producer> producer_;
  bool connected_ = false;
  bool was_connected_ = false;  // in this run of the program
  bool broken_ = false;         // the producer cannot begin another transaction
  StoredOffsets stored_;
  std::string owner_;  // this one's token, since it became the owner
};

}  // namespace sluice::kafka
