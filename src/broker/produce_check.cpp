// SPDX-License-Identifier: Apache-2.0
#include "broker/produce_check.hpp"

#include <utility>

#include "broker/partition.hpp"
#include "wire/reader.hpp"

namespace sluice::broker {
namespace {

wire::ErrorCode other(std::string text) {
  return {wire::Code::other, {"produce refused: " + std::move(text)}};
}

std::string bytes_text(std::size_t count) {
  return std::to_string(count) + " bytes";
}

wire::ErrorCode header_code(const Error& error) {
  if (error.code == Errc::compression) return wire::Code::compression_error;
  return other(error.message());
}

// How many records a batch holds, where that can be seen without decompressing it.
std::optional<std::int64_t> record_count(const wire::BatchView& batch) {
  if (wire::codec_of(batch.header) != Compression::none) return std::nullopt;
  wire::WireReader reader(batch.bytes.subspan(wire::batch_header_bytes));
  const auto count = reader.big_endian<std::int32_t>();
  return reader.ok() ? count : 0;
}

// A log counts offsets in 31 bits from the start of a segment: batches that span billions would
// get a segment each. Where a SmartModule has left records out, a batch spans what it had.
constexpr std::int64_t free_span = std::int64_t{1} << 20;
constexpr std::int64_t offsets_per_record_max = 1024;
constexpr std::int64_t offsets_per_compressed_byte_max = 1024;

bool spans_too_much(const wire::BatchView& batch, std::optional<std::int64_t> count) {
  const auto span = std::int64_t{batch.header.last_offset_delta} + 1;
  if (span <= free_span) return false;
  if (count) return span / offsets_per_record_max > *count;
  return span / offsets_per_compressed_byte_max > static_cast<std::int64_t>(batch.bytes.size());
}

wire::ErrorCode check_batch(const wire::BatchView& batch, const Partition& partition) {
  const auto& header = batch.header;
  const auto codec = wire::codec_of(header);
  if (!codec || !partition.allows(*codec)) return wire::Code::compression_error;
  if (header.has_schema()) return other("batches with a schema id are not supported");
  if (header.last_offset_delta < 0) return other("a batch has no offsets for its records");
  if (batch.bytes.size() > partition.log().batch_bytes_max()) return wire::Code::message_too_large;
  if (!wire::crc_matches(batch)) {
    return other("the CRC of a batch of " + bytes_text(batch.bytes.size()) +
                 " does not match its bytes; it was damaged on the way, or is computed wrongly");
  }
  const auto count = record_count(batch);
  if (count && *count > std::int64_t{header.last_offset_delta} + 1) {
    return other("a batch says that it has " + std::to_string(*count) +
                 " records and offsets for " + std::to_string(header.last_offset_delta + 1));
  }
  if (spans_too_much(batch, count)) {
    return other("a batch of " + bytes_text(batch.bytes.size()) + " takes " +
                 std::to_string(std::int64_t{header.last_offset_delta} + 1) +
                 " offsets, many more than it can have records");
  }
  return {};
}

// A whole batch at the front, or why there is none.
tl::expected<wire::BatchView, wire::ErrorCode> front_batch(ByteView records) {
  const auto header = wire::decode_batch_header(records);
  if (!header && header.error().code == Errc::truncated) {
    return tl::unexpected(other("the record set ends inside a batch header"));
  }
  if (!header) return tl::unexpected(header_code(header.error()));
  if (header->size_bytes() > records.size()) {
    return tl::unexpected(other("a batch says that it has " + bytes_text(header->size_bytes()) +
                                ", and " + bytes_text(records.size()) + " are there"));
  }
  return wire::BatchView{*header, records.first(header->size_bytes())};
}

}  // namespace

tl::expected<std::vector<BatchSlot>, wire::ErrorCode> check_records(std::span<std::byte> records,
                                                                    const Partition& partition) {
  std::vector<BatchSlot> slots;
  while (!records.empty()) {
    const auto batch = front_batch(records);
    if (!batch) return tl::unexpected(batch.error());
    if (auto code = check_batch(*batch, partition); !code.ok()) return tl::unexpected(code);
    const auto size = batch->bytes.size();
    if (record_count(*batch).value_or(1) > 0) {
      slots.push_back({records.first(size), batch->header.last_offset_delta});
    }
    records = records.subspan(size);
  }
  return slots;
}

wire::ErrorCode storage_code(const Error& error, const Partition& partition) {
  switch (error.code) {
    case Errc::no_space:
      return {wire::Code::partition_full,
              {partition.topic(), static_cast<std::int64_t>(partition.index())}};
    case Errc::not_leader:
      return wire::Code::not_leader_for_partition;
    default:
      return wire::Code::storage_error;
  }
}

}  // namespace sluice::broker
