// SPDX-License-Identifier: Apache-2.0
#include "broker/produce_check.hpp"

#include <cstring>

#include <gtest/gtest.h>

#include "broker/partition.hpp"
#include "broker/test_support.hpp"

namespace sluice::broker {
namespace {

using namespace test;
using wire::Code;

class ProduceCheck : public testing::Test {
 protected:
  Code check(Bytes records, wire::TopicCompression topic = wire::TopicCompression::any) {
    LogOptions options;
    options.segment_bytes_max = 4096;
    const Partition partition("t", 0, topic, open_log(dir_.path() / "t-0", options));
    const auto checked = check_records(records, partition);
    if (!checked) return checked.error().code;
    count_ = checked->size();
    return Code::none;
  }

  TemporaryDirectory dir_;
  std::size_t count_ = 0;
};

// Byte `at` set, and the CRC made right again.
Bytes patched(Bytes batch, std::size_t at, int value) {
  batch[at] = static_cast<std::byte>(value);
  wire::refresh_crc(batch);
  return batch;
}

TEST_F(ProduceCheck, TakesWholeBatches) {
  EXPECT_EQ(check(numbered_batches(0, 3)), Code::none);
  EXPECT_EQ(count_, 3U);
  EXPECT_EQ(check({}), Code::none);
  EXPECT_EQ(count_, 0U);
}

// As answers have them (docs/decisions/0008); in a log their records would have no offsets.
TEST_F(ProduceCheck, RefusesABatchThatCountsNoOffset) {
  auto batch = batch_of({"a"});
  for (std::size_t at = 23; at < 27; ++at) batch = patched(batch, at, 0xff);
  EXPECT_EQ(check(batch), Code::other);
  EXPECT_EQ(check(patched(batch, 26, 0xfe)), Code::other);
}

TEST_F(ProduceCheck, RefusesABatchCutAtAnyByte) {
  const auto whole = numbered_batches(0, 2);
  const auto first = numbered_batches(0, 1).size();
  for (std::size_t size = 1; size < whole.size(); ++size) {
    if (size == first) continue;
    const auto cut = ByteView(whole).first(size);
    ASSERT_EQ(check({cut.begin(), cut.end()}), Code::other) << size;
  }
}

TEST_F(ProduceCheck, RefusesAWrongCrc) {
  auto batch = batch_of({"a"});
  batch.back() ^= std::byte{1};
  EXPECT_EQ(check(batch), Code::other);
}

TEST_F(ProduceCheck, RefusesCodecsThatDoNotExistOrAreNotAllowed) {
  for (const int codec : {5, 6, 7}) {
    EXPECT_EQ(check(patched(batch_of({"a"}), 22, codec)), Code::compression_error);
  }
  using enum wire::TopicCompression;
  EXPECT_EQ(check(batch_of({"a"}), gzip), Code::compression_error);
  EXPECT_EQ(check(batch_of({"a"}, Compression::gzip), none), Code::compression_error);
  EXPECT_EQ(check(batch_of({"a"}, Compression::zstd), zstd), Code::none);
  EXPECT_EQ(check(batch_of({"a"}, Compression::lz4), zstd), Code::compression_error);
}

TEST_F(ProduceCheck, RefusesASchemaIdAndAnotherMagic) {
  EXPECT_EQ(check(patched(batch_of({"a"}), 22, 0x10)), Code::other);
  EXPECT_EQ(check(patched(batch_of({"a"}), 16, 1)), Code::other);
}

TEST_F(ProduceCheck, AcceptsGapsAndRefusesTooFewOffsets) {
  EXPECT_EQ(check(patched(batch_of({"a"}), 26, 9)), Code::none);
  EXPECT_EQ(check(patched(batch_of({"a", "b"}), 26, 0)), Code::other);
  EXPECT_EQ(check(patched(batch_of({"a"}), 23, 0x80)), Code::other);  // negative delta
}

// The batch with offsets for `span` records, whatever it holds.
Bytes spanning(Bytes batch, std::int32_t span) {
  const auto delta = __builtin_bswap32(static_cast<std::uint32_t>(span - 1));
  std::memcpy(&batch[23], &delta, sizeof delta);
  wire::refresh_crc(batch);
  return batch;
}

// A segment holds 31 bits of offsets: 32 MiB of such batches made half a million files.
TEST_F(ProduceCheck, RefusesASpanOfOffsetsThatNoRecordsCanHave) {
  const auto plain = batch_of({"a"});
  const auto packed = batch_of(std::vector<std::string>(2000, "a"), Compression::gzip);
  ASSERT_LT(packed.size(), 4096U);
  constexpr std::int32_t filtered = 1 << 20;  // one record left of a million
  EXPECT_EQ(check(spanning(plain, filtered)), Code::none);
  EXPECT_EQ(check(spanning(plain, filtered + 1024)), Code::other);
  EXPECT_EQ(check(spanning(plain, INT32_MAX)), Code::other);
  const auto most = static_cast<std::int32_t>(packed.size() * 1024);
  ASSERT_GT(most, filtered);
  EXPECT_EQ(check(spanning(packed, most)), Code::none);
  EXPECT_EQ(check(spanning(packed, most + 1024)), Code::other);
  EXPECT_EQ(check(spanning(packed, INT32_MAX)), Code::other);
}

TEST_F(ProduceCheck, LeavesOutABatchWithoutRecords) {
  EXPECT_EQ(check(patched(batch_of({"a"}), 60, 0)), Code::none);
  EXPECT_EQ(count_, 0U);
}

TEST_F(ProduceCheck, RefusesWhatNoSegmentCanHold) {
  EXPECT_EQ(check(batch_of({std::string(5000, 'x')})), Code::message_too_large);
}

TEST_F(ProduceCheck, SurvivesEveryFlippedByte) {
  const auto whole = batch_of({"key", "value"});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int bit : {0x01, 0x80}) {
      auto damaged = whole;
      damaged[at] ^= static_cast<std::byte>(bit);
      // The base offset and the leader epoch are outside the CRC.
      if (check(damaged) == Code::none) ASSERT_TRUE(at < 8 || (at >= 12 && at < 16)) << at;
    }
  }
}

}  // namespace
}  // namespace sluice::broker
