// SPDX-License-Identifier: Apache-2.0
#include "net/frame.hpp"

#include <cstring>
#include <random>

#include <gtest/gtest.h>

#include "wire/writer.hpp"

namespace sluice::net {
namespace {

Bytes framed(std::size_t size, std::byte fill) {
  Bytes out;
  wire::WireWriter writer(out);
  writer.big_endian(static_cast<std::int32_t>(size));
  out.resize(out.size() + size, fill);
  return out;
}

// Feeds the stream in pieces, and gives the sizes of the frames that came out.
std::vector<Frame> split_in_pieces(FrameSplitter& splitter, ByteView stream, std::size_t piece) {
  std::vector<Frame> frames;
  while (!stream.empty()) {
    const auto room = splitter.prepare();
    const auto count = std::min({room.size(), piece, stream.size()});
    std::memcpy(room.data(), stream.data(), count);
    splitter.commit(count);
    stream = stream.subspan(count);
    for (;;) {
      auto frame = splitter.next();
      if (!frame || !*frame) break;
      frames.push_back(**frame);
    }
  }
  return frames;
}

}  // namespace

TEST(FrameSplitter, GivesTheSameFramesForEveryCut) {
  Bytes stream;
  const std::vector<std::size_t> sizes{0, 1, 4, 70'000, 3, 65'532, 65'533, 2'000'000, 10};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const auto one = framed(sizes[i], std::byte(i));
    stream.insert(stream.end(), one.begin(), one.end());
  }
  for (const std::size_t piece : {1UL, 7UL, 4'096UL, 65'536UL, 10'000'000UL}) {
    FrameSplitter splitter;
    const auto frames = split_in_pieces(splitter, stream, piece);
    ASSERT_EQ(frames.size(), sizes.size()) << piece;
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      ASSERT_EQ(frames[i].size(), sizes[i]);
      for (const auto byte : frames[i].bytes()) ASSERT_EQ(byte, std::byte(i));
    }
    EXPECT_EQ(splitter.pending_bytes(), 0U);
  }
}

TEST(FrameSplitter, RefusesNegativeAndAbsurdLengths) {
  for (const auto& [length, code] : {std::pair{-1, Errc::malformed}, {101, Errc::too_large}}) {
    FrameSplitter splitter(100);
    Bytes stream;
    wire::WireWriter(stream).big_endian(static_cast<std::int32_t>(length));
    std::memcpy(splitter.prepare().data(), stream.data(), stream.size());
    splitter.commit(stream.size());
    const auto frame = splitter.next();
    ASSERT_FALSE(frame);
    EXPECT_EQ(frame.error().code, code);
  }
}

TEST(FrameSplitter, ReservesByWhatCameNotByWhatWasAnnounced) {
  FrameSplitter splitter;
  Bytes stream;
  wire::WireWriter(stream).big_endian(static_cast<std::int32_t>(wire::frame_bytes_max));
  std::memcpy(splitter.prepare().data(), stream.data(), stream.size());
  splitter.commit(stream.size());
  ASSERT_TRUE(splitter.next());
  EXPECT_LT(splitter.prepare().size(), 2'000'000U);
}

}  // namespace sluice::net
