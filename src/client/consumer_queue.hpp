// SPDX-License-Identifier: Apache-2.0
#pragma once

// Between the I/O thread, which brings chunks, and the thread that calls `next`.
//
// Bounded in bytes: `has_room` says whether a partition may ask for more. A failure comes in
// its turn, behind what came before it; from then on nothing of that partition is handed out,
// and `next` fails again whenever no other partition has anything, until it is given a new
// position. Thread-safe.

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <variant>

#include "client/chunk.hpp"
#include "net/multiplexer.hpp"

namespace sluice::client {

class ConsumerQueue {
 public:
  ConsumerQueue(std::size_t bytes_max, std::size_t partition_count)
      : bytes_max_(bytes_max), running_(partition_count) {}

  // ---- I/O thread ----
  // One more than was said at the start.
  void add_partition();
  void push(Chunk chunk);
  void push_failure(PartitionId partition, std::uint64_t generation, Error error);
  void push_end(PartitionId partition, std::uint64_t generation);
  // A partition with nothing in the queue always has room; else the bytes decide, and
  // `on_room` runs when some are taken.
  [[nodiscard]] bool has_room(PartitionId partition);
  // What came last in `on_ready`'s place: runs once, at the next push or at once.
  void when_ready(std::move_only_function<void()> ready);

  // ---- the caller's thread ----
  struct Ended {};
  using Item = std::variant<Chunk, Error, Ended>;
  // Nothing: the wait is over. `Ended`: all partitions are, or the queue is closed.
  [[nodiscard]] std::optional<Item> pop(std::optional<net::TimePoint> until);
  void set_on_room(std::function<void()> on_room) { on_room_ = std::move(on_room); }
  // Makes older chunks of the partition void and forgets its failure. Gives the generation.
  [[nodiscard]] std::uint64_t restart(PartitionId partition);
  // A chunk that was popped could not be decoded: the next `pop` says so.
  void fail(PartitionId partition, std::uint64_t generation, Error error);
  void close();
  [[nodiscard]] bool closed() const;

 private:
  struct Failure {
    PartitionId partition;
    std::uint64_t generation;
    Error error;
  };
  struct End {
    PartitionId partition;
    std::uint64_t generation;
  };
  using Entry = std::variant<Chunk, Failure, End>;
  struct Partition {
    std::uint64_t generation = 0;
    std::size_t queued_count = 0;
    bool ended = false;
  };
  void push_entry(PartitionId partition, std::uint64_t generation, Entry entry);
  [[nodiscard]] std::optional<Item> take_locked(bool& made_room);

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> entries_;
  std::map<PartitionId, Partition> partitions_;
  std::map<PartitionId, Error> failures_;
  std::size_t bytes_ = 0;
  std::size_t running_;  // partitions that have not ended
  bool room_wanted_ = false;
  bool closed_ = false;
  std::function<void()> on_room_;
  std::move_only_function<void()> ready_;
};

}  // namespace sluice::client
