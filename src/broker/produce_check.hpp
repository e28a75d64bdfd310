// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a producer's record set must be before it goes into a log unread. Pure.
//
// Checked: every batch is whole, its header is sound, its codec exists and the topic allows
// it, its CRC is right, it has no schema id, it is not larger than the log takes, and, when it
// is not compressed, its offsets have room for its records; and they are not absurdly many. A
// batch without records is left out. What is refused, and why other than the official server does:
// docs/decisions.

#include <span>
#include <vector>

#include "broker/partition_log.hpp"
#include "wire/error_code.hpp"
#include "wire/objects.hpp"

namespace sluice::broker {

class Partition;

// The batches to store, perhaps none; or what to answer for the whole record set.
[[nodiscard]] tl::expected<std::vector<BatchSlot>, wire::ErrorCode> check_records(
    std::span<std::byte> records, const Partition& partition);

// The wire's code for what the log said. `no_space` names the partition.
[[nodiscard]] wire::ErrorCode storage_code(const Error& error, const Partition& partition);

}  // namespace sluice::broker
