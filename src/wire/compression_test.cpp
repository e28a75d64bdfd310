// SPDX-License-Identifier: Apache-2.0
#include "wire/compression.hpp"

#include <random>

#include <gtest/gtest.h>

namespace sluice::wire {
namespace {

constexpr std::array real_codecs{Compression::gzip, Compression::snappy, Compression::lz4,
                                 Compression::zstd};
constexpr std::size_t no_limit = 256U * 1024 * 1024;

Bytes compressed(Compression codec, ByteView input) {
  Bytes out;
  EXPECT_TRUE(compress(codec, input, out));
  return out;
}

// `letters` = 1 shrinks to nearly nothing, 256 not at all.
Bytes noise(std::size_t size, unsigned letters) {
  std::mt19937 random(static_cast<unsigned>(size));
  Bytes out(size);
  for (auto& byte : out) byte = static_cast<std::byte>(random() % letters);
  return out;
}

TEST(Codec, GivesBackWhatItTook) {
  for (const auto codec : real_codecs) {
    Bytes inflated;  // reused: what an earlier call left in it must not matter
    for (const std::size_t size : {0, 1, 4'096, 65'535, 65'536, 65'537, 1'000'000}) {
      for (const auto letters : {1U, 4U, 256U}) {
        const auto input = noise(size, letters);
        const auto done = decompress(codec, compressed(codec, input), inflated, no_limit);
        ASSERT_TRUE(done) << done.error().message();
        ASSERT_EQ(inflated, input);
      }
    }
  }
}

TEST(Codec, AppendsToWhatIsThere) {
  for (const auto codec : real_codecs) {
    const auto input = noise(1'000, 4);
    Bytes out = to_bytes("head");
    ASSERT_TRUE(compress(codec, input, out));
    EXPECT_TRUE(as_text(out).starts_with("head"));
    Bytes inflated;
    ASSERT_TRUE(decompress(codec, ByteView(out).subspan(4), inflated, no_limit));
    EXPECT_EQ(inflated, input);
  }
}

TEST(Codec, StopsAtTheLimitWhateverTheInputClaims) {
  const Bytes zeros(8U * 1024 * 1024);
  for (const auto codec : real_codecs) {
    const auto bomb = compressed(codec, zeros);
    Bytes out;
    const auto done = decompress(codec, bomb, out, 1U << 20);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Errc::too_large);
    EXPECT_LE(out.capacity(), 1U << 20);
    EXPECT_TRUE(decompress(codec, bomb, out, zeros.size()));  // exactly at the limit is fine
  }
}

TEST(Codec, RefusesInputCutAtAnyByte) {
  const auto input = noise(3'000, 16);
  for (const auto codec : real_codecs) {
    const auto whole = compressed(codec, input);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      Bytes out;
      const auto done = decompress(codec, ByteView(whole).first(size), out, no_limit);
      // A snappy stream has no end mark: cut between two chunks it is whole, and shorter.
      const bool between_chunks = codec == Compression::snappy && size == 10;
      ASSERT_EQ(done.has_value(), between_chunks) << static_cast<int>(codec) << " at " << size;
      if (!done) EXPECT_EQ(done.error().code, Errc::compression);
    }
  }
}

TEST(Codec, RefusesBytesBehindTheEnd) {
  for (const auto codec : real_codecs) {
    auto more = compressed(codec, noise(3'000, 16));
    more.insert(more.end(), 7, std::byte{0x55});
    Bytes out;
    const auto done = decompress(codec, more, out, no_limit);
    ASSERT_FALSE(done) << static_cast<int>(codec);
    EXPECT_EQ(done.error().code, Errc::compression);
  }
}

TEST(Snappy, ChecksTheSumOfEachChunk) {
  auto stream = compressed(Compression::snappy, as_bytes("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
  stream[14] ^= std::byte{1};  // behind the identifier (10) and the chunk's head (4)
  Bytes out;
  const auto done = decompress(Compression::snappy, stream, out, no_limit);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message(), "snappy: a chunk's checksum is wrong");
}

TEST(Snappy, SkipsPaddingAndRefusesReservedChunks) {
  auto stream = compressed(Compression::snappy, as_bytes("text"));
  const auto with = [&](int type) {
    auto longer = stream;
    for (const auto byte : {type, 2, 0, 0, 0x20, 0x20})
      longer.push_back(static_cast<std::byte>(byte));
    return longer;
  };
  Bytes out;
  EXPECT_TRUE(decompress(Compression::snappy, with(0xfe), out, no_limit));
  EXPECT_EQ(as_text(out), "text");
  EXPECT_FALSE(decompress(Compression::snappy, with(0x02), out, no_limit));
}

TEST(Snappy, RefusesTheRawFormat) {
  Bytes out;
  EXPECT_FALSE(decompress(Compression::snappy, as_bytes({"\x04\x0ctext", 6}), out, no_limit));
}

}  // namespace
}  // namespace sluice::wire
