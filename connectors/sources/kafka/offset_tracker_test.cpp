// SPDX-License-Identifier: Apache-2.0
#include "offset_tracker.hpp"

#include <gtest/gtest.h>

#include "start.hpp"

namespace sluice::kafka {
namespace {

using Commits = std::vector<CommitOffset>;

TEST(OffsetTracker, CommitsBehindWhatTheTopicHasAndNoFurther) {
  OffsetTracker tracker;
  tracker.open("t", 0);
  const auto slot = *tracker.find("t", 0);
  const auto first = tracker.sent(slot, 11);
  const auto second = tracker.sent(slot, 12);
  EXPECT_EQ(tracker.take_commits(), Commits{});
  tracker.acknowledged(first);
  EXPECT_EQ(tracker.take_commits(), (Commits{{"t", 0, 11}}));
  EXPECT_EQ(tracker.take_commits(), Commits{});
  EXPECT_EQ(tracker.under_way("t", 0), 1);
  tracker.acknowledged(second);
  EXPECT_EQ(tracker.take_commits(), (Commits{{"t", 0, 12}}));
}

TEST(OffsetTracker, CountsASkippedRecordWithTheOneBefore) {
  OffsetTracker tracker;
  tracker.open("t", 0);
  const auto slot = *tracker.find("t", 0);
  tracker.skipped(slot, 1);
  EXPECT_EQ(tracker.take_commits(), (Commits{{"t", 0, 1}}));
  const auto sent = tracker.sent(slot, 2);
  tracker.skipped(slot, 3);
  EXPECT_EQ(tracker.take_commits(), Commits{});
  tracker.acknowledged(sent);
  EXPECT_EQ(tracker.take_commits(), (Commits{{"t", 0, 3}}));
}

// A rebalance gives a partition away and back: what was read for the first time must not move
// the offset of the second.
TEST(OffsetTracker, NeverCountsWhatWasUnderWayBeforeAPartitionWentAway) {
  OffsetTracker tracker;
  tracker.open("t", 0);
  const auto old = tracker.sent(*tracker.find("t", 0), 100);
  tracker.close("t", 0);
  EXPECT_FALSE(tracker.find("t", 0));
  tracker.open("t", 0);
  const auto fresh = tracker.sent(*tracker.find("t", 0), 51);
  tracker.acknowledged(old);
  EXPECT_EQ(tracker.take_commits(), Commits{});
  tracker.acknowledged(fresh);
  EXPECT_EQ(tracker.take_commits(), (Commits{{"t", 0, 51}}));
}

TEST(OffsetTracker, CommitsAgainWhatFailed) {
  OffsetTracker tracker;
  tracker.open("t", 3);
  tracker.acknowledged(tracker.sent(*tracker.find("t", 3), 5));
  EXPECT_EQ(tracker.take_commits().size(), 1);
  tracker.commit_failed("t", 3);
  tracker.commit_failed("other", 3);
  EXPECT_EQ(tracker.take_commits(), (Commits{{"t", 3, 5}}));
}

TEST(OffsetTracker, LeavesOutClosedPartitions) {
  OffsetTracker tracker;
  tracker.open("a", 0);
  tracker.open("b", 0);
  const auto a = tracker.sent(*tracker.find("a", 0), 1);
  const auto b = tracker.sent(*tracker.find("b", 0), 1);
  EXPECT_LT(a, b);
  tracker.close("a", 0);
  tracker.acknowledged(b);
  EXPECT_EQ(tracker.take_commits(), (Commits{{"b", 0, 1}}));
  tracker.close_all();
  EXPECT_EQ(tracker.take_commits(), Commits{});
}

TEST(Start, ReadsPlacesAndTimes) {
  using std::chrono::milliseconds;
  EXPECT_TRUE(std::holds_alternative<Earliest>(*parse_start("earliest")));
  EXPECT_TRUE(std::holds_alternative<Latest>(*parse_start("latest")));
  EXPECT_EQ(std::get<milliseconds>(*parse_start("1700000000123")).count(), 1'700'000'000'123);
  EXPECT_EQ(std::get<milliseconds>(*parse_start("2023-11-14T22:13:20Z")).count(),
            1'700'000'000'000);
  EXPECT_EQ(std::get<milliseconds>(*parse_start("2023-11-14T23:13:20.123456+01:00")).count(),
            1'700'000'000'123);
  for (const auto* const text :
       {"", "now", "-1", "2023-11-14", "2023-02-30T00:00:00Z", "2023-11-14T24:00:00Z",
        "2023-11-14T22:13:20", "2023-11-14T22:13:20.Z", "2023-11-14T22:13:20Zx"}) {
    EXPECT_FALSE(parse_start(text)) << text;
  }
}

}  // namespace
}  // namespace sluice::kafka
