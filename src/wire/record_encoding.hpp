// SPDX-License-Identifier: Apache-2.0
#pragma once

// How one record and a batch header are written: shared by what builds batches and lists.
// Private to this folder.

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "wire/record_batch.hpp"

namespace sluice::wire {

inline constexpr std::size_t record_bytes_max = std::numeric_limits<std::int32_t>::max();
// Length, attributes, two deltas, key tag, value length, header count.
inline constexpr std::size_t record_bytes_min = 7;

// What the record's length counts: everything but the length itself.
[[nodiscard]] std::size_t record_body_bytes(const RecordView& record) noexcept;
// Appends the record, whose body has that size.
void put_record(Bytes& out, const RecordView& record, std::size_t body_bytes);
// Writes a header into the first `batch_header_bytes` of `batch`, and the CRC of all of it.
void put_batch_header(std::span<std::byte> batch, const BatchHeader& header);

}  // namespace sluice::wire
