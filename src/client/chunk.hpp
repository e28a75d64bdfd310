// SPDX-License-Identifier: Apache-2.0
#pragma once

// What one answer of a stream brought: whole batches, still encoded. The I/O thread hands it
// over; the caller's thread turns it into records. Pure.

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "net/frame.hpp"
#include "sluice/record.hpp"
#include "sluice/types.hpp"
#include "wire/record_batch.hpp"

namespace sluice::client {

struct Chunk {
  PartitionId partition;
  std::uint64_t generation = 0;          // of the position; a seek makes older chunks void
  net::Frame frame;                      // holds the memory of the batches
  std::vector<wire::BatchView> batches;  // whole ones only
  std::int64_t from = 0;                 // records before it were not asked for
  std::int64_t until = std::numeric_limits<std::int64_t>::max();  // nor from it on
  std::int64_t next = 0;                                          // where reading goes on after it
  std::int64_t high_watermark = 0;
  bool processed = false;  // by SmartModules
  // An error came with it: what is behind its last record was not seen.
  bool ends_early = false;

  [[nodiscard]] std::size_t size_bytes() const noexcept { return frame.size(); }
};

struct DecodedChunk {
  // Between `from` and `until`, as views into the chunk's memory, or into inflated copies that
  // they keep. Up to the first batch that does not decode, and nothing behind it. Processed
  // records whose offset is only an estimate are there even if it is outside.
  Records records;
  // Why that batch does not: `crc_mismatch` and others, with its offset and the one behind it.
  std::optional<Error> error;
};
[[nodiscard]] DecodedChunk decode_chunk(const Chunk& chunk);

}  // namespace sluice::client
