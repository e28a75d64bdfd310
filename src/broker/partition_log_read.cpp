// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "broker/partition_log.hpp"

namespace sluice::broker {
namespace {

Error evicted(std::int64_t offset, std::int64_t start) {
  return {Errc::offset_evicted,
          "offset " + std::to_string(offset) + " was removed by retention, the log starts at " +
              std::to_string(start),
          {}};
}

}  // namespace

Result<> PartitionLog::locate(ReadCursor& cursor, Isolation isolation) const {
  std::shared_ptr<const Segment> segment;
  {
    const std::lock_guard lock(mutex_);
    const auto start = segments_.front()->base_offset();
    if (cursor.next < start) return tl::unexpected(evicted(cursor.next, start));
    const auto after =
        std::partition_point(segments_.begin(), segments_.end(),
                             [&](const auto& one) { return one->base_offset() <= cursor.next; });
    segment = *std::prev(after);
  }
  cursor.taken_back_count = segment->taken_back().count;
  const auto end = segment->end();
  if (const auto& damage = segment->damage(); damage && cursor.next >= end.offset) {
    return tl::unexpected(*damage);
  }
  if (cursor.next > end.offset) {
    return fail(Errc::offset_out_of_range,
                "start offset: " + std::to_string(cursor.next) +
                    " is greater than leo: " + std::to_string(end.offset));
  }
  // Behind what this reader may see: found again when there is something.
  if (cursor.next >= segment->readable_end(isolation).offset) return {};
  const auto place = segment->find(cursor.next);
  auto file = segment->file();
  if (!place || !file) {
    // Retention may have removed the segment in between.
    if (const auto start = offsets().start; cursor.next < start) {
      return tl::unexpected(evicted(cursor.next, start));
    }
    return tl::unexpected(place ? file.error() : place.error());
  }
  cursor.segment = std::move(segment);
  cursor.place = *place;
  cursor.file = *std::move(file);
  return {};
}

// Moves on when the cursor is at the end of a sealed segment.
bool PartitionLog::next_segment(ReadCursor& cursor) const {
  {
    const std::lock_guard lock(mutex_);
    const auto after = std::partition_point(
        segments_.begin(), segments_.end(),
        [&](const auto& one) { return one->base_offset() <= cursor.segment->base_offset(); });
    if (after == segments_.end()) return false;
  }
  cursor.next = std::max(cursor.next, cursor.place.offset);
  cursor.segment = nullptr;
  cursor.file = nullptr;
  return true;
}

Result<LogSlice> PartitionLog::read(ReadCursor& cursor, Isolation isolation,
                                    std::uint32_t bytes_max) const {
  while (true) {
    if (!cursor.segment) {
      if (auto done = locate(cursor, isolation); !done) return tl::unexpected(done.error());
      if (!cursor.segment) return LogSlice{};
    }
    const auto limit = cursor.segment->readable_end(isolation);
    // What was read uncommitted is gone, and other batches may be in its place.
    if (const auto taken = cursor.segment->taken_back(); taken.count != cursor.taken_back_count) {
      cursor.next = std::min(cursor.next, taken.offset);
      cursor.segment = nullptr;
      cursor.file = nullptr;
      continue;
    }
    if (cursor.place.position < limit.position) {
      auto slice = cursor.segment->slice(cursor.place, limit, bytes_max);
      if (!slice) return slice;
      cursor.place = slice->end;
      cursor.next = slice->end.offset;
      return slice;
    }
    if (const auto& damage = cursor.segment->damage()) return tl::unexpected(*damage);
    if (!next_segment(cursor)) return LogSlice{};
  }
}

}  // namespace sluice::broker
