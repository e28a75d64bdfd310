// SPDX-License-Identifier: Apache-2.0
#pragma once

// SHA-256 (FIPS 180-4), of texts that come in pieces.

#include <sluice/smartmodule/text.hpp>

namespace sha256 {

using sluice::guest::Text;

struct Digest {
  uint32_t words[8];
};

class Hash {
 public:
  Hash& add(Text text) {
    size_ += text.size();
    for (const char c : text) add_byte(static_cast<uint8_t>(c));
    return *this;
  }

  // The end: nothing is added after it.
  Digest digest() {
    const uint64_t bits = uint64_t{size_} * 8;
    add_byte(0x80);
    while (filled_ != 56) add_byte(0);
    for (int shift = 56; shift >= 0; shift -= 8) add_byte(static_cast<uint8_t>(bits >> shift));
    return state_;
  }

 private:
  void add_byte(uint8_t byte) {
    block_[filled_ / 4] = block_[filled_ / 4] << 8 | byte;
    if (++filled_ == 64) compress();
  }
  static uint32_t turn(uint32_t x, int by) { return x >> by | x << (32 - by); }
  void compress();

  Digest state_{{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab,
                 0x5be0cd19}};
  uint32_t block_[16] = {};
  uint32_t filled_ = 0;
  size_t size_ = 0;
};

inline constexpr uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

inline void Hash::compress() {
  uint32_t w[64];
  for (int i = 0; i < 16; ++i) w[i] = block_[i];
  for (int i = 16; i < 64; ++i) {
    const uint32_t low = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3;
    const uint32_t high = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + low + w[i - 7] + high;
  }
  auto [a, b, c, d, e, f, g, h] = state_.words;
  for (int i = 0; i < 64; ++i) {
    const uint32_t high = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const uint32_t first = h + high + ((e & f) ^ (~e & g)) + round_constants[i] + w[i];
    const uint32_t low = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const uint32_t second = low + ((a & b) ^ (a & c) ^ (b & c));
    h = g, g = f, f = e, e = d + first, d = c, c = b, b = a, a = first + second;
  }
  const uint32_t after[8] = {a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) state_.words[i] += after[i];
  filled_ = 0;
}

}  // namespace sha256
