// SPDX-License-Identifier: Apache-2.0
#include "wire/record_encoding.hpp"

#include <algorithm>

#include "wire/writer.hpp"

namespace sluice::wire {
namespace {

std::byte* put_varint(std::byte* at, std::int64_t value) {
  auto rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  for (; rest >= 0x80; rest >>= 7) *at++ = static_cast<std::byte>(rest | 0x80);
  *at++ = static_cast<std::byte>(rest);
  return at;
}

}  // namespace

std::size_t record_body_bytes(const RecordView& record) noexcept {
  constexpr std::size_t fixed = 3;  // attributes, key tag, header count
  const auto& key = record.key;
  const auto key_bytes =
      key ? varint_size(static_cast<std::int64_t>(key->size())) + key->size() : 0;
  return fixed + varint_size(record.timestamp_delta) + varint_size(record.offset_delta) +
         key_bytes + varint_size(static_cast<std::int64_t>(record.value.size())) +
         record.value.size();
}

void put_record(Bytes& out, const RecordView& record, std::size_t body_bytes) {
  std::array<std::byte, 48> head;  // all that stands between two runs of the caller's bytes
  auto* at = put_varint(head.data(), static_cast<std::int64_t>(body_bytes));
  *at++ = std::byte{0};  // attributes
  at = put_varint(at, record.timestamp_delta);
  at = put_varint(at, record.offset_delta);
  *at++ = static_cast<std::byte>(record.key.has_value());
  if (record.key) {
    at = put_varint(at, static_cast<std::int64_t>(record.key->size()));
    out.insert(out.end(), head.data(), at);
    out.insert(out.end(), record.key->begin(), record.key->end());
    at = head.data();
  }
  at = put_varint(at, static_cast<std::int64_t>(record.value.size()));
  out.insert(out.end(), head.data(), at);
  out.insert(out.end(), record.value.begin(), record.value.end());
  out.push_back(std::byte{0});  // headers
}

void put_batch_header(std::span<std::byte> batch, const BatchHeader& header) {
  Bytes head;
  WireWriter out(head);
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
  std::ranges::copy(head, batch.begin());
  refresh_crc(batch);
}

}  // namespace sluice::wire
