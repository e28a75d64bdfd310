// SPDX-License-Identifier: Apache-2.0
#include "broker/output_frames.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/assert.hpp"
#include "wire/api.hpp"

namespace sluice::broker {
namespace {

// Header and record count.
constexpr std::size_t batch_overhead_bytes = wire::batch_header_bytes + sizeof(std::uint32_t);
// Length, attributes, deltas, key tag, value length, header count at their longest.
constexpr std::size_t record_overhead_bytes = 48;
// What a client takes in one frame, less the fields around the records.
constexpr std::size_t record_bytes_max = wire::frame_bytes_max - 64U * 1024;
constexpr std::int64_t offsets_max = std::numeric_limits<std::int32_t>::max();
// Far from both the present and an overflow.
constexpr std::int64_t time_max = std::int64_t{1} << 60;

std::size_t size_of(const wire::RecordView& record) {
  return record_overhead_bytes + (record.key ? record.key->size() : 0) + record.value.size();
}

}  // namespace

void OutputFrames::restart(std::int64_t offset) {
  size_bytes_ -= bytes_.size() + (open_ ? open_->records.size() : 0);
  from_ = covered_ = offset;
  open_.reset();
  bytes_.clear();
}

bool OutputFrames::fits(const Open& open, std::int64_t offset, std::int64_t first_timestamp,
                        std::size_t record_bytes) const {
  // With and without a time: the batch has one or has none.
  const bool same_time = (open.first_timestamp < 0) == (first_timestamp < 0);
  return offset == open.next_offset() && same_time &&
         bytes_.size() + batch_overhead_bytes + open.records.size() + record_bytes <=
             frame_bytes_max_;
}

Result<> OutputFrames::add(const wire::BatchHeader& stored, wire::RecordList records,
                           std::int64_t begin, std::int64_t end) {
  SLUICE_ASSERT(begin < end);
  auto least = begin;
  wire::RecordCursor cursor(records.bytes, records.count);
  while (auto record = cursor.next()) {
    const auto delta = std::clamp<std::int64_t>(record->offset_delta, 0, offsets_max);
    const auto offset = std::clamp(stored.base_offset + delta, least, end - 1);
    least = offset;
    const auto record_bytes = size_of(*record);
    if (record_bytes > record_bytes_max) {
      return fail(Errc::too_large, "what came of the record at offset " + std::to_string(offset) +
                                       " has " + std::to_string(record->value.size()) +
                                       " bytes, more than a frame holds");
    }
    if (!open_ || !fits(*open_, offset, stored.first_timestamp, record_bytes)) {
      open(offset, stored.first_timestamp, record_bytes);
    }
    auto& batch = *open_;
    record->offset_delta = batch.count;
    if (stored.first_timestamp >= 0) {
      const auto time = std::min(stored.first_timestamp, time_max) +
                        std::clamp(record->timestamp_delta, -time_max, time_max);
      record->timestamp_delta = time - batch.first_timestamp;
      batch.max_timestamp = std::max(batch.max_timestamp, time);
    }
    const auto before = batch.records.size();
    wire::append_record(batch.records, *record);
    size_bytes_ += batch.records.size() - before;
    ++batch.count;
  }
  if (!cursor.ok()) return tl::unexpected(cursor.error());
  return {};
}

// Starts a batch at `offset`, in this frame or, when it is full, in the next.
void OutputFrames::open(std::int64_t offset, std::int64_t first_timestamp,
                        std::size_t record_bytes) {
  if (open_) close(offset);
  if (!bytes_.empty() && bytes_.size() + batch_overhead_bytes + record_bytes > frame_bytes_max_) {
    end_frame(offset, {});
  }
  if (bytes_.empty()) put_gap(from_, offset);
  open_ = Open{.base_offset = offset, .first_timestamp = std::min(first_timestamp, time_max)};
}

// The open batch reaches up to `end`; with a count of -1 when it is the same offset's once more.
void OutputFrames::close(std::int64_t end) {
  auto batch = *std::exchange(open_, std::nullopt);
  const auto reach = std::clamp<std::int64_t>(end - batch.base_offset, 0, offsets_max);
  size_bytes_ -= batch.records.size();
  put_batch({.base_offset = batch.base_offset,
             .last_offset_delta = static_cast<std::int32_t>(reach - 1),
             .first_timestamp = batch.first_timestamp,
             .max_timestamp = batch.max_timestamp},
            {batch.count, batch.records});
  put_gap(batch.base_offset + reach, end);
}

void OutputFrames::put_batch(const wire::BatchHeader& header, wire::RecordList records) {
  const auto batch = wire::batch_around(header, records, Compression::none);
  SLUICE_ASSERT(batch.has_value());  // a frame is far from 2 GiB
  bytes_.insert(bytes_.end(), batch->begin(), batch->end());
  size_bytes_ += batch->size();
}

void OutputFrames::put_gap(std::int64_t begin, std::int64_t end) {
  while (begin < end) {
    const auto reach = std::min(end - begin, offsets_max);
    put_batch({.base_offset = begin, .last_offset_delta = static_cast<std::int32_t>(reach - 1)},
              {});
    begin += reach;
  }
}

void OutputFrames::end_frame(std::int64_t end, wire::ErrorCode error) {
  finished_.push_back({std::exchange(bytes_, {}), end, std::move(error)});
  from_ = end;
}

void OutputFrames::finish() {
  if (!open_ && from_ == covered_) return;
  finish(wire::ErrorCode{});
}

void OutputFrames::finish(wire::ErrorCode error) {
  if (open_) {
    close(covered_);
  } else if (bytes_.empty()) {
    put_gap(from_, covered_);
  }
  end_frame(covered_, std::move(error));
}

std::vector<OutputFrame> OutputFrames::take() {
  for (const auto& frame : finished_) size_bytes_ -= frame.records.size();
  return std::exchange(finished_, {});
}

}  // namespace sluice::broker
