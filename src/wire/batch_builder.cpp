// SPDX-License-Identifier: Apache-2.0
// Writing a batch: one pass over each record, no allocation but the batch's own growth.
#include <algorithm>

#include "base/assert.hpp"
#include "wire/compression.hpp"
#include "wire/record_batch.hpp"
#include "wire/record_encoding.hpp"
#include "wire/writer.hpp"

namespace sluice::wire {
namespace {

constexpr std::size_t records_at = batch_header_bytes + sizeof(std::uint32_t);
// A finished batch takes its memory with it; the next one starts with as much, up to this.
constexpr std::size_t reserve_bytes_max = 1U << 20;

// Wraps around instead of overflowing: times may be anything.
std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

}  // namespace

BatchBuilder::BatchBuilder() : bytes_(records_at) {}

std::size_t BatchBuilder::size_of(std::optional<ByteView> key, ByteView value,
                                  std::int64_t timestamp_ms) const noexcept {
  const auto timestamp_delta = empty() ? 0 : minus(timestamp_ms, first_timestamp_ms_);
  const auto body = record_body_bytes({timestamp_delta, count_, key, value});
  return varint_size(static_cast<std::int64_t>(body)) + body;
}

void BatchBuilder::add(std::optional<ByteView> key, ByteView value, std::int64_t timestamp_ms) {
  if (empty()) first_timestamp_ms_ = max_timestamp_ms_ = timestamp_ms;
  const RecordView record{minus(timestamp_ms, first_timestamp_ms_), count_, key, value};
  const auto body = record_body_bytes(record);
  SLUICE_ASSERT(body <= record_bytes_max);
  put_record(bytes_, record, body);
  ++count_;
  max_timestamp_ms_ = std::max(max_timestamp_ms_, timestamp_ms);
}

Result<Bytes> BatchBuilder::finish(Compression compression) {
  SLUICE_ASSERT(!empty());
  if (bytes_.size() > record_bytes_max) {
    return fail(Errc::too_large, "record batch of " + std::to_string(bytes_.size()) +
                                     " bytes; the format holds 2 GiB: add fewer records");
  }
  const auto count = __builtin_bswap32(count_);
  std::memcpy(bytes_.data() + batch_header_bytes, &count, sizeof(count));

  Bytes batch;
  if (compression == Compression::none) {
    batch.reserve(std::min(bytes_.size(), reserve_bytes_max));
    batch.swap(bytes_);
  } else {
    batch.resize(batch_header_bytes);
    const auto payload = ByteView(bytes_).subspan(batch_header_bytes);
    if (auto done = compress(compression, payload, batch); !done) {
      return tl::unexpected(std::move(done).error());
    }
  }

  put_batch_header(batch,
                   {.base_offset = count_ - std::int64_t{1},
                    .batch_len = static_cast<std::int32_t>(batch.size() - batch_preamble_bytes),
                    .attributes = static_cast<std::int16_t>(compression),
                    .last_offset_delta = static_cast<std::int32_t>(count_ - 1),
                    .first_timestamp = first_timestamp_ms_,
                    .max_timestamp = max_timestamp_ms_});

  bytes_.resize(records_at);
  count_ = 0;
  return batch;
}

}  // namespace sluice::wire
