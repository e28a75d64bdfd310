// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stream -> MQTT topics. `write` returns when the broker has acknowledged every message; with QoS
// 0 when it has answered a ping behind them.

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include <sluice/connector/sink.hpp>

#include "common/socket/socket.hpp"
#include "common/text_template/text_template.hpp"
#include "publisher.hpp"
#include "sink_options.hpp"

namespace sluice::mqtt {

class MqttSink final : public Sink {
 public:
  explicit MqttSink(SinkOptions options);

  void open(SinkContext& context) override;
  void write(std::span<const SinkRecord> records) override;
  void idle() override;
  void close() override;
  void check(CheckContext& check) override;

 private:
  using Batch = std::span<const SinkRecord>;
  using Refused = std::vector<RecordsRefused::Refused>;

  void connect(const std::function<bool()>& give_up);
  // Connects, with the version before when the broker does not know ours.
  void connect_in_some_version(const std::function<bool()>& give_up);
  template <typename Step>
  void guarded(Step step);
  void write_batch(Batch records);
  // Publishes what the window has room for, from `at` on; ends at one that is no message.
  [[nodiscard]] std::size_t publish_some(Batch records, std::size_t at, Refused& refused);
  [[nodiscard]] Outcome<Done> publish(const SinkRecord& record);
  void take_answers(Batch records, Refused& refused);
  // Sends and receives what is there; waits for something when there is nothing.
  void pump();
  void wait_for_ping();

  SinkOptions options_;
  common::TextTemplate topic_;
  Publisher publisher_;
  SinkContext* context_ = nullptr;
  std::string stream_topic_;
  std::unique_ptr<common::Socket> socket_;
  std::vector<char> room_;
  bool was_connected_ = false;
};

}  // namespace sluice::mqtt
