// SPDX-License-Identifier: Apache-2.0
#pragma once

// How large a record is on its way, before it is encoded: an upper bound.

#include <cstddef>
#include <optional>
#include <string>

#include "sluice/error.hpp"
#include "sluice/record.hpp"
#include "wire/record_batch.hpp"

namespace sluice::client {

// What a record takes besides its bytes: framing, and its share of the batch.
inline constexpr std::size_t record_overhead_bytes = 24;

// Why a request of that size cannot hold the record.
[[nodiscard]] inline std::optional<Error> check_record_size(const RecordRef& record,
                                                            std::size_t request_bytes_max) {
  const auto size = record.value.size() + (record.key ? record.key->size() : 0) +
                    wire::batch_header_bytes + 2 * record_overhead_bytes;
  if (size <= request_bytes_max) return std::nullopt;
  return Error{Errc::record_too_large,
               "a record of " + std::to_string(size) + " bytes with its batch is over " +
                   std::to_string(request_bytes_max) +
                   " bytes; raise request_bytes_max, up to 32 MiB",
               {}};
}

}  // namespace sluice::client
