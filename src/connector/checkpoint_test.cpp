// SPDX-License-Identifier: Apache-2.0
#include "connector/checkpoint.hpp"

#include <atomic>

#include <gtest/gtest.h>

#include "connector/fakes.hpp"

namespace sluice::connector {
namespace {

using fakes::eventually;
using std::chrono::milliseconds;

const TimePoint start{std::chrono::hours(1)};

MarkedPosition mark(std::uint64_t number) {
  return {.mark = number, .position = {std::to_string(number)}};
}

TEST(CheckpointSchedule, WritesTheFirstAtOnce) {
  CheckpointSchedule schedule(milliseconds(100));
  EXPECT_EQ(schedule.due(start), std::nullopt);

  schedule.offer(mark(1));
  EXPECT_EQ(schedule.due(start), start);
}

TEST(CheckpointSchedule, WritesOnceAnInterval) {
  CheckpointSchedule schedule(milliseconds(100));
  schedule.offer(mark(1));
  (void)schedule.take(start);
  schedule.offer(mark(2));
  EXPECT_EQ(schedule.due(start + milliseconds(1)), start + milliseconds(100));
}

TEST(CheckpointSchedule, SkipsPositionsThatWereOvertaken) {
  CheckpointSchedule schedule(milliseconds(100));
  EXPECT_TRUE(schedule.offer(mark(1)));
  EXPECT_FALSE(schedule.offer(mark(2)));
  EXPECT_EQ(schedule.take(start).mark, 2U);
  EXPECT_EQ(schedule.due(start), std::nullopt);
}

TEST(CheckpointSchedule, HurryDoesNotWaitForTheInterval) {
  CheckpointSchedule schedule(milliseconds(100));
  schedule.offer(mark(1));
  (void)schedule.take(start);
  schedule.offer(mark(2));
  schedule.hurry();
  EXPECT_EQ(schedule.due(start + milliseconds(1)), start + milliseconds(1));
}

TEST(CheckpointSchedule, AFailedPositionComesBackAfterThePause) {
  CheckpointSchedule schedule(milliseconds(100));
  schedule.offer(mark(1));
  auto taken = schedule.take(start);
  schedule.put_back(std::move(taken), start + milliseconds(700));
  EXPECT_EQ(schedule.due(start), start + milliseconds(700));
  EXPECT_EQ(schedule.take(start + milliseconds(700)).mark, 1U);
}

TEST(CheckpointSchedule, AFailedPositionDoesNotReplaceANewerOne) {
  CheckpointSchedule schedule(milliseconds(100));
  schedule.offer(mark(1));
  auto taken = schedule.take(start);
  schedule.offer(mark(2));
  schedule.put_back(std::move(taken), start);
  EXPECT_EQ(schedule.take(start).mark, 2U);
}

struct Keeper {
  fakes::Store store;
  std::atomic<std::uint64_t> stored_mark{0};
  std::atomic<int> retries{0};
  std::atomic<int> failures{0};
  CheckpointKeeper keeper{
      store, milliseconds(1), BackoffLimits{.first = milliseconds(1), .most = milliseconds(2)},
      CheckpointKeeper::Events{.stored = [this](const MarkedPosition& p) { stored_mark = p.mark; },
                               .retrying = [this](const Error&) { ++retries; },
                               .failed = [this](const Error&) { ++failures; }}};
};

TEST(CheckpointKeeper, TellsOnlyAfterTheStoreHasIt) {
  Keeper test;
  test.store.hold();
  test.keeper.offer(mark(1));
  test.keeper.offer(mark(2));
  EXPECT_EQ(test.stored_mark, 0U);

  test.store.let_go();
  ASSERT_TRUE(eventually([&] { return test.stored_mark == 2U; }));
  EXPECT_EQ(test.store.stored(), Position{"2"});
}

TEST(CheckpointKeeper, TriesAgainAfterARetryableFailure) {
  Keeper test;
  test.store.fail_next({Errc::io, "disk", {}});
  test.store.fail_next({Errc::no_space, "disk", {}});
  test.keeper.offer(mark(1));
  ASSERT_TRUE(eventually([&] { return test.stored_mark == 1U; }));
  EXPECT_EQ(test.retries, 2);
  EXPECT_EQ(test.failures, 0);
}

TEST(CheckpointKeeper, ReportsAFailureForGood) {
  Keeper test;
  test.store.fail_next({Errc::permission_denied, "disk", {}});
  test.keeper.offer(mark(1));
  ASSERT_TRUE(eventually([&] { return test.failures == 1; }));
  EXPECT_EQ(test.stored_mark, 0U);
}

TEST(CheckpointKeeper, StopDoesNotWaitForAStoreThatHangs) {
  Keeper test;
  test.store.hold();
  test.keeper.offer(mark(1));
  test.keeper.stop();
  EXPECT_EQ(test.stored_mark, 0U);
}

}  // namespace
}  // namespace sluice::connector
