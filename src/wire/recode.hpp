// SPDX-License-Identifier: Apache-2.0
#pragma once

// Decodes a whole frame to its last byte, and encodes it again from the values: how tests and
// fuzzers look at frames of any kind. Stricter than a server, which ignores bytes at the end.

#include <cstdint>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wire/api.hpp"

namespace sluice::wire {

enum class Server : std::uint8_t { sc, spu };

struct Recoded {
  Bytes bytes;                        // equals the input when the input is in canonical form
  std::vector<ByteView> record_sets;  // those of a produce request or fetch answer; in the input
  bool opaque = false;                // the body has an unknown label: kept as bytes
};

// `frame` is without its length.
[[nodiscard]] Result<Recoded> recode_request(Server server, ByteView frame);
// The answer to a request with that key and version.
[[nodiscard]] Result<Recoded> recode_response(Server server, std::uint16_t api_key, Version version,
                                              ByteView frame);

}  // namespace sluice::wire
