// SPDX-License-Identifier: Apache-2.0
#include "connector/commit_tracker.hpp"

#include <gtest/gtest.h>

namespace sluice::connector {
namespace {

constexpr PartitionId p0{0};
constexpr PartitionId p1{1};

TEST(CommitTracker, WhatWasWrittenIsCommittedOffsetByOffset) {
  CommitTracker tracker;
  EXPECT_EQ(tracker.read(p0, Offset{9}, 2), std::nullopt);
  EXPECT_EQ(tracker.written(p0, 1, Offset{4}), Offset{4});
  EXPECT_EQ(tracker.written(p0, 1, Offset{7}), Offset{9}) << "what was left out behind it, too";
}

TEST(CommitTracker, WhatIsLeftOutAloneIsCommittedAtOnce) {
  CommitTracker tracker;
  EXPECT_EQ(tracker.read(p0, Offset{5}, 0), Offset{5});
}

TEST(CommitTracker, WhatIsLeftOutWaitsForWhatIsBeforeIt) {
  CommitTracker tracker;
  (void)tracker.read(p0, Offset{3}, 1);
  EXPECT_EQ(tracker.read(p0, Offset{5}, 0), std::nullopt);
  EXPECT_EQ(tracker.written(p0, 1, Offset{3}), Offset{5});
}

TEST(CommitTracker, HalfAnOffsetIsNothing) {
  CommitTracker tracker;
  (void)tracker.read(p0, Offset{0}, 3);
  EXPECT_EQ(tracker.written(p0, 2, std::nullopt), std::nullopt);
  EXPECT_EQ(tracker.written(p0, 1, Offset{0}), Offset{0});
}

TEST(CommitTracker, PartitionsDoNotWaitForEachOther) {
  CommitTracker tracker;
  (void)tracker.read(p0, Offset{0}, 1);
  EXPECT_EQ(tracker.read(p1, Offset{8}, 0), Offset{8});
}

}  // namespace
}  // namespace sluice::connector
