// SPDX-License-Identifier: Apache-2.0
#include "client/chunk.hpp"

#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <utility>

namespace sluice::client {
namespace {

// Memory that the views of a `Records` look into.
struct Memory {
  net::Frame frame;
  std::deque<Bytes> inflated;  // does not move what it holds
};

Error in_batch(const wire::BatchView& batch, const Chunk& chunk, Error error) {
  error = in_context("partition " + std::to_string(chunk.partition.value) + ", batch at offset " +
                         std::to_string(batch.header.base_offset),
                     std::move(error));
  error.context += "; `seek` to offset " + std::to_string(batch.header.next_offset()) +
                   " goes on behind the batch";
  return error;
}

std::chrono::milliseconds timestamp_of(const wire::BatchHeader& header,
                                       const wire::RecordView& record) {
  if (header.first_timestamp <= 0) return std::chrono::milliseconds(-1);
  return std::chrono::milliseconds(header.first_timestamp + record.timestamp_delta);
}

// How the records of one batch are numbered.
struct Numbering {
  bool by_delta = false;  // by what each record says, else by its place in the batch
  bool exact = true;      // else too low, perhaps
};

// In a batch that SmartModules made, the deltas of our server are true. The official server's
// are, as long as it made the batch from one stored batch; from several, those of the later ones
// are shifted the wrong way, and it drops the timestamps (reference §11.3).
Numbering numbering_of(const wire::BatchHeader& header, wire::RecordCursor records) {
  // The last record's offset is not counted when more of what an array_map made of one record
  // comes in the next batch.
  const auto most = std::int64_t{header.last_offset_delta} + 1;
  const auto span = static_cast<std::uint32_t>(std::max<std::int64_t>(most, 1));
  const auto count = records.count();
  const bool keeps_time = header.first_timestamp > 0;
  bool usable = true;
  bool all_zero = count > 1;
  std::int64_t least = 0;
  while (const auto record = records.next()) {
    const auto delta = record->offset_delta;
    usable = usable && delta >= least && delta <= most;
    all_zero = all_zero && delta == 0;
    // What an array_map made of one record may have the offset of that record.
    least = keeps_time ? delta : delta + 1;
  }
  const bool one_for_one = count == span && !all_zero;
  return {.by_delta = usable, .exact = (usable && keeps_time) || one_for_one};
}

Result<> decode_batch(const wire::BatchView& batch, const Chunk& chunk, Memory& memory,
                      std::vector<ConsumedRecord>& out) {
  if (!wire::crc_matches(batch)) {
    return fail(Errc::crc_mismatch, "the checksum does not match");
  }
  auto& scratch = memory.inflated.emplace_back();
  auto cursor = wire::RecordCursor::open(batch, scratch);
  if (!cursor) return tl::unexpected(cursor.error());
  const auto numbering =
      chunk.processed ? numbering_of(batch.header, *cursor) : Numbering{.by_delta = false};
  const std::int64_t last_delta = chunk.processed ? std::max(batch.header.last_offset_delta, 0)
                                                  : std::numeric_limits<std::int32_t>::max();
  std::int64_t place = 0;
  while (const auto record = cursor->next()) {
    // More records than offsets: an array_map.
    const auto delta = numbering.by_delta ? record->offset_delta : std::min(place, last_delta);
    const auto at = batch.header.base_offset + delta;
    ++place;
    if (numbering.exact && (at < chunk.from || at >= chunk.until)) continue;
    auto& added = out.emplace_back();
    added.offset = {at};
    added.timestamp = timestamp_of(batch.header, *record);
    if (record->key) added.key = as_text(*record->key);
    added.value = as_text(record->value);
  }
  if (!cursor->ok()) return tl::unexpected(cursor->error());
  if (scratch.empty()) memory.inflated.pop_back();
  return {};
}

// How many records to make room for; an upper bound that lengths confirm.
std::size_t expected_count(const Chunk& chunk) {
  std::size_t count = 0;
  for (const auto& batch : chunk.batches) {
    const auto claimed = static_cast<std::size_t>(std::max(batch.header.last_offset_delta, 0)) + 1;
    count += std::min(claimed, batch.bytes.size() / 4);
  }
  return count;
}

}  // namespace

DecodedChunk decode_chunk(const Chunk& chunk) {
  std::optional<Error> error;
  auto memory = std::make_shared<Memory>();
  memory->frame = chunk.frame;
  std::vector<ConsumedRecord> records;
  records.reserve(expected_count(chunk));
  for (const auto& batch : chunk.batches) {
    // Of several records with one offset, which SmartModules make, all but the last come in
    // batches that count no offset.
    const auto counts_offsets = batch.header.last_offset_delta >= 0;
    if (counts_offsets && batch.header.next_offset() <= chunk.from) continue;
    const auto whole = records.size();
    const auto decoded = decode_batch(batch, chunk, *memory, records);
    if (decoded) continue;
    records.resize(whole);
    error = in_batch(batch, chunk, decoded.error());
    break;
  }
  std::optional<Offset> through;
  if (!chunk.ends_early && !error) through = Offset{std::min(chunk.next, chunk.until) - 1};
  return {Records(chunk.partition, std::move(records), std::move(memory), through),
          std::move(error)};
}

}  // namespace sluice::client
