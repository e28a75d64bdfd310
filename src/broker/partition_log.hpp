// SPDX-License-Identifier: Apache-2.0
#pragma once

// The log of one partition: segments in offset order, the last one growing.
//
// `append` writes, `commit` makes it durable: between the two only read-uncommitted readers
// see the records. Appending, committing, retention and removal belong to one thread, the log
// writer's; everything marked so may be called from any thread. After an error of the disk
// the log is as it was before the call and can be used again once the disk can.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "broker/segment.hpp"

namespace sluice::broker {

using WallClock = std::function<std::chrono::system_clock::time_point()>;

struct LogOptions {
  std::uint64_t segment_bytes_max = 1U << 30;
  std::uint64_t log_bytes_max = 107'374'182'400;
  std::chrono::milliseconds retention = std::chrono::hours(24 * 7);  // 0: for ever
  SegmentOptions segment;
  WallClock now = [] { return std::chrono::system_clock::now(); };
};

// A batch in the producer's buffer: its base offset is filled in when it is appended.
struct BatchSlot {
  std::span<std::byte> bytes;
  std::int32_t last_offset_delta = 0;
};

// What one producer wants stored, all of it or nothing.
struct Append {
  std::vector<BatchSlot> batches;
  Result<std::int64_t> base_offset = 0;  // the answer

  [[nodiscard]] std::uint64_t size_bytes() const noexcept;
};

struct LogOffsets {
  std::int64_t start = 0;      // first that is kept
  std::int64_t committed = 0;  // high watermark
  std::int64_t end = 0;        // next to be written
  std::uint64_t size_bytes = 0;
};

// Where a reader stands. `next` is the offset it wants.
struct ReadCursor {
  std::int64_t next = 0;
  std::shared_ptr<const Segment> segment;  // found at the first read
  Place place;
  std::uint64_t taken_back_count = 0;  // of the segment, when it was found
  std::shared_ptr<const File> file;    // keeps a segment readable that retention removes
};

class PartitionLog {
 public:
  // Opens what is in `directory`, or makes an empty log there.
  [[nodiscard]] static Result<std::unique_ptr<PartitionLog>> open(fs::path directory,
                                                                  LogOptions options,
                                                                  StorageEnv env);

  // Is there any segment in `directory`? Every log has one from its start on.
  [[nodiscard]] static Result<bool> is_in(const fs::path& directory);

  // In order; each gets its base offset or its error. Requires: no batch list is empty.
  void append(std::span<Append* const> appends);
  // On an error all that was appended since the last commit is gone.
  [[nodiscard]] Result<> commit();
  [[nodiscard]] Result<> apply_retention();
  // Seals the last segment, when it has anything, and starts another.
  [[nodiscard]] Result<> roll();
  // Removes the sealed segments that end at `offset` or before.
  void drop_before(std::int64_t offset);
  // Commits and leaves an index behind that makes the next start quick.
  [[nodiscard]] Result<> close();

  [[nodiscard]] LogOffsets offsets() const;  // any thread; quick, however long the log is
  // Any thread, one at a time for each cursor. An empty slice (no file) means: nothing yet.
  // `offset_evicted`: older than the start. `offset_out_of_range`: behind the end.
  // `data_corrupt`: the batch is not whole on disk.
  [[nodiscard]] Result<LogSlice> read(ReadCursor& cursor, Isolation isolation,
                                      std::uint32_t bytes_max) const;
  [[nodiscard]] std::int64_t now_ms() const;  // any thread
  [[nodiscard]] const fs::path& directory() const noexcept { return directory_; }
  [[nodiscard]] std::uint64_t batch_bytes_max() const noexcept {
    return std::min<std::uint64_t>(options_.segment_bytes_max, options_.segment.batch_bytes_max);
  }

 private:
  PartitionLog(fs::path directory, LogOptions options, StorageEnv env);
  [[nodiscard]] Result<> load();
  [[nodiscard]] Result<> load_segments(std::span<const std::int64_t> bases);
  void append_one(Append& append);
  [[nodiscard]] Result<> stage(Append& append, const BatchSlot& batch);
  [[nodiscard]] Result<> flush();
  [[nodiscard]] Result<> write_staged(Segment& segment);
  [[nodiscard]] Result<> commit_active();
  [[nodiscard]] Result<> cut_if_needed(Segment& segment);
  [[nodiscard]] bool fits(std::uint64_t bytes, std::int64_t offsets) const;
  [[nodiscard]] Result<> locate(ReadCursor& cursor, Isolation isolation) const;
  [[nodiscard]] bool next_segment(ReadCursor& cursor) const;
  void drop_front();
  [[nodiscard]] Result<> drop_old(std::int64_t oldest_ms);
  [[nodiscard]] std::shared_ptr<Segment> active() const;

  const fs::path directory_;
  const LogOptions options_;
  const StorageEnv env_;

  mutable std::mutex mutex_;                        // guards the list; each segment guards itself
  std::vector<std::shared_ptr<Segment>> segments_;  // never empty
  std::uint64_t sealed_bytes_ = 0;                  // of all but the last

  // What is collected for one write.
  std::vector<iovec> staged_parts_;
  std::vector<Place> staged_batches_;
  std::vector<Append*> staged_appends_;
  Place staged_end_;
  bool cut_needed_ = false;    // a failed write or sync left bytes behind the end
  bool roll_begun_ = false;    // the next segment may have a file: nothing goes into this one
  std::optional<Error> lost_;  // a sync failed while rolling, before the commit
};

}  // namespace sluice::broker
