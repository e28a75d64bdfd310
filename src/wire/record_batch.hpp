// SPDX-License-Identifier: Apache-2.0
#pragma once

// Record batches: the unit that is stored, sent and checked.
//
//   0             8           12             16      17    21           23
//   +-------------+-----------+--------------+-------+-----+------------+-------------------+
//   | base offset | batch len | leader epoch | magic | crc | attributes | last offset delta |
//   +-------------+-----------+--------------+-------+-----+------------+-------------------+
//   27                35              43            51               53               57
//   +-----------------+---------------+-------------+----------------+----------------+-----
//   | first timestamp | max timestamp | producer id | producer epoch | first sequence | payload
//   +-----------------+---------------+-------------+----------------+----------------+-----
//
// batch len counts what follows it. With attribute bit 4 a u32 schema id stands before the
// payload. The payload, an i32 record count and the records, is compressed as a whole. The
// CRC-32C covers everything from the attributes on. Format: fluvio-protocol.md §7.
//
// Pure. Views look into the bytes they were made from. Nothing here trusts a length: an
// inflated payload is refused above `inflated_bytes_max`.

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "sluice/types.hpp"

namespace sluice::wire {

inline constexpr std::size_t batch_header_bytes = 57;
inline constexpr std::size_t batch_preamble_bytes = 12;  // base offset and batch len
inline constexpr std::size_t inflated_bytes_max = 256U * 1024 * 1024;

struct BatchHeader {
  std::int64_t base_offset = 0;
  std::int32_t batch_len = 0;
  std::int32_t partition_leader_epoch = -1;
  std::int8_t magic = 2;
  std::uint32_t crc = 0;
  std::int16_t attributes = 0;
  std::int32_t last_offset_delta = 0;  // -1: the batch counts no offset (docs/decisions/0008)
  std::int64_t first_timestamp = -1;
  std::int64_t max_timestamp = -1;
  std::int64_t producer_id = -1;
  std::int16_t producer_epoch = -1;
  std::int32_t first_sequence = -1;

  [[nodiscard]] std::size_t size_bytes() const noexcept {
    return batch_preamble_bytes + static_cast<std::size_t>(batch_len);
  }
  [[nodiscard]] bool has_schema() const noexcept { return (attributes & 0x10) != 0; }
  // Offset of the first record after this batch.
  [[nodiscard]] std::int64_t next_offset() const noexcept {
    return base_offset + last_offset_delta + 1;
  }
};

// Decodes and checks a header: magic 2, a batch_len of at least a header, a codec that exists,
// a last offset delta that is not under -1. `truncated` when fewer than a header's bytes are there;
// the rest of the batch need not be.
[[nodiscard]] Result<BatchHeader> decode_batch_header(ByteView bytes);
[[nodiscard]] Result<Compression> codec_of(const BatchHeader& header);

// One whole batch inside a record set.
struct BatchView {
  BatchHeader header;
  ByteView bytes;  // all of it, header included
};

// The batches at the front of `records` that are complete, and how many bytes they take. What
// is behind them is a batch that was cut, or nothing: never use it as if it were whole.
struct WholeBatches {
  std::vector<BatchView> batches;
  std::size_t bytes = 0;
  // The size that the cut batch says it has; nothing when not even its header is there.
  std::optional<std::size_t> cut_batch_bytes;
};
[[nodiscard]] Result<WholeBatches> split_batches(ByteView records);

// Checks the CRC over the stored bytes. Requires: `batch` is whole.
[[nodiscard]] bool crc_matches(const BatchView& batch);

struct RecordView {
  std::int64_t timestamp_delta = 0;
  std::int64_t offset_delta = 0;
  std::optional<ByteView> key;  // an empty key differs from none
  ByteView value;
};

// The records of one batch, one after the other, decompressed on construction when need be.
//
//   auto cursor = RecordCursor::open(batch, scratch);
//   while (auto record = cursor->next()) use(*record);
//   if (!cursor->ok()) ...
//
// Views in records look into the batch, or into `scratch` when it is compressed.
class RecordCursor {
 public:
  [[nodiscard]] static Result<RecordCursor> open(const BatchView& batch, Bytes& scratch);
  // Over records that stand alone (record_list.hpp).
  RecordCursor(ByteView records, std::uint32_t count) : rest_(records), count_(count) {}

  [[nodiscard]] std::optional<RecordView> next();
  [[nodiscard]] bool ok() const noexcept { return !fault_; }
  // Requires: !ok().
  [[nodiscard]] const Error& error() const noexcept { return *fault_; }
  // As the payload says; at most as many as the bytes can hold.
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

 private:
  ByteView rest_;
  std::uint32_t count_;
  std::uint32_t seen_ = 0;
  std::optional<Error> fault_;
};

// Builds one batch, record by record, in the order they are added.
//
// Not thread-safe. `size_bytes()` is what the batch would take uncompressed, header included.
class BatchBuilder {
 public:
  BatchBuilder();

  // Requires: key and value together under 2 GiB.
  void add(std::optional<ByteView> key, ByteView value, std::int64_t timestamp_ms);
  [[nodiscard]] std::size_t size_bytes() const noexcept { return bytes_.size(); }
  [[nodiscard]] std::uint32_t record_count() const noexcept { return count_; }
  [[nodiscard]] bool empty() const noexcept { return count_ == 0; }
  // Bytes that `add` would append.
  [[nodiscard]] std::size_t size_of(std::optional<ByteView> key, ByteView value,
                                    std::int64_t timestamp_ms) const noexcept;

  // The whole batch, compressed and with its CRC, as a producer sends it (base offset =
  // record count - 1). The builder is empty and reusable afterwards.
  // Requires: !empty().
  [[nodiscard]] Result<Bytes> finish(Compression compression);

 private:
  Bytes bytes_;  // header, record count, records
  std::uint32_t count_ = 0;
  std::int64_t first_timestamp_ms_ = -1;
  std::int64_t max_timestamp_ms_ = -1;
};

// Gives a stored batch its place in the log. The CRC does not cover these fields.
// Requires: at least a header's bytes.
void set_base_offset(std::span<std::byte> batch, std::int64_t base_offset);
// Computes and stores the CRC of a whole batch.
void refresh_crc(std::span<std::byte> batch);

// CRC-32C (Castagnoli), with the processor's instruction where it has one.
[[nodiscard]] std::uint32_t crc32c(ByteView bytes, std::uint32_t seed = 0) noexcept;

namespace detail {
// The same sum by tables: what runs where the instruction is missing, and its cross-check.
[[nodiscard]] std::uint32_t crc32c_portable(ByteView bytes, std::uint32_t seed = 0) noexcept;
}  // namespace detail

}  // namespace sluice::wire
