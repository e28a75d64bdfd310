// SPDX-License-Identifier: Apache-2.0
#pragma once

// The sparse index of one segment: where some of its batches start, one about each
// `interval_bytes`. Beside the log as `<base>.index`, little endian:
//
//   0                4          8
//   +----------------+----------+----
//   | offset - base  | position | ...
//   +----------------+----------+----
//
// Only entries of synced batches are written, so after a power cut all that lies before the
// last entry is whole: recovery starts there. The index is a hint: whoever uses an entry
// checks the batch header behind it. Not thread-safe.

#include <cstdint>
#include <vector>

#include "broker/file.hpp"

namespace sluice::broker {

struct IndexEntry {
  std::uint32_t offset_delta = 0;
  std::uint32_t position = 0;
  friend bool operator==(const IndexEntry&, const IndexEntry&) = default;
};

class SegmentIndex {
 public:
  SegmentIndex(fs::path path, std::uint32_t interval_bytes);

  // The entries at the front of the file that rise and lie before `log_bytes`.
  [[nodiscard]] Result<> load(std::uint64_t log_bytes);
  [[nodiscard]] const std::vector<IndexEntry>& entries() const noexcept { return entries_; }

  // Notes the batch that starts there when the last note is far enough behind.
  void add(IndexEntry batch);
  // Forgets what starts at `position` or behind.
  void cut(std::uint32_t position);
  // The last entry at or before; the start of the segment when there is none.
  [[nodiscard]] IndexEntry floor_offset(std::uint32_t offset_delta) const;
  [[nodiscard]] IndexEntry floor_position(std::uint32_t position) const;

  // Appends to the file what is new and starts before `synced_bytes`.
  [[nodiscard]] Result<> persist(std::uint32_t synced_bytes, const StorageEnv& env);
  // Makes the file durable and frees the memory: from now on lookups read the file.
  [[nodiscard]] Result<> seal(const StorageEnv& env);
  // The index of a segment that gets no more batches.
  void assume_sealed() noexcept { sealed_ = true; }

 private:
  template <typename Before>
  [[nodiscard]] IndexEntry floor(Before at_or_before) const;

  fs::path path_;
  std::uint32_t interval_bytes_;
  std::vector<IndexEntry> entries_;
  std::size_t persisted_count_ = 0;
  bool sealed_ = false;
};

}  // namespace sluice::broker
