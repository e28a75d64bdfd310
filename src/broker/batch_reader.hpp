// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads a partition batch by batch into memory, for what has to look into batches. The CRC of
// each is checked: what is made from it gets a CRC of its own, which must not hide damage.
//
// One thread at a time. Memory: one read, which is a batch at least.

#include <cstdint>
#include <optional>

#include "broker/partition.hpp"

namespace sluice::broker {

class BatchReader {
 public:
  // Requires: `log` outlives it.
  BatchReader(const PartitionLog& log, Isolation isolation, std::uint32_t read_bytes_max)
      : log_(log), isolation_(isolation), read_bytes_max_(read_bytes_max) {}

  // The next batch begins with the one that holds `offset`.
  void seek(std::int64_t offset);
  // Nothing: no more yet. The view is good until the next call. `offset_evicted`,
  // `offset_out_of_range`, `data_corrupt`, `io`.
  [[nodiscard]] Result<std::optional<wire::BatchView>> next();
  // Where the log goes on; less than before when what was read uncommitted is gone.
  [[nodiscard]] std::int64_t position() const noexcept { return position_; }

 private:
  [[nodiscard]] Result<> read();

  const PartitionLog& log_;
  const Isolation isolation_;
  const std::uint32_t read_bytes_max_;
  ReadCursor cursor_;
  std::int64_t position_ = 0;
  Bytes buffer_;
  std::size_t at_ = 0;
};

}  // namespace sluice::broker
