// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the messages of a pull consumer of JetStream: asks for a batch, takes what comes, and asks
// again when the batch is here or its time is over. One thread at a time.
//
// Why not natsSubscription_Fetch: in cnats before 3.8.3 (Debian has 3.4.1) it writes behind its
// array when messages of an earlier request come late, as after a new connection
// (nats-io/nats.c, pull request 749). Format: NATS ADR-13, "Pull Subscribe internals".

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "common/nats/nats_connection.hpp"

namespace sluice::nats {

class PullReader {
 public:
  // The connection must outlive it. Throws: see `common::nats_error`.
  PullReader(natsConnection& connection, std::string stream, const std::string& consumer);

  // What comes within the time, and all that is here then; empty when nothing comes. Asks the
  // server for more when nothing is asked for. Throws `outside_unavailable` when the server says
  // that the consumer is gone or cannot be asked.
  [[nodiscard]] std::vector<common::NatsMsgPtr> receive(std::chrono::milliseconds time);

 private:
  using Clock = std::chrono::steady_clock;
  // What was asked for is lost with the connection.
  [[nodiscard]] bool is_asked();
  void ask();
  common::NatsMsgPtr next(std::chrono::milliseconds time);
  // A message without an address for its acknowledgement is the server's word about the request.
  void heed(natsMsg& message);

  natsConnection& connection_;
  std::string stream_;
  std::string inbox_;
  std::string request_subject_;
  common::NatsSubscriptionPtr subscription_;
  std::unique_ptr<natsStatistics, common::NatsDelete<&natsStatistics_Destroy>> statistics_;
  std::uint64_t reconnects_ = 0;  // when it was asked
  int wanted_ = 0;                // messages that the server still owes us
  Clock::time_point until_;
};

}  // namespace sluice::nats
