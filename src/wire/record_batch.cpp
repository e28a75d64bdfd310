// SPDX-License-Identifier: Apache-2.0
#include "wire/record_batch.hpp"

#include <limits>

#include "base/assert.hpp"
#include "wire/reader.hpp"

namespace sluice::wire {
namespace {

constexpr std::size_t crc_at = 17;
constexpr std::size_t crc_from = 21;  // the attributes: the first byte that the sum covers
constexpr std::int16_t codec_bits = 0x7;

// Leaves room for the largest delta, so that `next_offset` cannot overflow.
constexpr std::int64_t base_offset_max =
    std::numeric_limits<std::int64_t>::max() - std::numeric_limits<std::int32_t>::max() - 1;

template <typename T>
void store_big_endian(std::byte* at, T value) {
  if constexpr (sizeof(T) == 4) value = __builtin_bswap32(value);
  if constexpr (sizeof(T) == 8) value = __builtin_bswap64(value);
  std::memcpy(at, &value, sizeof(T));
}

std::string at_offset(std::string_view what, std::int64_t base_offset) {
  return "record batch with base offset " + std::to_string(base_offset) + ": " + std::string(what);
}

Result<> check(const BatchHeader& header) {
  const auto malformed = [&](std::string_view what, std::int64_t value) {
    return fail(Errc::malformed,
                at_offset(what, header.base_offset) + " is " + std::to_string(value));
  };
  if (header.magic != 2) return malformed("magic, which must be 2,", header.magic);
  const auto least = batch_header_bytes + (header.has_schema() ? sizeof(std::uint32_t) : 0);
  if (header.batch_len < 0 || header.size_bytes() < least) {
    return malformed("its length, which is less than a header,", header.batch_len);
  }
  if (header.base_offset < 0 || header.base_offset > base_offset_max) {
    return malformed("the base offset", header.base_offset);
  }
  if (header.last_offset_delta < -1) {
    return malformed("last offset delta", header.last_offset_delta);
  }
  if (const auto codec = codec_of(header); !codec) return tl::unexpected(codec.error());
  return {};
}

}  // namespace

Result<BatchHeader> decode_batch_header(ByteView bytes) {
  WireReader in(bytes);
  // In a braced list the reads happen in the order in which they are written.
  const BatchHeader header{
      .base_offset = in.big_endian<std::int64_t>(),
      .batch_len = in.big_endian<std::int32_t>(),
      .partition_leader_epoch = in.big_endian<std::int32_t>(),
      .magic = in.big_endian<std::int8_t>(),
      .crc = in.big_endian<std::uint32_t>(),
      .attributes = in.big_endian<std::int16_t>(),
      .last_offset_delta = in.big_endian<std::int32_t>(),
      .first_timestamp = in.big_endian<std::int64_t>(),
      .max_timestamp = in.big_endian<std::int64_t>(),
      .producer_id = in.big_endian<std::int64_t>(),
      .producer_epoch = in.big_endian<std::int16_t>(),
      .first_sequence = in.big_endian<std::int32_t>(),
  };
  if (!in.ok()) return tl::unexpected(in.error("record batch header"));
  if (auto checked = check(header); !checked) return tl::unexpected(std::move(checked).error());
  return header;
}

Result<Compression> codec_of(const BatchHeader& header) {
  const auto number = header.attributes & codec_bits;
  if (number > static_cast<int>(Compression::zstd)) {
    return fail(Errc::compression,
                at_offset("there is no codec ", header.base_offset) + std::to_string(number));
  }
  return static_cast<Compression>(number);
}

Result<WholeBatches> split_batches(ByteView records) {
  WholeBatches out;
  while (records.size() - out.bytes >= batch_header_bytes) {
    const auto rest = records.subspan(out.bytes);
    const auto header = decode_batch_header(rest);
    if (!header) return tl::unexpected(header.error());
    if (header->size_bytes() > rest.size()) {
      out.cut_batch_bytes = header->size_bytes();
      break;
    }
    out.batches.push_back({*header, rest.first(header->size_bytes())});
    out.bytes += header->size_bytes();
  }
  return out;
}

bool crc_matches(const BatchView& batch) {
  return crc32c(batch.bytes.subspan(crc_from)) == batch.header.crc;
}

void set_base_offset(std::span<std::byte> batch, std::int64_t base_offset) {
  SLUICE_ASSERT(batch.size() >= batch_header_bytes);
  store_big_endian(batch.data(), static_cast<std::uint64_t>(base_offset));
}

void refresh_crc(std::span<std::byte> batch) {
  SLUICE_ASSERT(batch.size() >= batch_header_bytes);
  store_big_endian(batch.data() + crc_at, crc32c(batch.subspan(crc_from)));
}

}  // namespace sluice::wire
