// SPDX-License-Identifier: Apache-2.0
#pragma once

// The one-shot Fetch: whole batches of some partitions in one answer, read into memory.

#include "broker/partition_table.hpp"
#include "wire/fetch.hpp"

namespace sluice::broker {

// The records look into `storage`, which must live as long. At most `bytes_max` in all, but
// at least one batch of each partition that is reached before.
[[nodiscard]] wire::FetchResponse fetch(const PartitionTable& partitions,
                                        const wire::FetchRequest& request, std::uint32_t bytes_max,
                                        std::vector<Bytes>& storage);

}  // namespace sluice::broker
