// SPDX-License-Identifier: Apache-2.0
#include "cli/consume_end.hpp"

namespace sluice::cli {

ConsumeEnd::Verdict ConsumeEnd::next(PartitionId partition, Offset offset) {
  if (last_ && offset >= *last_) open_.erase(partition);
  const bool reached = last_ && open_.empty();
  if (last_ && offset > *last_) return {.print = false, .end = reached};
  ++count_;
  return {.print = true, .end = reached || (count_max_ && count_ >= *count_max_)};
}

}  // namespace sluice::cli
