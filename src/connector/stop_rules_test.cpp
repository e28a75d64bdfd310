// SPDX-License-Identifier: Apache-2.0
#include "connector/stop_rules.hpp"

#include <gtest/gtest.h>

namespace sluice::connector {
namespace {

using std::chrono::milliseconds;
using Action = StopRules::Action;

const TimePoint start{std::chrono::hours(1)};

TEST(StopRules, TheFirstSignalDrainsUntilTheDeadline) {
  StopRules rules(milliseconds(10'000));
  EXPECT_EQ(rules.on_signal(start, false), Action::drain);
  EXPECT_EQ(rules.deadline(), start + milliseconds(10'000));
  EXPECT_EQ(rules.on_time(start + milliseconds(9'999)), Action::none);
  EXPECT_EQ(rules.on_time(start + milliseconds(10'000)), Action::give_up);
}

TEST(StopRules, TheSecondSignalLeavesAtOnce) {
  StopRules rules(milliseconds(10'000));
  (void)rules.on_signal(start, false);
  EXPECT_EQ(rules.on_signal(start + StopRules::same_wish, false), Action::leave);
}

// timeout(1) sends two.
TEST(StopRules, ASignalRightBehindTheFirstIsTheSameWish) {
  StopRules rules(milliseconds(10'000));
  (void)rules.on_signal(start, false);
  EXPECT_EQ(rules.on_signal(start + milliseconds(1), false), Action::none);
  EXPECT_EQ(rules.deadline(), start + milliseconds(10'000));
}

TEST(StopRules, GivesUpOnce) {
  StopRules rules(milliseconds(0));
  (void)rules.on_signal(start, false);
  EXPECT_EQ(rules.on_time(start), Action::give_up);
  EXPECT_EQ(rules.on_time(start), Action::none);
  EXPECT_EQ(rules.deadline(), std::nullopt);
}

TEST(StopRules, ASignalDuringTheStartWaitsLess) {
  StopRules rules(milliseconds(10'000));
  (void)rules.on_signal(start, true);
  EXPECT_EQ(rules.deadline(), start + milliseconds(1'000));
}

TEST(StopRules, AFailureStartsTheDeadlineAndASignalDoesNotMoveIt) {
  StopRules rules(milliseconds(10'000));
  rules.on_failure(start);
  EXPECT_EQ(rules.on_signal(start + milliseconds(5'000), false), Action::drain);
  EXPECT_EQ(rules.deadline(), start + milliseconds(10'000));
}

TEST(StopRules, WithoutASignalThereIsNoDeadline) {
  StopRules rules(milliseconds(1));
  EXPECT_EQ(rules.on_time(start + std::chrono::hours(24)), Action::none);
}

}  // namespace
}  // namespace sluice::connector
