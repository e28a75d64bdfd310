// SPDX-License-Identifier: Apache-2.0
#pragma once

// One Produce request on its way through the log writer: its batches stay in the frame they
// came in until they are stored, and one answer goes out when the last of them is.
//
// What SmartModules have to see first takes a way round over the workers, once for the
// request's own chain, in a lane of the connection, and once for the topic's deduplication, in
// the partition's lane. What the same connection sends to the partition meanwhile follows in the
// lane: its order is kept.

#include <atomic>
#include <map>
#include <memory>

#include "broker/connection.hpp"
#include "broker/log_writer.hpp"
#include "broker/partition_table.hpp"
#include "broker/smartmodules.hpp"
#include "wire/spu.hpp"

namespace sluice::broker {

// Of one connection, on its thread: a lane for each partition that it is needed for.
class ProduceLanes {
 public:
  explicit ProduceLanes(WorkerPool& workers) : workers_(workers) {}

  // Nothing: there is none, or it has nothing to do.
  [[nodiscard]] std::shared_ptr<TaskLane> busy(const Partition& partition);
  [[nodiscard]] std::shared_ptr<TaskLane> get(const Partition& partition);

 private:
  WorkerPool& workers_;
  std::map<const Partition*, std::shared_ptr<TaskLane>> lanes_;
};

class ProduceOp : public std::enable_shared_from_this<ProduceOp> {
 public:
  struct Services {  // outlive the request; the lanes only `run`
    PartitionTable& partitions;
    LogWriter& writer;
    SmartModules& smartmodules;
    ProduceLanes& lanes;
  };
  ProduceOp(std::shared_ptr<Connection> connection, Request request, wire::ProduceRequest body);

  // On the connection's thread; the answer is sent there too, now or later.
  void run(const Services& services);

 private:
  // What one partition gets.
  struct Part {
    std::shared_ptr<Partition> partition;
    std::vector<BatchSlot> batches;
    Bytes owned;  // holds the batches when they were made here
    wire::ProducePartitionResult* result;
    std::optional<std::uint64_t> compared_with;  // records were left out as copies
  };
  using SharedPart = std::shared_ptr<Part>;

  void check(PartitionTable& partitions, const wire::ProduceTopic& topic,
             wire::ProduceTopicResult& result);
  void check_partition(PartitionTable& partitions, const std::string& topic,
                       const wire::ProducePartition& wanted, wire::ProducePartitionResult& part);
  void start(const SharedPart& part, const Services& services);
  // Each hands the part on, or ends it.
  void transform(const SharedPart& part, SmartModules& modules, LogWriter& writer);
  void deduplicate(const SharedPart& part, LogWriter& writer);
  void leave_out_copies(const SharedPart& part, LogWriter& writer);
  void submit(const SharedPart& part, LogWriter& writer);
  void answer_copies_only(const SharedPart& part, LogWriter& writer);
  void part_stored(Part& part, const Result<std::int64_t>& stored);
  void part_failed(Part& part, wire::ErrorCode code);
  void part_done();
  void answer();

  std::shared_ptr<Connection> connection_;
  Request request_;
  wire::ProduceRequest body_;
  wire::ProduceResponse response_;
  std::vector<SharedPart> parts_;
  std::atomic<std::size_t> left_{1};
};

}  // namespace sluice::broker
