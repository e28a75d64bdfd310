// SPDX-License-Identifier: Apache-2.0
#pragma once

// For sinks whose destination keeps the offsets (`stored_offsets`): what it has after a connection
// was lost may be less than before, after a failover or a restore.

#include <map>
#include <string>

#include <sluice/error.hpp>
#include <sluice/types.hpp>

namespace sluice::common {

// Throws: `data_corrupt` when a partition of `before` has less in `now`: going on would leave a
// gap. `where` names the destination.
inline void require_not_gone_back(const std::string& where,
                                  const std::map<PartitionId, Offset>& before,
                                  const std::map<PartitionId, Offset>& now) {
  for (const auto& [partition, offset] : before) {
    const auto found = now.find(partition);
    if (found != now.end() && found->second >= offset) continue;
    const std::string place =
        found == now.end() ? "no offset at all" : "offset " + std::to_string(found->second.value);
    throw Failure(Errc::data_corrupt,
                  where + " has gone back from offset " + std::to_string(offset.value) +
                      " of partition " + std::to_string(partition.value) + " to " + place +
                      " (another server, or an older state): start the connector again, and it "
                      "goes on from there");
  }
}

}  // namespace sluice::common
