// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which records of a partition a module's look_back is given: the last ones, or the young ones.

#include "broker/partition_log.hpp"
#include "wire/record_list.hpp"
#include "wire/spu.hpp"

namespace sluice::broker {

// Records back to back. Their deltas count from 0: each is the offset or timestamp itself.
struct LookbackRecords {
  std::uint32_t count = 0;
  Bytes bytes;
  [[nodiscard]] wire::RecordList list() const noexcept { return {count, bytes}; }
};

// Committed records only. With an age: those that are not older (by their own timestamps), and
// of these at most the last `last` unless that is 0. Without: the last `last`. `too_large`
// above `bytes_max`.
[[nodiscard]] Result<LookbackRecords> read_lookback(const PartitionLog& log,
                                                    const wire::Lookback& wanted,
                                                    std::size_t bytes_max);

}  // namespace sluice::broker
