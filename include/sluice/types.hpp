// SPDX-License-Identifier: Apache-2.0
#pragma once

// The ids that the whole of Sluice uses. Each is a type of its own, so that a partition and
// an offset cannot be swapped; `value` is the number on the wire.

#include <compare>
#include <cstdint>
#include <functional>

namespace sluice {

template <typename Tag, typename Rep>
struct Id {
  Rep value{};
  friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

// Number of a partition in its topic, dense from 0.
using PartitionId = Id<struct PartitionIdTag, std::uint32_t>;
// Position of a record in one partition, counted from 0.
using Offset = Id<struct OffsetTag, std::int64_t>;
// Number of a data node (SPU).
using SpuId = Id<struct SpuIdTag, std::int32_t>;

// Codec of a record batch.
enum class Compression : std::uint8_t { none, gzip, snappy, lz4, zstd };

// What a consumer may see, or a producer waits for.
enum class Isolation : std::uint8_t { read_uncommitted, read_committed };

}  // namespace sluice

template <typename Tag, typename Rep>
struct std::hash<sluice::Id<Tag, Rep>> {
  std::size_t operator()(const sluice::Id<Tag, Rep>& id) const noexcept {
    return std::hash<Rep>{}(id.value);
  }
};
