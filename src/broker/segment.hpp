// SPDX-License-Identifier: Apache-2.0
#pragma once

// One file of a partition's log: record batches back to back, as they were received but for
// their base offset, and a sparse index beside it.
//
// A segment is made, appended to and sealed by the log writer's thread; any thread may read
// from it. It has two ends: `end` is what is written, `committed` what is synced; both are
// always between two batches. A reader may hold a segment after retention has removed it.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "broker/file.hpp"
#include "broker/segment_index.hpp"
#include "sluice/types.hpp"
#include "wire/record_batch.hpp"

namespace sluice::broker {

// The start of a batch, or the end of the last one.
struct Place {
  std::int64_t offset = 0;
  std::uint32_t position = 0;
  friend bool operator==(const Place&, const Place&) = default;
};

// Whole batches in a file: send them from there.
struct LogSlice {
  std::shared_ptr<const File> file;
  Place begin;
  Place end;
  [[nodiscard]] std::uint32_t size_bytes() const noexcept { return end.position - begin.position; }
};

// How often records were taken back after a failed sync, and from where on the last time.
struct TakenBack {
  std::uint64_t count = 0;
  std::int64_t offset = 0;
};

struct SegmentOptions {
  std::uint32_t index_interval_bytes = 32 * 1024;
  std::uint32_t batch_bytes_max = 32 * 1024 * 1024;
};

class Segment {
 public:
  // An empty one that starts at `base_offset`, with its name durable.
  [[nodiscard]] static Result<std::shared_ptr<Segment>> create(const fs::path& directory,
                                                               std::int64_t base_offset,
                                                               const SegmentOptions& options,
                                                               const StorageEnv& env);
  // One that was sealed; `end_offset` is where the next one starts. Its last batches are looked
  // at: when they do not reach that far, it ends before, and has `damage`.
  [[nodiscard]] static Result<std::shared_ptr<Segment>> open_sealed(const fs::path& directory,
                                                                    std::int64_t base_offset,
                                                                    std::int64_t end_offset,
                                                                    const SegmentOptions& options);
  // The last one of a log: whatever is torn at its end is cut off, and all that remains is
  // synced. `cut_bytes` says how much went.
  [[nodiscard]] static Result<std::shared_ptr<Segment>> recover(const fs::path& directory,
                                                                std::int64_t base_offset,
                                                                const SegmentOptions& options,
                                                                const StorageEnv& env,
                                                                std::uint64_t& cut_bytes);

  [[nodiscard]] std::int64_t base_offset() const noexcept { return base_offset_; }
  [[nodiscard]] Place end() const;
  [[nodiscard]] Place readable_end(Isolation isolation) const;
  [[nodiscard]] TakenBack taken_back() const;
  // Why what lies between this segment's end and the next one cannot be read; mostly nothing.
  [[nodiscard]] const std::optional<Error>& damage() const noexcept { return damage_; }

  // Writer's thread: writes behind `end`; readers see nothing until `publish`. After an error
  // the file may have more bytes than `end` says: `cut_to_end` before the next write.
  [[nodiscard]] Result<> write(std::span<iovec> parts, const StorageEnv& env);
  // The batches that were written: where each starts, and the new end.
  void publish(std::span<const Place> batches, Place end);
  [[nodiscard]] Result<> cut_to_end(const StorageEnv& env);
  // Syncs, and moves `committed` to `end`. On an error `end` goes back to `committed`, and
  // the file has more bytes: `cut_to_end`.
  [[nodiscard]] Result<> commit(const StorageEnv& env);
  // Makes the index durable and gives up the memory. Requires: `end` is committed.
  [[nodiscard]] Result<> seal(const StorageEnv& env);
  // What a clean stop leaves behind: the log synced, and its index.
  [[nodiscard]] Result<> persist_index(const StorageEnv& env);
  // Removes the files; readers that hold a slice can finish it.
  [[nodiscard]] Result<> remove();

  // Where the batch that holds `offset` starts. Requires: base <= offset < end.
  [[nodiscard]] Result<Place> find(std::int64_t offset) const;
  // Batches from `begin` on: as many whole ones as fit, at least one.
  // Requires: `begin` is before `limit`, both between batches of this segment.
  [[nodiscard]] Result<LogSlice> slice(Place begin, Place limit, std::uint32_t bytes_max) const;
  // Opens it when need be. `io` when retention has removed it.
  [[nodiscard]] Result<std::shared_ptr<const File>> file() const;

  // Age, for retention; milliseconds of the wall clock, 0 when nothing was appended.
  std::int64_t first_append_ms = 0;
  std::int64_t last_append_ms = 0;

 private:
  Segment(const fs::path& directory, std::int64_t base_offset, const SegmentOptions& options);
  [[nodiscard]] Result<> scan(const StorageEnv& env, std::uint64_t& cut_bytes);
  [[nodiscard]] Result<> find_sealed_end(std::int64_t end_offset, std::uint64_t file_bytes);
  [[nodiscard]] Place known_start(const File& file, std::uint64_t file_bytes);
  [[nodiscard]] Result<Place> step(const File& file, Place at) const;
  [[nodiscard]] Result<Place> last_fit(const File& file, Place begin, Place limit,
                                       std::uint32_t bytes_max) const;
  [[nodiscard]] bool is_batch_start(const File& file, Place at) const;
  void note_times();

  const std::int64_t base_offset_;
  const fs::path log_path_;
  const fs::path index_path_;
  const SegmentOptions options_;
  std::optional<Error> damage_;  // not changed once it is open
  mutable std::mutex mutex_;     // guards what follows
  Place end_;
  Place committed_;
  TakenBack taken_back_;
  SegmentIndex index_;
  std::shared_ptr<const File> active_file_;        // open as long as it grows
  mutable std::weak_ptr<const File> shared_file_;  // open as long as someone reads
};

}  // namespace sluice::broker
