// SPDX-License-Identifier: Apache-2.0
#pragma once

// Walks the batches of a log file and believes nothing: each must have the expected base
// offset, a sound header, all of its bytes, and the right CRC.

#include <cstdint>
#include <functional>

#include "broker/segment.hpp"

namespace sluice::broker {

[[nodiscard]] bool is_whole_batch(const File& file, Place at, std::uint64_t file_bytes,
                                  std::uint32_t batch_bytes_max);

// Calls `note` with the start of each good batch from `start` on; returns the end of the last
// one before anything that is not. An error only when the file cannot be read.
[[nodiscard]] Result<Place> scan_batches(const File& file, Place start, std::uint64_t file_bytes,
                                         std::uint32_t batch_bytes_max,
                                         const std::function<void(Place)>& note);

}  // namespace sluice::broker
