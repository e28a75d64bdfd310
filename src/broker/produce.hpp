// SPDX-License-Identifier: Apache-2.0
#pragma once

// One Produce request on its way through the log writer: its batches stay in the frame they
// came in until they are stored, and one answer goes out when the last of them is.

#include <atomic>
#include <memory>

#include "broker/connection.hpp"
#include "broker/log_writer.hpp"
#include "broker/partition_table.hpp"
#include "wire/spu.hpp"

namespace sluice::broker {

class ProduceOp : public std::enable_shared_from_this<ProduceOp> {
 public:
  ProduceOp(std::shared_ptr<Connection> connection, Request request, wire::ProduceRequest body);

  // On the connection's thread; the answer is sent there too, now or later.
  void run(PartitionTable& partitions, LogWriter& writer);

 private:
  struct Waiting {
    AppendJob job;
    wire::ProducePartitionResult* result;
  };
  void check(PartitionTable& partitions, const wire::ProduceTopic& topic,
             wire::ProduceTopicResult& result);
  [[nodiscard]] wire::ErrorCode refusal() const;
  void part_done();
  void answer();

  std::shared_ptr<Connection> connection_;
  Request request_;
  wire::ProduceRequest body_;
  wire::ProduceResponse response_;
  std::vector<Waiting> waiting_;
  std::atomic<std::size_t> left_{1};
};

}  // namespace sluice::broker
