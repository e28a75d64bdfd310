// SPDX-License-Identifier: Apache-2.0
#include "broker/lookback.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/test_support.hpp"

namespace sluice::broker {
namespace {

using namespace test;
using testing::ElementsAre;

class LookbackTest : public testing::Test {
 protected:
  LookbackTest() {
    options_.now = [] {
      return std::chrono::system_clock::time_point(std::chrono::seconds(1'000));
    };
  }
  void open() { log_ = open_log(dir_.path() / "t-0", options_); }
  // One batch; its records are a second apart, the first at `seconds`.
  void append_at(std::int64_t seconds, const std::vector<std::string>& values,
                 Compression codec = Compression::none) {
    wire::BatchBuilder builder;
    for (const auto& value : values) builder.add({}, as_bytes(value), 1'000 * seconds++);
    auto bytes = *builder.finish(codec);
    Append append{.batches = {{bytes, static_cast<std::int32_t>(values.size()) - 1}}};
    std::array appends{&append};
    log_->append(appends);
    ASSERT_TRUE(log_->commit());
  }
  // `offset@seconds=value` of each.
  std::vector<std::string> look(const wire::Lookback& wanted) {
    const auto found = read_lookback(*log_, wanted, 1U << 20);
    if (!found) return {"error: " + found.error().message()};
    std::vector<std::string> out;
    wire::RecordCursor cursor(found->bytes, found->count);
    while (const auto record = cursor.next()) {
      out.push_back(std::to_string(record->offset_delta) + "@" +
                    std::to_string(record->timestamp_delta / 1'000) + "=" +
                    std::string(as_text(record->value)));
    }
    return out;
  }

  TemporaryDirectory dir_;
  LogOptions options_;
  std::unique_ptr<PartitionLog> log_;
};

TEST_F(LookbackTest, TheLastRecordsWithTheirOffsetsAndTimes) {
  open();
  append_at(10, {"a", "b", "c"});
  append_at(20, {"d", "e"}, Compression::gzip);
  EXPECT_THAT(look({.last = 1}), ElementsAre("4@21=e"));
  EXPECT_THAT(look({.last = 3}), ElementsAre("2@12=c", "3@20=d", "4@21=e"));
  EXPECT_EQ(look({.last = 1'000}).size(), 5U);
  EXPECT_EQ(look({.last = UINT64_MAX}).size(), 5U);
  EXPECT_TRUE(look({.last = 0}).empty());
}

TEST_F(LookbackTest, OfAnEmptyLogNothing) {
  open();
  EXPECT_TRUE(look({.last = 5}).empty());
  EXPECT_TRUE(look({.age = std::chrono::hours(1)}).empty());
}

TEST_F(LookbackTest, YoungRecordsOnlyTheLimitIncluded) {
  open();
  append_at(100, {"old"});
  append_at(898, {"a", "b", "c", "d"});
  append_at(990, {"e"});
  const wire::Lookback young{.age = std::chrono::seconds(100)};  // from second 900 on
  EXPECT_THAT(look(young), ElementsAre("3@900=c", "4@901=d", "5@990=e"));
  const wire::Lookback few{.last = 2, .age = std::chrono::seconds(100)};
  EXPECT_THAT(look(few), ElementsAre("4@901=d", "5@990=e"));
  const wire::Lookback many{.last = 100, .age = std::chrono::seconds(100)};
  EXPECT_EQ(look(many).size(), 3U);
}

TEST_F(LookbackTest, CommittedRecordsOnly) {
  open();
  append_at(10, {"a"});
  ASSERT_TRUE(append_uncommitted(*log_, {"b"}));
  EXPECT_THAT(look({.last = 5}), ElementsAre("0@10=a"));
  EXPECT_THAT(look({.age = std::chrono::hours(1)}), ElementsAre("0@10=a"));
}

TEST_F(LookbackTest, GoesOverSegmentsAndStartsWhereTheLogDoes) {
  options_.segment_bytes_max = 200;
  open();
  for (int i = 0; i < 10; ++i) append_at(900 + i, {"r" + std::to_string(i)});
  log_->drop_before(5);
  const auto start = log_->offsets().start;
  ASSERT_GT(start, 0);
  EXPECT_EQ(look({.last = 100}).size(), static_cast<std::size_t>(10 - start));
  EXPECT_EQ(look({.age = std::chrono::hours(1)}).size(), static_cast<std::size_t>(10 - start));
}

TEST_F(LookbackTest, MoreThanAModuleCanTakeIsAnError) {
  open();
  append_at(10, {std::string(1'000, 'x')});
  const auto found = read_lookback(*log_, {.last = 1}, 500);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, Errc::too_large);
}

}  // namespace
}  // namespace sluice::broker
