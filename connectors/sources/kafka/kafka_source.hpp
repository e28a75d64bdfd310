// SPDX-License-Identifier: Apache-2.0
#pragma once

// Topics of Kafka -> stream. The group's offset of a partition follows what the stream has, so
// Kafka keeps the place and this source stores no position.
//
// One thread: it waits in poll(2) for Kafka and for the kit at once. While the stream is full or
// paused the partitions are paused, and the membership in the group is kept up.

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include <sluice/connector/source.hpp>

#include "consumer.hpp"
#include "kafka_options.hpp"
#include "offset_tracker.hpp"

namespace sluice::kafka {

class KafkaSource final : public Source, private ConsumerEvents {
 public:
  explicit KafkaSource(KafkaSourceOptions options);

  void run(SourceContext& stream) override;
  void acknowledged(const Position& position) override;
  void check(CheckContext& check) override;
  [[nodiscard]] PositionKeeper position_keeper() const override { return PositionKeeper::outside; }

 private:
  using Clock = std::chrono::steady_clock;

  void assigned(const rd_kafka_topic_partition_list_t& partitions) override;
  void revoked(const rd_kafka_topic_partition_list_t& partitions, bool lost) override;
  void commit_failed(const std::string& topic, std::int32_t partition,
                     rd_kafka_resp_err_t code) override;

  // False when told to stop meanwhile.
  bool connect();
  void serve();
  // Takes what there is. False when there may be more.
  bool read();
  // The stream takes nothing now: keeps the membership up.
  void hold();
  void deliver_held();
  void take(Message message);
  void deliver(const rd_kafka_message_t& message);
  void fault(const rd_kafka_message_t& message);
  void wait(bool is_drained, bool has_room);
  void commit_if_due();
  void look_at_link();
  void leave();
  // The same without the stream, after a failure.
  void abandon() noexcept;

  KafkaSourceOptions options_;
  SourceContext* stream_ = nullptr;
  OffsetTracker tracker_;
  std::deque<Message> held_;  // came while the partitions were being paused
  std::unique_ptr<Consumer> consumer_;
  bool was_connected_ = false;  // in this run of the program
  bool connected_ = false;
  bool leaving_ = false;
  Clock::time_point next_commit_;
  Clock::time_point next_question_;
  std::optional<Clock::time_point> full_since_;
  std::string value_;
};

}  // namespace sluice::kafka
