// SPDX-License-Identifier: Apache-2.0
#pragma once

// How large records are, for limits and counts. Pure.

#include <cstdint>

namespace sluice::connector {

// Of keys and values.
template <typename AllRecords>
[[nodiscard]] std::uint64_t bytes_of_records(const AllRecords& records) {
  std::uint64_t bytes = 0;
  for (const auto& record : records) {
    bytes += record.value.size() + (record.key ? record.key->size() : 0);
  }
  return bytes;
}

}  // namespace sluice::connector
