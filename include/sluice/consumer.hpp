// SPDX-License-Identifier: Apache-2.0
#pragma once

// A consumer reads one, several or all partitions of a topic.
//
// Records of one partition come in offset order, without a gap; partitions are merged without
// an order. It keeps at most `buffer_bytes_max` undelivered and then stops asking, so a slow
// caller slows the SPU down. When the SPU goes away it reconnects, for ever, and continues
// after the last record it delivered. It never acknowledges a batch that arrived cut.
//
// With SmartModules the server sends what they made of the records. Offsets are those of the
// records that they were made from; an official server does not say them exactly, so there they
// may be too low, never too high, and reading that starts inside of a batch may bring records of
// it from before the start. A reconnect starts the modules anew, without what they remembered.
//
// One thread calls `next` at a time; everything else is safe from any thread.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/outcome.hpp"
#include "sluice/record.hpp"
#include "sluice/smartmodule_invocation.hpp"
#include "sluice/types.hpp"

namespace sluice {

// Where to begin. A stored consumer offset wins over `beginning` and `end`.
struct StartAt {
  enum class From { beginning, end, absolute };
  From from = From::end;
  std::int64_t count = 0;  // records after the beginning, before the end, or the offset

  static StartAt beginning(std::int64_t skip = 0) { return {From::beginning, skip}; }
  static StartAt end(std::int64_t back = 0) { return {From::end, back}; }
  static StartAt absolute(Offset offset) { return {From::absolute, offset.value}; }
};

// Who stores the consumer offset, and when.
enum class OffsetStrategy {
  none,
  manual,                // the caller, by `commit`
  auto_after_processing  // the consumer, when the next `next` says that the last was processed
};

struct ConsumerOptions {
  // Empty: all of the topic. Without `until_end` those that are added later, too: from their
  // beginning, since all that is in them is newer than the consumer.
  std::vector<PartitionId> partitions;
  StartAt start;
  Isolation isolation = Isolation::read_uncommitted;
  std::int32_t fetch_bytes_max = 1'048'890;  // asked for in one answer; grows for a larger batch
  std::size_t buffer_bytes_max = 16'777'216;
  bool until_end = false;   // end after what is there at the start
  std::string consumer_id;  // needed for a strategy other than none
  OffsetStrategy strategy = OffsetStrategy::none;
  std::chrono::milliseconds flush_period{10'000};   // between two stores of offsets
  std::vector<SmartModuleInvocation> smartmodules;  // run by the server, in this order
  // `until_end` with SmartModules, at a server that says nothing about records it left out (the
  // official one): after so long without a word, and 10 us more for each record that is missing,
  // all of them count as left out.
  std::chrono::milliseconds silence_max{10'000};
};

// What `next` found: records, nothing yet, or the end (`until_end`, or closed).
struct Next {
  enum class State { records, idle, ended };
  State state = State::idle;
  Records records;
};

struct ConsumerStats {
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;  // keys and values
  std::uint64_t reconnects = 0;
  std::size_t partitions_away = 0;  // whose connection is lost, and not made anew yet
  std::int64_t lag = 0;             // records not yet delivered, as of the last answers
};

class Consumer {
 public:
  struct Impl;
  explicit Consumer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

  // Waits for records, up to `wait`. Throws: `topic_not_found`, `offset_evicted` (retention
  // removed records that were not read: say where to go on with `seek`), `offset_out_of_range`,
  // `smartmodule` (missing, refused its parameters, or failed over a record).
  [[nodiscard]] Next next(std::chrono::milliseconds wait);
  // Waits for as long as it takes. Nothing: the end.
  [[nodiscard]] std::optional<Records> next();
  // Requires: no other `next` is running.
  void next_async(Callback<Next> done);

  // Goes on at `offset`, in one partition; what is buffered of it is dropped. What is committed
  // stays so, until the next `commit` of the partition, which may be lower.
  void seek(PartitionId partition, Offset offset);

  // Everything up to and with `last` is processed. Stored at the next flush. Of records with the
  // same offset, commit after the last.
  void commit(PartitionId partition, Offset last);
  void commit(const Records& records);
  // Stores what is committed, and waits for the server. Throws on failure; nothing is lost,
  // the next flush stores it again.
  void flush_offsets(std::chrono::milliseconds deadline = std::chrono::seconds(30));

  // Stores committed offsets, then releases. Returns by the deadline in every state; true
  // when the offsets are stored.
  bool close(std::chrono::milliseconds deadline);

  [[nodiscard]] ConsumerStats stats() const;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace sluice
