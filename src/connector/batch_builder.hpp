// SPDX-License-Identifier: Apache-2.0
#pragma once

// Makes batches for a sink out of what the consumer delivers: by count, bytes and age.
//
// A batch keeps the order of arrival, so records of one partition stay in offset order. Records
// of one offset, which a SmartModule made of one, are never in two batches. The views live until
// `clear`. Pure; not thread-safe.

#include <chrono>
#include <cstddef>
#include <span>
#include <vector>

#include "connector/clock.hpp"
#include "sluice/connector/sink.hpp"
#include "sluice/record.hpp"

namespace sluice::connector {

struct BatchLimits {
  std::size_t count = 10'000;
  std::size_t bytes = 4'194'304;     // of keys and values; one larger offset goes alone
  std::chrono::milliseconds age{0};  // how long the first record waits for others
};

class BatchBuilder {
 public:
  explicit BatchBuilder(BatchLimits limits) : limits_(limits) {}

  // Takes records as far as the batch has room; the rest waits for the next one.
  // Requires: !has_rest().
  void add(const Records& records, TimePoint now);
  [[nodiscard]] bool empty() const noexcept { return batch_.empty(); }
  [[nodiscard]] bool full() const noexcept { return full_; }
  [[nodiscard]] bool has_rest() const noexcept { return next_ < rest_.size(); }
  // How long the batch may still wait for more. Requires: !empty().
  [[nodiscard]] std::chrono::milliseconds time_left(TimePoint now) const;

  [[nodiscard]] std::span<const SinkRecord> batch() const noexcept { return batch_; }
  // The batch is done: drops it, and begins the next with the rest.
  void clear(TimePoint now);

 private:
  void fill();
  // The end of the records of `rest_` that have the offset of record `begin`.
  [[nodiscard]] std::size_t end_of_offset(std::size_t begin) const;

  BatchLimits limits_;
  std::vector<SinkRecord> batch_;
  std::vector<Records> held_;  // the memory behind the batch
  std::size_t bytes_ = 0;
  bool full_ = false;
  TimePoint since_;
  Records rest_;
  std::size_t next_ = 0;
};

}  // namespace sluice::connector
