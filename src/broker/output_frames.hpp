// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lays out what a chain of SmartModules gave in frames of batches, so that every client finds
// the right offsets and timestamps, and no input is passed over or counted twice.
//
// Official clients number records base offset + place, add the first timestamp to each delta,
// and ignore offset deltas. `consume -d` adds up last offset delta + 1 over all batches. So a
// batch holds a run of records with offsets in a row; its last offset delta reaches to the next
// batch, or to the end of the input that was consumed; a gap at the front of a frame is a batch
// without records; of several records with one offset each has a batch, and only the last of
// these counts an offset (-1 counts none). Why: docs/decisions/0008. Pure.

#include <cstdint>
#include <optional>
#include <vector>

#include "wire/error_code.hpp"
#include "wire/record_list.hpp"

namespace sluice::broker {

struct OutputFrame {
  Bytes records;                // whole batches
  std::int64_t end_offset = 0;  // all input before it is consumed, and what it gave is sent
  wire::ErrorCode error;        // the last frame of a stream
};

class OutputFrames {
 public:
  // What goes into one frame. More only when a single record is larger.
  explicit OutputFrames(std::uint32_t frame_bytes_max) : frame_bytes_max_(frame_bytes_max) {}

  // The next frame begins at this offset. What is not finished is lost.
  void restart(std::int64_t offset);
  // What came from records of a stored batch with this header, `begin` to `end`. Offsets that
  // are not there or go back are put right: modules may write anything. `too_large`: a record
  // that no frame can hold; `malformed`: it cannot be read.
  [[nodiscard]] Result<> add(const wire::BatchHeader& stored, wire::RecordList records,
                             std::int64_t begin, std::int64_t end);
  // All input before `offset` is consumed.
  void cover(std::int64_t offset) noexcept { covered_ = offset; }
  // Ends the frame that is being filled, if it has or covers anything.
  void finish();
  // The same, with an error. There is always one then.
  void finish(wire::ErrorCode error);

  // Bytes in frames, finished or not.
  [[nodiscard]] std::size_t size_bytes() const noexcept { return size_bytes_; }
  // Input that no frame covers yet, and that gave no record.
  [[nodiscard]] bool only_covers() const noexcept { return bytes_.empty() && !open_; }
  [[nodiscard]] std::int64_t covered() const noexcept { return covered_; }
  // The finished ones; they are gone then.
  [[nodiscard]] std::vector<OutputFrame> take();

 private:
  // The batch that is being filled.
  struct Open {
    std::int64_t base_offset = 0;
    std::int64_t first_timestamp = -1;
    std::int64_t max_timestamp = -1;
    std::uint32_t count = 0;
    Bytes records;
    [[nodiscard]] std::int64_t next_offset() const noexcept { return base_offset + count; }
  };
  [[nodiscard]] bool fits(const Open& open, std::int64_t offset, std::int64_t first_timestamp,
                          std::size_t record_bytes) const;
  void open(std::int64_t offset, std::int64_t first_timestamp, std::size_t record_bytes);
  void close(std::int64_t end);
  void put_batch(const wire::BatchHeader& header, wire::RecordList records);
  void put_gap(std::int64_t begin, std::int64_t end);
  void end_frame(std::int64_t end, wire::ErrorCode error);

  std::uint32_t frame_bytes_max_;
  std::int64_t from_ = 0;     // where the frame that is being filled begins
  std::int64_t covered_ = 0;  // and how far it may reach
  std::optional<Open> open_;
  Bytes bytes_;
  std::vector<OutputFrame> finished_;
  std::size_t size_bytes_ = 0;
};

}  // namespace sluice::broker
