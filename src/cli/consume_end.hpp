// SPDX-License-Identifier: Apache-2.0
#pragma once

// When `sluice consume` has seen enough: a count of records, or an offset reached in every
// partition. Pure.

#include <cstdint>
#include <optional>
#include <set>
#include <utility>

#include "sluice/types.hpp"

namespace sluice::cli {

class ConsumeEnd {
 public:
  struct Verdict {
    bool print = true;
    bool end = false;  // after this record, everything was seen
    friend bool operator==(const Verdict&, const Verdict&) = default;
  };

  // `partitions` are those that must reach `last`; not used without it.
  ConsumeEnd(std::optional<std::uint64_t> count_max, std::optional<Offset> last,
             std::set<PartitionId> partitions)
      : count_max_(count_max), last_(last), open_(std::move(partitions)) {}

  // What to do with the record at this place. Requires: no `end` before.
  [[nodiscard]] Verdict next(PartitionId partition, Offset offset);

 private:
  std::optional<std::uint64_t> count_max_;
  std::optional<Offset> last_;
  std::set<PartitionId> open_;  // have not reached `last_`
  std::uint64_t count_ = 0;
};

}  // namespace sluice::cli
