// SPDX-License-Identifier: Apache-2.0
#pragma once

// SipHash-2-4 with both keys 0, over an 8-byte little-endian length and then the bytes: how the
// official clients hash a record's key (reference §13.2). Pure.

#include <cstdint>
#include <string_view>

namespace sluice::client {

[[nodiscard]] std::uint64_t hash_key(std::string_view key) noexcept;

}  // namespace sluice::client
