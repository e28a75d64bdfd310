// SPDX-License-Identifier: Apache-2.0
#pragma once

// A producer writes records to one topic.
//
// Records of one partition are stored in the order in which `send` was called, retries
// included. Several threads may send. Memory is bounded by `queue_bytes_max`: when it is used
// up, `send` waits (that is the back-pressure) and `try_send` refuses.
//
// At least once, the default: a batch is sent again after a connection loss, so a record can
// be stored twice when the answer was lost, and is never lost while the producer lives. At
// most once: a batch is sent once, and its failure reported. With `read_committed` a record
// that is written, but not on enough replicas within `request_timeout`, fails with `timed_out`
// and is not sent again: it may be committed later, and whoever sends it again may store it twice.
//
// With SmartModules the server stores what they make of the records, which may be fewer, more or
// none: a record counts as delivered when the server has done that, and has no offset then. When
// a module fails over one record, nothing of its batch is stored and all of it fails.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/outcome.hpp"
#include "sluice/record.hpp"
#include "sluice/smartmodule_invocation.hpp"
#include "sluice/types.hpp"

namespace sluice {

enum class DeliverySemantic { at_least_once, at_most_once };

// Chooses the partition of a record. Called on the sending thread.
using Partitioner =
    std::function<PartitionId(const RecordRef& record, std::uint32_t partition_count)>;

struct ProducerOptions {
  std::chrono::milliseconds linger{0};        // how long a batch waits to fill
  std::size_t batch_bytes = 16'384;           // uncompressed, header included
  std::size_t request_bytes_max = 1'048'576;  // a record over this is refused
  std::size_t queue_bytes_max = 67'108'864;   // accepted and not yet answered
  std::uint32_t requests_in_flight_max = 8;   // per SPU
  // Per partition. More than one is faster over a long way, but when a request fails, a later
  // one may have been stored before it is sent again: order then holds for each request only.
  std::uint32_t partition_requests_in_flight_max = 1;
  std::optional<Compression> compression;  // unset: what the topic asks for, else none
  Isolation isolation = Isolation::read_uncommitted;
  std::chrono::milliseconds request_timeout{1'500};  // for the server's own waiting
  DeliverySemantic delivery = DeliverySemantic::at_least_once;
  // How long a batch is retried before its records fail. Unset: for ever.
  std::optional<std::chrono::milliseconds> retry_for = std::chrono::minutes(5);
  // Unset: by key as the official clients do (SipHash), round-robin without a key.
  Partitioner partitioner;
  std::optional<PartitionId> partition;  // fixed; wins over the partitioner
  // Run by the server, in this order, anew for each request: an aggregate starts over.
  std::vector<SmartModuleInvocation> smartmodules;
};

struct ProducerStats {
  std::uint64_t records_sent = 0;   // accepted by `send`
  std::uint64_t records_acked = 0;  // the topic has them
  std::uint64_t records_failed = 0;
  std::uint64_t bytes_acked = 0;  // keys and values
  std::uint64_t batches_acked = 0;
  std::uint64_t retries = 0;
  std::size_t queued_bytes = 0;
};

// Without `close`, the last handle that goes waits up to two seconds for what is queued, and
// logs a warning when that was not enough.
class Producer {
 public:
  struct Impl;
  explicit Producer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

  // Queues a copy. Waits while the queue is full. The callback, when given, hears what became
  // of this record, once. Throws: `record_too_large`; `cancelled` after close; what a
  // partition failed with, until `clear_errors`.
  void send(const RecordRef& record, Callback<Delivered> done = {});
  // As `send`, but false instead of waiting.
  [[nodiscard]] bool try_send(const RecordRef& record, Callback<Delivered> done = {});
  // Sends one record and waits until the topic has it.
  Delivered send_and_wait(const RecordRef& record);

  // Sends what is queued and waits until all of it has its result. Throws: the first failure
  // since the last flush; `timed_out` at the deadline, with everything still queued.
  void flush(std::chrono::milliseconds deadline = std::chrono::minutes(5));
  void flush_async(Callback<Done> done);
  // Flushes, then releases. Returns by the deadline in every state, or half a second behind it when
  // callbacks do not return; records without a result by then get `cancelled`. True when every
  // record was acknowledged.
  bool close(std::chrono::milliseconds deadline);
  void clear_errors();

  [[nodiscard]] ProducerStats stats() const;
  [[nodiscard]] std::uint32_t partition_count() const;

 private:
  std::shared_ptr<Impl> impl_;
};

// The partition that the official clients give a key: SipHash-2-4 of length and bytes.
[[nodiscard]] PartitionId partition_for_key(std::string_view key, std::uint32_t partition_count);

}  // namespace sluice
