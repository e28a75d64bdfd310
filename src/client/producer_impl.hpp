// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a `Producer` is inside: an accumulator for each partition, filled by senders, and a
// `SendEngine` on the I/O thread that empties them.

#include <atomic>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "client/accumulator.hpp"
#include "client/byte_budget.hpp"
#include "client/client_impl.hpp"
#include "client/send_engine.hpp"

namespace sluice {

struct Producer::Impl final : client::Closable, std::enable_shared_from_this<Producer::Impl> {
  Impl(std::shared_ptr<Client::Impl> client, std::string topic, ProducerOptions options,
       Compression compression, std::uint32_t partition_count, client::ModuleChain smartmodules);

  void start();
  // False: the queue is full, and `wait` is not set.
  bool send(const RecordRef& record, Callback<Delivered>& done, bool wait);
  Delivered send_and_wait(const RecordRef& record);
  void flush(std::chrono::milliseconds deadline);
  void start_flush(Callback<Done> done);
  bool close(std::chrono::milliseconds deadline);
  void close_by(net::TimePoint deadline) override { close(client::remaining(deadline)); }
  // The last handle goes, and nobody is left to hear what became of the records.
  void release();
  void clear_errors();
  [[nodiscard]] ProducerStats stats() const;
  [[nodiscard]] std::uint32_t partition_count() const {
    return static_cast<std::uint32_t>(table()->size());
  }

 private:
  // All partitions at one time. A topic only grows; old tables stay until the end, because a
  // sender may look at one.
  using Table = std::vector<client::Accumulator*>;
  struct FlushWaiter {
    std::vector<std::pair<PartitionId, std::uint64_t>> until;
    client::Handler<Done> done;
  };
  [[nodiscard]] const Table* table() const { return table_.load(std::memory_order_acquire); }
  void check_sendable(const RecordRef& record, PartitionId partition) const;
  [[nodiscard]] PartitionId choose_partition(const RecordRef& record);
  [[nodiscard]] PartitionId next_online(std::uint32_t count);
  void wake();

  // ---- I/O thread ----
  void flush_async(client::Handler<Done> done);
  void grow(std::uint32_t partition_count);
  void on_metadata();
  void pump();
  void send_to(SpuId spu, net::TimePoint now);
  void acquire(SpuId spu);
  void arm_timer(net::TimePoint now);
  void on_resolved(PartitionId partition, client::Batch& batch, Result<std::int64_t> base);
  void check_flushes();
  void abort(const Error& why);

  std::shared_ptr<Client::Impl> client_;
  std::shared_ptr<client::Core> core_;
  const std::string topic_;
  const ProducerOptions options_;
  const client::Accumulator::Settings accumulator_settings_;

  client::ByteBudget budget_;
  std::deque<client::Accumulator> accumulators_;
  std::deque<std::unique_ptr<const Table>> tables_;
  std::atomic<const Table*> table_{nullptr};
  std::atomic<std::uint64_t> round_robin_{0};
  std::atomic<bool> wake_posted_{false};
  std::atomic<bool> closed_{false};
  std::atomic<bool> muted_{false};  // closed: callbacks must not run any more

  mutable std::mutex mutex_;  // of the next three
  std::vector<PartitionId> online_;
  std::map<PartitionId, Error> errors_;  // until `clear_errors`
  std::optional<Error> first_error_;     // since the last flush
  std::atomic<bool> all_online_{false};
  std::atomic<bool> has_errors_{false};

  client::SendEngine engine_;
  std::shared_ptr<void> listener_;
  std::map<SpuId, bool> acquiring_;
  std::list<FlushWaiter> flushes_;
  boost::asio::steady_timer timer_;
  std::optional<net::TimePoint> armed_for_;
  std::optional<Error> aborted_;
  bool confirming_ = false;  // that the topic is gone

  std::atomic<std::uint64_t> records_sent_{0};
  std::atomic<std::uint64_t> records_acked_{0};
  std::atomic<std::uint64_t> records_failed_{0};
  std::atomic<std::uint64_t> bytes_acked_{0};
  std::atomic<std::uint64_t> batches_acked_{0};
  std::atomic<std::uint64_t> retries_{0};
};

}  // namespace sluice
