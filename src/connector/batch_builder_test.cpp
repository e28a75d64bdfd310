// SPDX-License-Identifier: Apache-2.0
#include "connector/batch_builder.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/fakes.hpp"

namespace sluice::connector {
namespace {

using fakes::make_records;
using std::chrono::milliseconds;
using testing::ElementsAre;

const TimePoint start{std::chrono::hours(1)};

std::vector<std::string> values(const BatchBuilder& builder) {
  std::vector<std::string> out;
  for (const auto& record : builder.batch()) out.emplace_back(record.value);
  return out;
}

TEST(BatchBuilder, KeepsTheOrderAndThePlace) {
  BatchBuilder builder({});
  builder.add(make_records(2, 5, {"a", "b"}), start);
  builder.add(make_records(3, 9, {"c"}), start);
  EXPECT_THAT(values(builder), ElementsAre("a", "b", "c"));
  EXPECT_EQ(builder.batch()[1].partition, PartitionId{2});
  EXPECT_EQ(builder.batch()[1].offset, Offset{6});
  EXPECT_FALSE(builder.full());
}

TEST(BatchBuilder, CutsByCountAndGoesOnWithTheRest) {
  BatchBuilder builder({.count = 2});
  builder.add(make_records(0, 0, {"a", "b", "c"}), start);
  EXPECT_TRUE(builder.full());
  EXPECT_THAT(values(builder), ElementsAre("a", "b"));

  builder.clear(start);
  EXPECT_THAT(values(builder), ElementsAre("c"));
  EXPECT_FALSE(builder.full());
  builder.clear(start);
  EXPECT_TRUE(builder.empty());
}

TEST(BatchBuilder, CutsByBytes) {
  BatchBuilder builder({.bytes = 5});
  builder.add(make_records(0, 0, {"aaa", "bb", "c"}), start);
  EXPECT_THAT(values(builder), ElementsAre("aaa", "bb"));
  EXPECT_TRUE(builder.full());
}

TEST(BatchBuilder, ARecordOverTheLimitGoesAlone) {
  BatchBuilder builder({.bytes = 3});
  builder.add(make_records(0, 0, {"a", "larger", "b"}), start);
  EXPECT_THAT(values(builder), ElementsAre("a"));
  builder.clear(start);
  EXPECT_THAT(values(builder), ElementsAre("larger"));
  builder.clear(start);
  EXPECT_THAT(values(builder), ElementsAre("b"));
}

TEST(BatchBuilder, EmptyRecordsAreCountedToo) {
  BatchBuilder builder({.count = 2});
  builder.add(make_records(0, 0, {"", "", ""}), start);
  EXPECT_TRUE(builder.full());
  EXPECT_EQ(builder.batch().size(), 2U);
}

TEST(BatchBuilder, TheAgeCountsFromTheFirstRecord) {
  BatchBuilder builder({.age = milliseconds(100)});
  builder.add(make_records(0, 0, {"a"}), start);
  builder.add(make_records(0, 1, {"b"}), start + milliseconds(60));
  EXPECT_EQ(builder.time_left(start + milliseconds(60)), milliseconds(40));
  EXPECT_EQ(builder.time_left(start + milliseconds(500)), milliseconds(0));
}

TEST(BatchBuilder, ViewsOutliveTheRecordsThatWereGiven) {
  BatchBuilder builder({});
  {
    const auto records = make_records(0, 0, {std::string(1'000, 'x')});
    builder.add(records, start);
  }
  EXPECT_EQ(builder.batch()[0].value, std::string(1'000, 'x'));
}

// Values with their offsets, as a SmartModule may leave them.
Records transformed(std::vector<std::pair<std::int64_t, std::string>> made) {
  auto memory = std::make_shared<const std::vector<std::pair<std::int64_t, std::string>>>(made);
  std::vector<ConsumedRecord> records;
  for (const auto& [offset, value] : *memory) {
    records.push_back({.offset = Offset{offset}, .value = value});
  }
  return {PartitionId{0}, std::move(records), memory};
}

TEST(BatchBuilder, RecordsOfOneOffsetAreNeverInTwoBatches) {
  BatchBuilder builder({.count = 3});
  builder.add(transformed({{1, "a"}, {2, "b1"}, {2, "b2"}, {2, "b3"}, {3, "c"}}), start);
  EXPECT_TRUE(builder.full());
  EXPECT_THAT(values(builder), ElementsAre("a"));
  builder.clear(start);
  EXPECT_THAT(values(builder), ElementsAre("b1", "b2", "b3"));
  EXPECT_EQ(builder.batch()[2].index, 2U);
  builder.clear(start);
  EXPECT_THAT(values(builder), ElementsAre("c"));
  EXPECT_EQ(builder.batch()[0].index, 0U);
}

TEST(BatchBuilder, AnOffsetThatIsLargerThanABatchGoesAlone) {
  BatchBuilder builder({.count = 2, .bytes = 3});
  builder.add(transformed({{1, "aa"}, {2, "bb"}, {2, "bb"}, {2, "bb"}, {3, "c"}}), start);
  EXPECT_THAT(values(builder), ElementsAre("aa"));
  builder.clear(start);
  EXPECT_THAT(values(builder), ElementsAre("bb", "bb", "bb"));
  EXPECT_TRUE(builder.full());
  builder.clear(start);
  EXPECT_THAT(values(builder), ElementsAre("c"));
}

}  // namespace
}  // namespace sluice::connector
