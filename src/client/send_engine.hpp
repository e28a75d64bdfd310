// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which batches go to which SPU in which request, and what an answer means for them.
//
// Requests to one SPU are pipelined; a partition has at most `partition_requests_max` of them
// under way. With one, the default, its records are stored in order whatever fails. With more,
// a failure pauses the partition until the others under way have their answers, and then all
// that failed goes again in order; a server that stored a later request meanwhile has them in
// the order in which it took them. A request carries all batches that are due and fit (one over
// at most), those of one partition as one record set. Pure: time is given; not thread-safe.

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/accumulator.hpp"
#include "client/smartmodule_request.hpp"
#include "net/backoff.hpp"
#include "net/multiplexer.hpp"
#include "sluice/producer.hpp"
#include "wire/spu.hpp"

namespace sluice::client {

class SendEngine {
 public:
  struct Settings {
    std::string topic;
    Isolation isolation = Isolation::read_uncommitted;
    std::chrono::milliseconds server_timeout{1'500};
    DeliverySemantic delivery = DeliverySemantic::at_least_once;
    std::optional<std::chrono::milliseconds> retry_for;
    std::size_t request_bytes_max = 1'048'576;
    std::uint32_t requests_in_flight_max = 8;  // per SPU
    std::uint32_t partition_requests_max = 1;
    net::Backoff::Limits backoff;
    std::uint64_t seed = 0;
    ModuleChain smartmodules;  // null or empty: none
  };
  // Hears the fate of each batch: the offset of its first record (`unknown_offset` with
  // SmartModules), or why it failed.
  using Resolved = std::function<void(PartitionId, Batch&, Result<std::int64_t>)>;
  SendEngine(Settings settings, Resolved resolved);

  // Partitions are dense: the next one gets the next number.
  void add_partition(Accumulator& accumulator);
  void set_leader(PartitionId partition, std::optional<SpuId> leader);
  [[nodiscard]] std::size_t partition_count() const noexcept { return partitions_.size(); }

  struct Outgoing {
    std::uint64_t id = 0;
    net::OutBody body;
  };
  // The SPUs for which `next` would give something.
  [[nodiscard]] std::vector<SpuId> spus_with_work(net::TimePoint now) const;
  [[nodiscard]] std::optional<Outgoing> next(SpuId spu, wire::Version version, net::TimePoint now);
  void on_answer(std::uint64_t id, const Result<wire::ProduceResponse>& answer, net::TimePoint now);
  // What keeps batches from being sent; part of the error when they are given up.
  void note_trouble(const Error& error) { trouble_ = error; }
  // Gives up what was tried for longer than `retry_for`.
  void expire(net::TimePoint now);
  // Gives up everything, under way or not.
  void abort(const Error& why);

  // When something is due next, after `now`. What is due already and was not sent waits for an
  // answer, a connection, a leader or a sender, and each of these announces itself.
  [[nodiscard]] std::optional<net::TimePoint> next_wake(net::TimePoint now) const;
  // Every batch of the partition with this sequence or a lower one has its result.
  [[nodiscard]] bool resolved_up_to(PartitionId partition, std::uint64_t sequence) const;
  [[nodiscard]] std::uint64_t retry_count() const noexcept { return retries_; }

 private:
  using Batches = std::vector<std::shared_ptr<Batch>>;
  struct Partition {
    explicit Partition(Accumulator& from, net::Backoff pause)
        : accumulator(&from), backoff(pause) {}
    Accumulator* accumulator;
    net::Backoff backoff;
    std::optional<SpuId> leader;
    std::deque<std::shared_ptr<Batch>> again;  // failed, by sequence; they go first
    std::uint32_t in_flight = 0;
    bool paused = false;            // until nothing is under way
    std::uint64_t alone_until = 0;  // batches up to this sequence go one by one
    std::uint64_t taken = 0;        // sequence of the newest batch that left the accumulator
    net::TimePoint not_before{};
  };
  struct Part {
    std::uint32_t partition;
    Batches batches;
  };
  struct InFlight {
    SpuId spu;
    std::vector<Part> parts;
  };
  [[nodiscard]] bool can_send(const Partition& partition, net::TimePoint now) const;
  [[nodiscard]] Batches take(std::uint32_t index, net::TimePoint now, std::size_t bytes_max);
  [[nodiscard]] net::OutBody encode(const std::vector<Part>& parts, wire::Version version) const;
  [[nodiscard]] const std::shared_ptr<const Bytes>& encoded_smartmodules(
      wire::Version version) const;
  void on_part(Part& part, const wire::ProducePartitionResult* row, const Error& no_row,
               net::TimePoint now);
  void on_part_error(Part& part, const wire::ErrorCode& code, net::TimePoint now);
  void send_again(Part& part, net::TimePoint now);
  void resolve(std::uint32_t partition, Batches& batches, const Result<std::int64_t>& result);
  [[nodiscard]] Error given_up(const Batch& batch) const;

  [[nodiscard]] bool has_smartmodules() const {
    return settings_.smartmodules && !settings_.smartmodules->empty();
  }

  Settings settings_;
  Resolved resolved_;
  // As requests of a version have them: they may have megabytes, and are the same each time.
  mutable std::map<wire::Version, std::shared_ptr<const Bytes>> encoded_smartmodules_;
  std::deque<Partition> partitions_;
  std::map<std::uint64_t, InFlight> in_flight_;
  std::map<SpuId, std::uint32_t> in_flight_per_spu_;
  std::uint64_t next_id_ = 1;
  std::uint32_t first_ = 0;  // partition to start with, so that none starves
  std::uint64_t retries_ = 0;
  std::optional<Error> trouble_;
};

}  // namespace sluice::client
