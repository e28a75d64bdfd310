// SPDX-License-Identifier: Apache-2.0
#pragma once

// A record batch on its way: sealed bytes, and who wants to hear what became of its records.

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "net/multiplexer.hpp"
#include "sluice/outcome.hpp"
#include "sluice/record.hpp"

namespace sluice::client {

// The offset of a batch that the server's SmartModules decided on (see Delivered).
inline constexpr std::int64_t unknown_offset = -1;

struct Batch {
  Bytes bytes;                      // as it is sent; empty when sealing failed
  std::optional<Error> seal_error;  // the codec refused
  std::uint32_t record_count = 0;
  std::size_t payload_bytes = 0;  // keys and values
  std::size_t queued_bytes = 0;   // what it takes of the producer's queue
  std::uint64_t sequence = 0;     // in its partition, from 1
  net::TimePoint opened{};
  std::vector<std::pair<std::uint32_t, Callback<Delivered>>> callbacks;  // by place in the batch
};

// Of the record at that place of a batch.
[[nodiscard]] constexpr Offset offset_in(std::int64_t base, std::uint32_t place) noexcept {
  return {base == unknown_offset ? unknown_offset : base + place};
}

}  // namespace sluice::client
