// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stream -> NATS JetStream. A batch is published without waiting between its records; `write`
// returns when the stream has acknowledged all. Each has an id, made of topic, partition and
// offset: within its window of de-duplication the stream keeps one of those that come again.

#include <string>

#include <sluice/connector/sink.hpp>

#include "common/nats/nats_connection.hpp"
#include "publish_results.hpp"
#include "sink_options.hpp"

namespace sluice::nats {

class NatsSink final : public Sink {
 public:
  explicit NatsSink(SinkOptions options) : options_(std::move(options)) {}
  ~NatsSink() override { close(); }

  void open(SinkContext& context) override;
  void write(std::span<const SinkRecord> records) override;
  void close() override;
  void check(CheckContext& check) override;

 private:
  void require_stream(jsCtx& jetstream) const;
  // False when it is none that can be published.
  [[nodiscard]] bool publish(const SinkRecord& record, std::size_t at);
  [[nodiscard]] common::NatsMsgPtr make(const std::string& subject, const SinkRecord& record) const;
  void wait_for_answers();

  SinkOptions options_;
  std::string topic_;
  PublishResults results_;
  common::NatsConnectionPtr connection_;
  common::JsContextPtr jetstream_;
};

}  // namespace sluice::nats
