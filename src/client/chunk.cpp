// SPDX-License-Identifier: Apache-2.0
#include "client/chunk.hpp"

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
  return in_context("partition " + std::to_string(chunk.partition.value) + ", batch at offset " +
                        std::to_string(batch.header.base_offset),
                    std::move(error));
}

std::chrono::milliseconds timestamp_of(const wire::BatchHeader& header,
                                       const wire::RecordView& record) {
  if (header.first_timestamp <= 0) return std::chrono::milliseconds(-1);
  return std::chrono::milliseconds(header.first_timestamp + record.timestamp_delta);
}

Result<> decode_batch(const wire::BatchView& batch, const Chunk& chunk, Memory& memory,
                      std::vector<ConsumedRecord>& out) {
  if (!wire::crc_matches(batch)) {
    return fail(Errc::crc_mismatch, "the checksum does not match; `seek` behind the batch to skip");
  }
  auto& scratch = memory.inflated.emplace_back();
  auto cursor = wire::RecordCursor::open(batch, scratch);
  if (!cursor) return tl::unexpected(cursor.error());
  // An offset is the place in the batch, as for official clients: under a SmartModule the
  // stored deltas are not usable (reference §11.3).
  std::int64_t offset = batch.header.base_offset;
  while (const auto record = cursor->next()) {
    const auto at = offset++;
    if (at < chunk.from || at >= chunk.until) continue;
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

Result<Records> decode_chunk(const Chunk& chunk) {
  auto memory = std::make_shared<Memory>();
  memory->frame = chunk.frame;
  std::vector<ConsumedRecord> records;
  records.reserve(expected_count(chunk));
  for (const auto& batch : chunk.batches) {
    // Of several records with one offset, which SmartModules make, all but the last come in
    // batches that count no offset.
    const auto counts_offsets = batch.header.last_offset_delta >= 0;
    if (counts_offsets && batch.header.next_offset() <= chunk.from) continue;
    const auto decoded = decode_batch(batch, chunk, *memory, records);
    if (!decoded) return tl::unexpected(in_batch(batch, chunk, decoded.error()));
  }
  return Records(chunk.partition, std::move(records), std::move(memory));
}

}  // namespace sluice::client
