// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the fuzz targets share. A target defines `LLVMFuzzerTestOneInput` and returns 0; a
// claim that does not hold is an assertion, which libFuzzer reports with the input.

#include <cstddef>
#include <cstdint>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "wire/reader.hpp"
#include "wire/recode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace sluice::fuzz {

inline ByteView input(const std::uint8_t* data, std::size_t size) {
  return std::as_bytes(std::span(data, size));
}

// What was decoded and encoded once is in canonical form: it decodes, to the same bytes.
template <typename Recode>
void expect_canonical(ByteView bytes, Recode recode) {
  const Result<wire::Recoded> once = recode(bytes);
  if (!once) return;
  const Result<wire::Recoded> twice = recode(once->bytes);
  SLUICE_ASSERT(twice.has_value());
  SLUICE_ASSERT(twice->bytes == once->bytes);
}

inline void fuzz_request(wire::Server server, ByteView bytes) {
  expect_canonical(bytes, [&](ByteView frame) { return wire::recode_request(server, frame); });
}

// A response does not say what it answers: key and version stand before it.
inline void fuzz_response(wire::Server server, ByteView bytes) {
  wire::WireReader in(bytes);
  const auto key = in.big_endian<std::uint16_t>();
  const auto version = in.big_endian<wire::Version>();
  if (!in.ok()) return;
  expect_canonical(in.rest(), [&](ByteView frame) {
    return wire::recode_response(server, key, version, frame);
  });
}

}  // namespace sluice::fuzz
