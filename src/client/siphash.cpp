// SPDX-License-Identifier: Apache-2.0
#include "client/siphash.hpp"

#include <bit>
#include <cstddef>
#include <cstring>

#include "base/assert.hpp"
#include "sluice/producer.hpp"

namespace sluice {
namespace client {
namespace {

static_assert(std::endian::native == std::endian::little);

class SipHash24 {
 public:
  void word(std::uint64_t value) noexcept {
    v3_ ^= value;
    round();
    round();
    v0_ ^= value;
  }
  std::uint64_t finish() noexcept {
    v2_ ^= 0xFF;
    for (int i = 0; i < 4; ++i) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void round() noexcept {
    v0_ += v1_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v3_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ += v3_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ += v1_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_ = 0x736F6D6570736575ULL;
  std::uint64_t v1_ = 0x646F72616E646F6DULL;
  std::uint64_t v2_ = 0x6C7967656E657261ULL;
  std::uint64_t v3_ = 0x7465646279746573ULL;
};

}  // namespace

std::uint64_t hash_key(std::string_view key) noexcept {
  SipHash24 hash;
  hash.word(key.size());
  std::size_t at = 0;
  for (; at + 8 <= key.size(); at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, key.data() + at, 8);
    hash.word(word);
  }
  std::uint64_t last = 0;
  if (at < key.size()) std::memcpy(&last, key.data() + at, key.size() - at);
  const std::uint64_t total = 8 + key.size();
  hash.word(last | (total << 56));
  return hash.finish();
}

}  // namespace client

PartitionId partition_for_key(std::string_view key, std::uint32_t partition_count) {
  SLUICE_ASSERT(partition_count > 0);
  return {static_cast<std::uint32_t>(client::hash_key(key) % partition_count)};
}

}  // namespace sluice
