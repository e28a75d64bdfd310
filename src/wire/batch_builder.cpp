// SPDX-License-Identifier: Apache-2.0
// Writing a batch: one pass over each record, no allocation but the batch's own growth.
#include <algorithm>
#include <array>
#include <limits>

#include "base/assert.hpp"
#include "wire/compression.hpp"
#include "wire/record_batch.hpp"
#include "wire/writer.hpp"

namespace sluice::wire {
namespace {

constexpr std::size_t records_at = batch_header_bytes + sizeof(std::uint32_t);
constexpr std::size_t record_bytes_max = std::numeric_limits<std::int32_t>::max();
// A finished batch takes its memory with it; the next one starts with as much, up to this.
constexpr std::size_t reserve_bytes_max = 1U << 20;

std::byte* put_varint(std::byte* at, std::int64_t value) {
  auto rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  for (; rest >= 0x80; rest >>= 7) *at++ = static_cast<std::byte>(rest | 0x80);
  *at++ = static_cast<std::byte>(rest);
  return at;
}

// Wraps around instead of overflowing: times may be anything.
std::int64_t minus(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}

// What the record's length counts: everything but the length itself.
std::size_t body_size(std::optional<ByteView> key, ByteView value, std::int64_t timestamp_delta,
                      std::int64_t offset_delta) {
  constexpr std::size_t fixed = 3;  // attributes, key tag, header count
  const auto key_bytes =
      key ? varint_size(static_cast<std::int64_t>(key->size())) + key->size() : 0;
  return fixed + varint_size(timestamp_delta) + varint_size(offset_delta) + key_bytes +
         varint_size(static_cast<std::int64_t>(value.size())) + value.size();
}

void put_header(WireWriter& out, const BatchHeader& header) {
  out.big_endian(header.base_offset);
  out.big_endian(header.batch_len);
  out.big_endian(header.partition_leader_epoch);
  out.big_endian(header.magic);
  out.big_endian(header.crc);
  out.big_endian(header.attributes);
  out.big_endian(header.last_offset_delta);
  out.big_endian(header.first_timestamp);
  out.big_endian(header.max_timestamp);
  out.big_endian(header.producer_id);
  out.big_endian(header.producer_epoch);
  out.big_endian(header.first_sequence);
}

}  // namespace

BatchBuilder::BatchBuilder() : bytes_(records_at) {}

std::size_t BatchBuilder::size_of(std::optional<ByteView> key, ByteView value,
                                  std::int64_t timestamp_ms) const noexcept {
  const auto timestamp_delta = empty() ? 0 : minus(timestamp_ms, first_timestamp_ms_);
  const auto body = body_size(key, value, timestamp_delta, count_);
  return varint_size(static_cast<std::int64_t>(body)) + body;
}

void BatchBuilder::add(std::optional<ByteView> key, ByteView value, std::int64_t timestamp_ms) {
  if (empty()) first_timestamp_ms_ = max_timestamp_ms_ = timestamp_ms;
  const auto timestamp_delta = minus(timestamp_ms, first_timestamp_ms_);
  const auto body = body_size(key, value, timestamp_delta, count_);
  SLUICE_ASSERT(body <= record_bytes_max);

  std::array<std::byte, 48> head;  // all that stands between two runs of the caller's bytes
  auto* at = put_varint(head.data(), static_cast<std::int64_t>(body));
  *at++ = std::byte{0};  // attributes
  at = put_varint(at, timestamp_delta);
  at = put_varint(at, count_);
  *at++ = static_cast<std::byte>(key.has_value());
  if (key) {
    at = put_varint(at, static_cast<std::int64_t>(key->size()));
    bytes_.insert(bytes_.end(), head.data(), at);
    bytes_.insert(bytes_.end(), key->begin(), key->end());
    at = head.data();
  }
  at = put_varint(at, static_cast<std::int64_t>(value.size()));
  bytes_.insert(bytes_.end(), head.data(), at);
  bytes_.insert(bytes_.end(), value.begin(), value.end());
  bytes_.push_back(std::byte{0});  // headers

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

  Bytes head;
  WireWriter out(head);
  put_header(out, {.base_offset = count_ - std::int64_t{1},
                   .batch_len = static_cast<std::int32_t>(batch.size() - batch_preamble_bytes),
                   .attributes = static_cast<std::int16_t>(compression),
                   .last_offset_delta = static_cast<std::int32_t>(count_ - 1),
                   .first_timestamp = first_timestamp_ms_,
                   .max_timestamp = max_timestamp_ms_});
  std::ranges::copy(head, batch.begin());
  refresh_crc(batch);

  bytes_.resize(records_at);
  count_ = 0;
  return batch;
}

}  // namespace sluice::wire
