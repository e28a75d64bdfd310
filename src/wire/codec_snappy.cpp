// SPDX-License-Identifier: Apache-2.0
// The Snappy framing format (framing_format.txt of the Snappy project): chunks of at most
// 64 KiB, each with the masked CRC-32C of what it holds. The library has the raw format only.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <snappy-c.h>

#include "base/assert.hpp"
#include "wire/codecs.hpp"
#include "wire/record_batch.hpp"

namespace sluice::wire {
namespace {

constexpr std::string_view identifier{"\xff\x06\x00\x00sNaPpY", 10};
constexpr std::size_t chunk_bytes_max = 65'536;  // of inflated data
constexpr std::size_t chunk_header_bytes = 4;    // type, 24-bit length
constexpr std::size_t sum_bytes = 4;

enum ChunkType : std::uint8_t {
  compressed = 0x00,
  plain = 0x01,
  first_skippable = 0x80,
  stream_identifier = 0xff,
};

const char* chars(ByteView bytes) {
  return reinterpret_cast<const char*>(bytes.data());
}
char* chars(std::span<std::byte> bytes) {
  return reinterpret_cast<char*>(bytes.data());
}

std::uint32_t masked_sum(ByteView data) {
  const auto sum = crc32c(data);
  return ((sum >> 15) | (sum << 17)) + 0xa282ead8U;
}

void put_chunk_head(std::byte* at, ChunkType type, std::size_t length, std::uint32_t sum) {
  const auto head = static_cast<std::uint32_t>(length << 8) | type;
  std::memcpy(at, &head, sizeof(head));  // little endian, as the machine
  std::memcpy(at + chunk_header_bytes, &sum, sizeof(sum));
}

void append_chunk(ByteView data, Bytes& out) {
  constexpr auto head_bytes = chunk_header_bytes + sum_bytes;
  const auto start = out.size();
  auto length = snappy_max_compressed_length(data.size());
  out.resize(start + head_bytes + length);
  auto body = std::span(out).subspan(start + head_bytes);
  const auto status = snappy_compress(chars(data), data.size(), chars(body), &length);
  auto type = compressed;
  // As the format advises: what hardly shrinks is stored as it is.
  if (status != SNAPPY_OK || length >= data.size() - data.size() / 8) {
    type = plain;
    length = data.size();
    std::ranges::copy(data, body.begin());
  }
  put_chunk_head(out.data() + start, type, sum_bytes + length, masked_sum(data));
  out.resize(start + head_bytes + length);
}

// The inflated form of one data chunk, checked.
Result<> inflate_chunk(ChunkType type, ByteView chunk, Inflated& out) {
  if (chunk.size() < sum_bytes) return codec_failed("snappy", "a chunk without its checksum");
  const auto data = chunk.subspan(sum_bytes);
  std::size_t length = data.size();
  if (type == compressed &&
      snappy_uncompressed_length(chars(data), data.size(), &length) != SNAPPY_OK) {
    return codec_failed("snappy", "a chunk without its length");
  }
  if (length > chunk_bytes_max) return codec_failed("snappy", "a chunk of more than 64 KiB");
  while (out.room().size() < length) {
    if (auto grown = out.grow(); !grown) return grown;
  }
  const auto target = out.room().first(length);
  if (type == plain) {
    std::ranges::copy(data, target.begin());
  } else if (snappy_uncompress(chars(data), data.size(), chars(target), &length) != SNAPPY_OK) {
    return codec_failed("snappy", "a broken chunk");
  }
  std::uint32_t sum;
  std::memcpy(&sum, chunk.data(), sizeof(sum));
  if (masked_sum(target) != sum) return codec_failed("snappy", "a chunk's checksum is wrong");
  out.wrote(length);
  return {};
}

Result<> read_chunk(ChunkType type, ByteView chunk, Inflated& out) {
  if (type == compressed || type == plain) return inflate_chunk(type, chunk, out);
  if (type == stream_identifier) {
    if (as_text(chunk) == identifier.substr(chunk_header_bytes)) return {};
    return codec_failed("snappy", "a wrong stream identifier");
  }
  if (type < first_skippable) return codec_failed("snappy", "a reserved chunk type");
  return {};
}

}  // namespace

Result<> deflate_snappy(ByteView input, Bytes& out) {
  const auto head = as_bytes(identifier);
  out.insert(out.end(), head.begin(), head.end());
  while (!input.empty()) {
    const auto data = input.first(std::min(input.size(), chunk_bytes_max));
    append_chunk(data, out);
    input = input.subspan(data.size());
  }
  return {};
}

Result<> inflate_snappy(ByteView input, Inflated& out) {
  if (!as_text(input).starts_with(identifier)) {
    return codec_failed("snappy", "no stream identifier: not the framing format");
  }
  while (!input.empty()) {
    if (input.size() < chunk_header_bytes) return codec_failed("snappy", "ends in a chunk");
    std::uint32_t head;
    std::memcpy(&head, input.data(), sizeof(head));
    input = input.subspan(chunk_header_bytes);
    const std::size_t length = head >> 8;
    if (length > input.size()) return codec_failed("snappy", "ends in a chunk");
    const auto type = static_cast<ChunkType>(head & 0xff);
    if (auto read = read_chunk(type, input.first(length), out); !read) return read;
    input = input.subspan(length);
  }
  return {};
}

}  // namespace sluice::wire
