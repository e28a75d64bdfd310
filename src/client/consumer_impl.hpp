// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a `Consumer` is inside: a reader for each partition, the queue that they fill, and the
// consumer offsets that the caller commits.

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "client/client_impl.hpp"
#include "client/consumer_queue.hpp"
#include "client/partition_reader.hpp"

namespace sluice {

struct Consumer::Impl final : client::Closable, std::enable_shared_from_this<Consumer::Impl> {
  Impl(std::shared_ptr<Client::Impl> client, std::string topic, ConsumerOptions options,
       const std::vector<PartitionId>& partitions, client::ModuleChain smartmodules);

  void start();
  // As `next`, but refuses to wait for the I/O thread on the I/O thread.
  [[nodiscard]] Next wait_next(std::optional<net::TimePoint> until);
  [[nodiscard]] Next next(std::optional<net::TimePoint> until);
  void next_async(Callback<Next> done);
  void seek(PartitionId partition, Offset offset);
  void commit(PartitionId partition, Offset last);
  void flush(std::chrono::milliseconds deadline);
  bool close(std::chrono::milliseconds deadline);
  void close_by(net::TimePoint deadline) override { close(client::remaining(deadline)); }
  void release() { close(client::destructor_deadline); }
  [[nodiscard]] ConsumerStats stats() const;

 private:
  struct Progress {
    std::int64_t committed = -1;
    std::int64_t flushed = -1;
    bool sought = false;        // since the last commit: the next may go back
    std::uint32_t turns = 0;    // commits that did; a store from before one does not count
    std::int64_t position = 0;  // after what was delivered
    std::int64_t high_watermark = 0;
  };
  using Reader = std::shared_ptr<client::PartitionReader>;
  // With its place in `progress_`. Requires: `mutex_` is held, or nobody else knows the consumer.
  Reader add_reader(PartitionId partition, StartAt start);
  // On the I/O thread: the topic may have got more partitions.
  void take_new_partitions();
  [[nodiscard]] std::optional<Next> deliver(client::Chunk chunk);
  // Requires: `mutex_` is held.
  void remember(const client::Chunk& chunk, const Records& records, bool is_whole);
  void try_next_async(Callback<Next> done);
  void arm_flush();
  // On the I/O thread: stores everything that is committed and not flushed.
  void flush_committed(client::Handler<Done> done);
  struct Unflushed {
    Offset offset;
    std::uint32_t turn = 0;
  };
  void on_flushed(PartitionId partition, const Unflushed& stored);
  [[nodiscard]] std::map<PartitionId, Unflushed> unflushed() const;
  void require_managed() const;
  // Stays valid: readers are added, never removed.
  [[nodiscard]] client::PartitionReader& reader(PartitionId partition) const;

  std::shared_ptr<Client::Impl> client_;
  std::shared_ptr<client::Core> core_;
  std::string topic_;
  ConsumerOptions options_;
  const client::ModuleChain smartmodules_;
  std::shared_ptr<client::ConsumerQueue> queue_;
  const bool takes_new_partitions_;
  boost::asio::steady_timer flush_timer_;
  std::shared_ptr<void> listener_;  // to the metadata

  mutable std::mutex mutex_;
  // Changed only on the I/O thread and under the mutex; so the I/O thread alone may read it
  // without.
  std::map<PartitionId, Reader> readers_;
  std::map<PartitionId, Progress> progress_;
  std::optional<std::pair<PartitionId, Offset>> handed_out_;  // processed with the next `next`
  std::atomic<std::uint64_t> records_{0};
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<bool> closed_{false};
};

}  // namespace sluice
