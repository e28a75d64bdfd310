// SPDX-License-Identifier: Apache-2.0
#pragma once

// The records of stored batches, as a chain of SmartModules gets them. Pure.

#include <cstdint>

#include "wire/record_list.hpp"

namespace sluice::broker {

// The list without its first `skip` records, where each record's offset delta is its place in
// the list: that is how consumers number them, whatever the producer has written there. Looks
// into `records`, or into `scratch` when deltas had to be changed. `malformed` when a record
// cannot be read.
[[nodiscard]] Result<wire::RecordList> numbered_records(wire::RecordList records,
                                                        std::uint32_t skip, Bytes& scratch);

// The front of a list, of at most `bytes_max` but at least one record, and the rest. Requires:
// not empty.
[[nodiscard]] Result<wire::CutList> cut_bytes(wire::RecordList records, std::size_t bytes_max);

}  // namespace sluice::broker
