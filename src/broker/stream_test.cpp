// SPDX-License-Identifier: Apache-2.0
#include "broker/stream.hpp"

#include <gtest/gtest.h>

#include "broker/test_support.hpp"

namespace sluice::broker {
namespace {

using namespace test;

class StreamTest : public testing::Test {
 protected:
  StreamTest()
      : partition_(std::make_shared<Partition>("t", 3, wire::TopicCompression::any,
                                               open_log(dir_.path() / "t-3"))) {}

  RawStream open(std::int64_t offset, std::int32_t bytes_max, const StreamLimits& limits = {}) {
    wire::StreamFetchRequest request;
    request.fetch_offset = offset;
    request.max_bytes = bytes_max;
    return RawStream(7, partition_, request, limits);
  }
  void fill(int count) {
    for (int i = 0; i < count; ++i) ASSERT_TRUE(append(partition_->log(), {"r"}));
  }

  TemporaryDirectory dir_;
  std::shared_ptr<Partition> partition_;
};

TEST_F(StreamTest, SendsNothingBeforeThereIsData) {
  auto stream = open(0, 100);
  EXPECT_FALSE(stream.next_frame());
  fill(1);
  const auto frame = stream.next_frame();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->response.stream_id, 7U);
  EXPECT_EQ(frame->response.partition, 3U);
  EXPECT_EQ(frame->response.high_watermark, 1);
  EXPECT_FALSE(stream.next_frame());
}

TEST_F(StreamTest, StopsAtItsWindowUntilTheClientReports) {
  fill(10);
  auto stream = open(0, 1, {.window_bytes = 1 << 20, .window_frames = 3});
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(stream.next_frame());
  EXPECT_FALSE(stream.next_frame());
  stream.report(1);
  EXPECT_EQ(stream.next_frame()->slice.begin.offset, 3);
  EXPECT_FALSE(stream.next_frame());
  stream.report(4);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(stream.next_frame());
}

TEST_F(StreamTest, CountsBytesInItsWindow) {
  fill(10);
  const auto batch = static_cast<std::uint32_t>(batch_of({"r"}).size());
  auto stream = open(0, 1, {.window_bytes = 2 * batch, .window_frames = 100});
  ASSERT_TRUE(stream.next_frame());
  ASSERT_TRUE(stream.next_frame());
  EXPECT_FALSE(stream.next_frame());
}

TEST_F(StreamTest, GoesBackWhenTheClientDidNotTakeAll) {
  ASSERT_TRUE(append(partition_->log(), {"a", "b", "c"}));
  fill(3);
  auto stream = open(0, 1);
  ASSERT_TRUE(stream.next_frame());
  ASSERT_TRUE(stream.next_frame());
  stream.report(2);  // inside the first batch
  EXPECT_EQ(stream.next_frame()->slice.begin.offset, 0);
}

TEST_F(StreamTest, AReportBehindTheEndDoesNotSkipRecords) {
  fill(2);
  auto stream = open(0, 1);
  ASSERT_TRUE(stream.next_frame());
  stream.report(100);
  EXPECT_EQ(stream.next_frame()->slice.begin.offset, 1);
}

TEST_F(StreamTest, EndsWithOneErrorFrameForAnOffsetBehindTheEnd) {
  fill(1);
  auto stream = open(10, 100);
  const auto frame = stream.next_frame();
  ASSERT_TRUE(frame && frame->last);
  EXPECT_EQ(
      frame->response.error_code,
      wire::ErrorCode(wire::Code::other, {std::string("start offset: 10 is greater than leo: 1")}));
  EXPECT_FALSE(stream.next_frame());
}

TEST_F(StreamTest, NamesTheNextOffsetWhenTheFirstWasEvicted) {
  fill(1);
  auto stream = open(-1, 100);
  const auto frame = stream.next_frame();
  EXPECT_EQ(frame->response.error_code,
            wire::ErrorCode(wire::Code::offset_evicted, {std::int64_t{-1}, std::int64_t{0}}));
}

TEST_F(StreamTest, EndsWhenTheTopicIsDeleted) {
  auto stream = open(0, 100);
  partition_->mark_deleted();
  const auto frame = stream.next_frame();
  ASSERT_TRUE(frame && frame->last);
  EXPECT_EQ(frame->response.error_code.code, wire::Code::topic_deleted);
}

TEST_F(StreamTest, TheHeadCountsTheBytesOfTheSlice) {
  fill(4);
  auto stream = open(0, 1 << 20);
  const auto frame = stream.next_frame();
  auto bytes = encode_stream_head(42, *frame, wire::data_version);
  const auto records = bytes_of(frame->slice);
  bytes.insert(bytes.end(), records.begin(), records.end());

  wire::WireReader reader(bytes);
  EXPECT_EQ(reader.big_endian<std::uint32_t>(), bytes.size() - 4);
  EXPECT_EQ(reader.big_endian<std::int32_t>(), 42);
  wire::StreamFetchResponse response;
  wire::get(reader, response, wire::data_version);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(values_of(response.records.bytes).size(), 4U);
}

}  // namespace
}  // namespace sluice::broker
