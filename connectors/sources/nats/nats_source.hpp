// SPDX-License-Identifier: Apache-2.0
#pragma once

// NATS -> stream. Of JetStream the server keeps the place: a message is acknowledged, by its
// reply subject, when the topic has it. While that takes long the server is told that the work
// goes on. A plain subscription has no place to keep.

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include <sluice/connector/source.hpp>

#include "common/nats/nats_connection.hpp"
#include "pull_reader.hpp"
#include "source_options.hpp"

namespace sluice::nats {

class NatsSource final : public Source {
 public:
  explicit NatsSource(SourceOptions options) : options_(std::move(options)) {}

  void run(SourceContext& stream) override;
  void acknowledged(const Position& position) override;
  [[nodiscard]] PositionKeeper position_keeper() const override;
  void check(CheckContext& check) override;

 private:
  using Clock = std::chrono::steady_clock;
  struct Waiting {
    std::uint64_t number;
    std::string reply;  // where the acknowledgement goes to
  };

  void open(SourceContext& stream);
  void make_consumer(jsCtx& jetstream, const std::string& durable) const;
  // Throws `invalid_config` when a consumer that is there already reads in another way.
  void require_fitting(const jsConsumerConfig& config, const std::string& durable) const;
  void subscribe_jetstream(const std::string& durable);
  void subscribe_core();
  // Sends what comes within a short time.
  void receive_jetstream(SourceContext& stream);
  void receive_core(SourceContext& stream);
  void deliver(SourceContext& stream, natsMsg& message);
  // False when the source should stop.
  bool wait_for_room(SourceContext& stream);
  void say_in_progress();
  void report_state(SourceContext& stream);
  void report_dropped(SourceContext& stream);
  void answer(const std::string& reply, const char* text) const;

  SourceOptions options_;
  // Destroyed in the opposite order.
  common::NatsConnectionPtr connection_;
  common::JsContextPtr jetstream_;
  common::NatsSubscriptionPtr subscription_;
  std::optional<PullReader> pull_;
  std::deque<Waiting> waiting_;
  std::uint64_t number_ = 0;
  std::int64_t dropped_ = 0;
  std::int64_t ack_wait_ms_ = 30'000;
  Clock::time_point progress_at_;
  bool up_ = false;
  std::string room_;
};

}  // namespace sluice::nats
