// SPDX-License-Identifier: Apache-2.0
// The first byte chooses the codec. The rest is inflated, and is also deflated and inflated.
#include "fuzz.hpp"
#include "wire/compression.hpp"

namespace {

constexpr std::size_t bytes_max = 1U << 20;

void round_trip(sluice::Compression codec, sluice::ByteView bytes) {
  sluice::Bytes packed;
  sluice::Bytes unpacked;
  SLUICE_ASSERT(sluice::wire::compress(codec, bytes, packed).has_value());
  SLUICE_ASSERT(sluice::wire::decompress(codec, packed, unpacked, bytes_max).has_value());
  SLUICE_ASSERT(unpacked == sluice::Bytes(bytes.begin(), bytes.end()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const auto codec = static_cast<sluice::Compression>(1 + data[0] % 4);
  const auto bytes = sluice::fuzz::input(data + 1, size - 1);
  sluice::Bytes out;
  if (sluice::wire::decompress(codec, bytes, out, bytes_max)) round_trip(codec, out);
  SLUICE_ASSERT(out.capacity() <= bytes_max);
  round_trip(codec, bytes);
  return 0;
}
