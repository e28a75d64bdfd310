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

}  // namespace
}  // namespace sluice::connector
