// SPDX-License-Identifier: Apache-2.0
#pragma once

// Collects the records of one partition into batches.
//
// Senders append under a short lock, straight into the bytes that are sent. The thread whose
// record fills a batch also seals it (compression and checksum), outside of the lock; a batch
// that lingers long enough is sealed by whoever takes it. Batches leave in the order of their
// records. Thread-safe.

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "client/batch.hpp"
#include "sluice/types.hpp"
#include "wire/record_batch.hpp"

namespace sluice::client {

class Accumulator {
 public:
  struct Settings {
    std::size_t batch_bytes = 16'384;  // uncompressed, header included
    std::chrono::milliseconds linger{0};
    Compression compression = Compression::none;
  };
  explicit Accumulator(Settings settings) : settings_(settings) {}

  // True when there is something to take now, or to wait for, that was not there before: the
  // sender should look. `queued_bytes` is given back with the batch.
  bool append(const RecordRef& record, std::size_t queued_bytes, std::int64_t timestamp_ms,
              net::TimePoint now, Callback<Delivered> done);

  // Sealed batches, oldest first: at least one when any is due, then as many as fit.
  [[nodiscard]] std::vector<std::shared_ptr<Batch>> take(net::TimePoint now, std::size_t bytes_max);
  // When `take` will have something: the past for now, nothing while empty or being sealed.
  [[nodiscard]] std::optional<net::TimePoint> due() const;
  // When the oldest batch was opened; nothing while there is none that could be taken.
  [[nodiscard]] std::optional<net::TimePoint> oldest() const;
  // Whether it is worth a look; cheap.
  [[nodiscard]] bool maybe_due() const noexcept { return pending_.load(std::memory_order_acquire); }
  // Makes the open batch due. Gives the sequence of the newest batch; 0 when there never was one.
  std::uint64_t flush();

 private:
  struct Open {
    wire::BatchBuilder builder;
    std::shared_ptr<Batch> batch;
  };
  struct Entry {
    std::shared_ptr<Batch> batch;  // null while it is being sealed
    std::size_t bytes = 0;
  };
  void seal(wire::BatchBuilder& builder, Batch& batch) const;
  void seal_entry(std::pair<Open, Entry*> closed);
  void add_to_open(const RecordRef& record, std::size_t queued_bytes, std::int64_t timestamp_ms,
                   Callback<Delivered> done);
  void open_batch(net::TimePoint now);
  // Moves the open batch to the end of the queue, to be sealed there.
  [[nodiscard]] std::pair<Open, Entry*> close_open();
  [[nodiscard]] bool open_is_due(net::TimePoint now) const;

  const Settings settings_;
  mutable std::mutex mutex_;
  std::deque<std::unique_ptr<Entry>> entries_;
  std::optional<Open> open_;
  std::uint64_t last_sequence_ = 0;
  std::uint64_t flushed_sequence_ = 0;
  std::atomic<bool> pending_{false};
};

}  // namespace sluice::client
