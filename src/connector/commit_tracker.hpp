// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which offset of a partition a sink may commit, when not every record that is read is written.
//
// What was read up to an offset is done when all that was made of it is written. Records are
// written in the order in which they were read, so counting them is enough. Not thread-safe.

#include <cstddef>
#include <map>
#include <optional>

#include "sluice/types.hpp"

namespace sluice::connector {

class CommitTracker {
 public:
  // Everything up to and with `last` was read, and `records` more are to be written of it. What
  // may be committed at once: nothing is to be written of it, nor of anything before.
  std::optional<Offset> read(PartitionId partition, Offset last, std::size_t records) {
    auto& one = partitions_[partition];
    one.last = last;
    one.open += records;
    return one.open == 0 ? std::optional(last) : std::nullopt;
  }
  // The next `records` of the partition were written, `whole` the last offset of which all are.
  std::optional<Offset> written(PartitionId partition, std::size_t records,
                                std::optional<Offset> whole) {
    auto& one = partitions_[partition];
    one.open -= records;
    return one.open == 0 ? std::optional(one.last) : whole;
  }

 private:
  struct Partition {
    Offset last;
    std::size_t open = 0;
  };
  std::map<PartitionId, Partition> partitions_;
};

}  // namespace sluice::connector
