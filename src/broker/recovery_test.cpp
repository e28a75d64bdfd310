// SPDX-License-Identifier: Apache-2.0
// What a crash can leave at the end of a log, byte by byte.

#include <fcntl.h>
#include <gtest/gtest.h>

#include "broker/partition_log.hpp"
#include "broker/test_support.hpp"

namespace sluice::broker {
namespace {

using namespace test;

constexpr int synced_count = 20;
constexpr int unsynced_count = 5;

// A log with 20 acknowledged records and 5 that were written and never synced. What the disk
// holds of the latter after a power cut is anybody's guess.
class Recovery : public testing::Test {
 protected:
  Recovery() {
    options_.segment.index_interval_bytes = 300;
    const auto log = open_log(dir_.path() / "t-0", options_);
    for (int i = 0; i < synced_count; ++i) EXPECT_TRUE(append(*log, {"r" + std::to_string(i)}));
    synced_bytes_ = fs::file_size(log_file());
    for (int i = 0; i < unsynced_count; ++i) {
      EXPECT_TRUE(append_uncommitted(*log, {"r" + std::to_string(synced_count + i)}));
    }
    content_ = *read_file(log_file(), 1 << 20);
    index_ = *read_file(index_file(), 1 << 20);
  }

  fs::path log_file() const { return dir_.path() / "t-0" / "00000000000000000000.log"; }
  fs::path index_file() const { return dir_.path() / "t-0" / "00000000000000000000.index"; }

  void put(ByteView log, ByteView index) {
    ASSERT_TRUE(replace_file(log_file(), log, {.sync = false}));
    ASSERT_TRUE(replace_file(index_file(), index, {.sync = false}));
  }
  // All acknowledged records are there, then some of the others, and the log goes on.
  void expect_whole(const std::string& what) {
    const auto log = open_log(dir_.path() / "t-0", options_);
    ASSERT_TRUE(log) << what;
    const auto values = read_all(*log, 0);
    ASSERT_GE(values.size(), static_cast<std::size_t>(synced_count)) << what;
    ASSERT_EQ(values, numbered(0, static_cast<int>(values.size()))) << what;
    ASSERT_EQ(log->offsets().end, static_cast<std::int64_t>(values.size())) << what;
    ASSERT_EQ(append(*log, {"more"}), static_cast<std::int64_t>(values.size())) << what;
    ASSERT_EQ(read_all(*log, static_cast<std::int64_t>(values.size())),
              std::vector<std::string>{"more"})
        << what;
  }

  TemporaryDirectory dir_;
  LogOptions options_;
  std::uint64_t synced_bytes_ = 0;
  Bytes content_;
  Bytes index_;
};

TEST_F(Recovery, CutsATornTailAtEveryByte) {
  for (auto size = synced_bytes_; size <= content_.size(); ++size) {
    put(ByteView(content_).first(size), index_);
    ASSERT_NO_FATAL_FAILURE(expect_whole("cut at byte " + std::to_string(size)));
  }
}

TEST_F(Recovery, CutsAtEveryByteOfAnyRecordWithoutHelpFromTheIndex) {
  for (std::size_t size = 0; size <= content_.size(); ++size) {
    put(ByteView(content_).first(size), {});
    const auto log = open_log(dir_.path() / "t-0", options_);
    const auto values = read_all(*log, 0);
    ASSERT_EQ(values, numbered(0, static_cast<int>(values.size())));
    const auto end = log->offsets().size_bytes;
    ASSERT_LE(end, size);
    ASSERT_LT(size - end, 80U) << "more than one torn batch was cut off";
  }
}

TEST_F(Recovery, CutsWhatAFlippedBitDamagesInTheTail) {
  for (auto at = synced_bytes_; at < content_.size(); ++at) {
    auto damaged = content_;
    damaged[at] ^= static_cast<std::byte>(1U << (at % 8));
    put(damaged, index_);
    ASSERT_NO_FATAL_FAILURE(expect_whole("flipped at byte " + std::to_string(at)));
  }
}

TEST_F(Recovery, CutsZerosAndGarbageBehindTheEnd) {
  for (const auto filler : {std::byte{0}, std::byte{0xff}, std::byte{0x02}}) {
    for (const std::size_t count : {1U, 11U, 57U, 58U, 4096U}) {
      Bytes longer(content_.begin(), content_.begin() + static_cast<std::ptrdiff_t>(synced_bytes_));
      longer.insert(longer.end(), count, filler);
      put(longer, index_);
      ASSERT_NO_FATAL_FAILURE(expect_whole(std::to_string(count) + " bytes of garbage"));
    }
  }
}

TEST_F(Recovery, DoesNotTrustAnIndexThatPointsBehindTheLog) {
  Bytes index = index_;
  const std::array<std::uint32_t, 2> entry{23, static_cast<std::uint32_t>(content_.size() + 9)};
  const auto bytes = std::as_bytes(std::span(entry));
  index.insert(index.end(), bytes.begin(), bytes.end());
  index.push_back(std::byte{7});
  put(ByteView(content_).first(synced_bytes_), index);
  ASSERT_NO_FATAL_FAILURE(expect_whole("index too long"));
}

TEST_F(Recovery, StartsWithAnEmptySegmentThatARollLeft) {
  put(ByteView(content_).first(synced_bytes_), index_);
  std::ignore = File::open(dir_.path() / "t-0" / "00000000000000000020.log", O_CREAT | O_WRONLY);
  const auto log = open_log(dir_.path() / "t-0", options_);
  EXPECT_EQ(log->offsets().end, synced_count);
  EXPECT_EQ(read_all(*log, 0), numbered(0, synced_count));
  EXPECT_EQ(append(*log, {"more"}), synced_count);
}

}  // namespace
}  // namespace sluice::broker
