// SPDX-License-Identifier: Apache-2.0
#include "broker/output_frames.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/test_consumer.hpp"

namespace sluice::broker {
namespace {

using namespace test;
using testing::ElementsAre;

constexpr std::int64_t noon = 1'700'000'000'000;

struct Output {
  std::int64_t offset_delta;
  std::string value;
  std::int64_t timestamp_delta = 0;
};

class OutputFramesTest : public testing::Test {
 protected:
  void add(std::int64_t base, std::int64_t end, const std::vector<Output>& records,
           std::int64_t first_timestamp = noon) {
    Bytes bytes;
    for (const auto& one : records) {
      wire::append_record(bytes, {one.timestamp_delta, one.offset_delta, {}, as_bytes(one.value)});
    }
    const auto added = frames_.add({.base_offset = base, .first_timestamp = first_timestamp},
                                   {static_cast<std::uint32_t>(records.size()), bytes}, base, end);
    ASSERT_TRUE(added) << added.error().message();
    frames_.cover(end);
  }
  // What an official client makes of the finished frames.
  Seen seen() {
    frames_.finish();
    Seen out;
    for (const auto& frame : frames_.take()) {
      look_at(frame.records, out);
      ends_.push_back(frame.end_offset);
    }
    return out;
  }

  OutputFrames frames_{1U << 20};
  std::vector<std::int64_t> ends_;
};

TEST_F(OutputFramesTest, RecordsHaveTheOffsetsOfWhatTheyWereMadeFrom) {
  add(10, 16, {{0, "a"}, {1, "b"}, {4, "e"}});
  EXPECT_THAT(seen().records, ElementsAre("10=a", "11=b", "14=e"));
}

TEST_F(OutputFramesTest, TheBatchesOfAFrameCountExactlyTheInput) {
  frames_.restart(10);
  add(10, 16, {{2, "c"}, {4, "e"}});
  add(16, 20, {});
  add(20, 22, {{0, "f"}});
  EXPECT_EQ(seen().counted, 12);
  EXPECT_THAT(ends_, ElementsAre(22));
}

TEST_F(OutputFramesTest, WhenNothingIsLeftABatchWithoutRecordsTellsHowFarItIs) {
  frames_.restart(5);
  add(5, 30, {});
  EXPECT_TRUE(frames_.only_covers());
  const auto found = seen();
  EXPECT_THAT(found.records, ElementsAre());
  EXPECT_EQ(found.batches, 1);
  EXPECT_EQ(found.counted, 25);
}

TEST_F(OutputFramesTest, NothingConsumedIsNoFrame) {
  frames_.restart(5);
  frames_.finish();
  EXPECT_TRUE(frames_.take().empty());
}

TEST_F(OutputFramesTest, SeveralRecordsOfOneOffsetAllHaveItAndCountItOnce) {
  add(0, 3, {{0, "a"}, {1, "b1"}, {1, "b2"}, {1, "b3"}, {2, "c"}});
  const auto found = seen();
  EXPECT_THAT(found.records, ElementsAre("0=a", "1=b1", "1=b2", "1=b3", "2=c"));
  EXPECT_EQ(found.counted, 3);
}

TEST_F(OutputFramesTest, OffsetsInARowOfSeveralBatchesAreOneBatchWithTheirOwnTimes) {
  add(0, 1, {{0, "a"}}, noon);
  add(1, 3, {{0, "b", 5}, {1, "c", 7}}, noon + 100);
  const auto found = seen();
  EXPECT_EQ(found.batches, 1);
  EXPECT_THAT(found.times, ElementsAre(noon, noon + 105, noon + 107));
}

TEST_F(OutputFramesTest, ABatchWithoutTimesIsNotMixedWithOneThatHasThem) {
  add(0, 1, {{0, "a"}}, noon);
  add(1, 2, {{0, "b", 5}}, -1);
  const auto found = seen();
  EXPECT_EQ(found.batches, 2);
  EXPECT_THAT(found.records, ElementsAre("0=a", "1=b"));
  EXPECT_EQ(found.times.front(), noon);
}

TEST_F(OutputFramesTest, WhatDoesNotFitGoesIntoMoreFramesAndNoneIsLost) {
  frames_ = OutputFrames(400);
  std::vector<Output> records;
  std::vector<std::string> wanted;
  for (int i = 0; i < 50; ++i) {
    records.push_back({i, std::string(50, 'x') + std::to_string(i)});
    wanted.push_back(std::to_string(i) + "=" + records.back().value);
  }
  add(0, 50, records);
  const auto found = seen();
  EXPECT_EQ(found.records, wanted);
  EXPECT_EQ(found.counted, 50);
  EXPECT_GT(ends_.size(), 5U);
  EXPECT_TRUE(std::is_sorted(ends_.begin(), ends_.end()));
}

TEST_F(OutputFramesTest, AFrameIsLargerOnlyForOneRecordThatIs) {
  frames_ = OutputFrames(100);
  add(0, 3, {{0, "a"}, {1, std::string(1'000, 'b')}, {2, "c"}});
  frames_.finish();
  const auto frames = frames_.take();
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_LT(frames[0].records.size(), 100U);
  EXPECT_GT(frames[1].records.size(), 1'000U);
}

// A client that resumes in between is given the record's whole output again.
TEST_F(OutputFramesTest, AFrameThatHasPartOfARecordsOutputDoesNotCountThatRecord) {
  frames_ = OutputFrames(150);
  add(7, 8, {{0, std::string(60, 'a')}, {0, std::string(60, 'b')}, {0, std::string(60, 'c')}});
  frames_.finish();
  const auto frames = frames_.take();
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[0].end_offset, 7);
  EXPECT_EQ(frames[1].end_offset, 7);
  EXPECT_EQ(frames[2].end_offset, 8);
}

TEST_F(OutputFramesTest, DeltasThatMakeNoSenseStayInsideOfTheInput) {
  add(10, 13, {{-5, "a"}, {2, "b"}, {1, "c"}, {INT64_MAX, "d", INT64_MAX}});
  EXPECT_THAT(seen().records, ElementsAre("10=a", "12=b", "12=c", "12=d"));
}

TEST_F(OutputFramesTest, AGapLongerThanABatchCanCountTakesSeveral) {
  frames_.restart(0);
  frames_.cover(std::int64_t{5'000'000'000});
  EXPECT_EQ(seen().counted, 5'000'000'000);
}

TEST_F(OutputFramesTest, AnErrorEndsTheFrameBehindWhatCameBefore) {
  add(0, 5, {{0, "a"}, {2, "c"}});
  frames_.cover(3);
  frames_.finish(wire::ErrorCode(wire::Code::other, {std::string("x")}));
  const auto frames = frames_.take();
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].end_offset, 3);
  EXPECT_FALSE(frames[0].error.ok());
  Seen found;
  look_at(frames[0].records, found);
  EXPECT_THAT(found.records, ElementsAre("0=a", "2=c"));
  EXPECT_EQ(found.counted, 3);
}

}  // namespace
}  // namespace sluice::broker
