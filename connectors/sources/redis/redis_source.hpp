// SPDX-License-Identifier: Apache-2.0
#pragma once

// Redis streams -> stream.
//
// With a group Redis keeps the place: an entry is acknowledged (XACK) once the topic has it; what a
// crash left without is in the consumer's pending list and is read first. Without a group the kit
// keeps the last id of each stream.
//
// One connection, one thread. It waits for entries in Redis (BLOCK) only when nothing waits for
// the topic, so that acknowledgements never stand behind a wait.

#include <chrono>
#include <memory>
#include <optional>

#include <sluice/connector/source.hpp>

#include "common/redis/connection.hpp"
#include "entry.hpp"
#include "in_flight.hpp"
#include "source_options.hpp"

namespace sluice::redis {

class RedisSource final : public Source {
 public:
  explicit RedisSource(SourceOptions options);

  void run(SourceContext& stream) override;
  void acknowledged(const Position& position) override;
  [[nodiscard]] PositionKeeper position_keeper() const override {
    return has_group() ? PositionKeeper::outside : PositionKeeper::kit;
  }
  void check(CheckContext& check) override;

 private:
  [[nodiscard]] bool has_group() const { return !options_.group.empty(); }

  void run_group(SourceContext& stream);
  void make_groups();
  // What this consumer has read and not acknowledged.
  void read_pending(SourceContext& stream);
  void claim(SourceContext& stream);
  void tell_redis();

  void run_alone(SourceContext& stream);
  void find_places(SourceContext& stream);

  // XREAD or XREADGROUP from these ids on; none: told to stop meanwhile.
  [[nodiscard]] std::optional<std::vector<Entry>> read(SourceContext& stream, const Places& places,
                                                       bool block);
  [[nodiscard]] std::optional<Reply> wait_for_reply(SourceContext& stream);
  void deliver(SourceContext& stream, const Entry& entry);
  void pass(SourceContext& stream, const Entry& entry, Position position) const;

  SourceOptions options_;
  std::string consumer_;
  std::unique_ptr<Connection> connection_;
  InFlight in_flight_;
  Places places_;  // without a group
  bool had_groups_ = false;
  std::chrono::steady_clock::time_point next_claim_{};
};

}  // namespace sluice::redis
