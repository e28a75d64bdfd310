// SPDX-License-Identifier: Apache-2.0
#include "broker/worker_pool.hpp"

#include <atomic>
#include <future>

#include <gtest/gtest.h>

#include "broker/test_support.hpp"

namespace sluice::broker {
namespace {

using namespace test;

TEST(WorkerPoolTest, ATaskThatTakesLongHoldsUpNoOther) {
  WorkerPool pool(3);
  std::promise<void> release;
  const auto released = release.get_future().share();
  for (int i = 0; i < 2; ++i) pool.run([released] { released.wait(); });
  std::promise<void> ran;
  pool.run([&] { ran.set_value(); });
  EXPECT_EQ(ran.get_future().wait_for(patience), std::future_status::ready);
  release.set_value();
}

TEST(WorkerPoolTest, HasNoMoreThreadsThanItMay) {
  WorkerPool pool(2);
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  for (int i = 0; i < 50; ++i) {
    pool.run([&] {
      most = std::max(most.load(), ++running);
      std::this_thread::yield();
      --running;
      ++done;
    });
  }
  EXPECT_TRUE(eventually([&] { return done == 50; }));
  EXPECT_LE(most, 2);
}

TEST(WorkerPoolTest, AStopDropsWhatWaitsAndHurriesWhatRuns) {
  WorkerPool pool(1);
  std::promise<void> running;
  std::atomic<bool> hurried{false};
  std::atomic<bool> ran{false};
  pool.run([&] {
    running.set_value();
    EXPECT_TRUE(eventually([&] { return hurried.load(); }));
  });
  pool.run([&] { ran = true; });
  running.get_future().wait();
  pool.stop([&] { hurried = true; });
  pool.run([&] { ran = true; });
  EXPECT_TRUE(hurried);
  EXPECT_FALSE(ran);
}

TEST(TaskLaneTest, RunsOneTaskAfterTheOtherInOrder) {
  WorkerPool pool(4);
  const auto lane = std::make_shared<TaskLane>(pool);
  EXPECT_TRUE(lane->idle());
  std::vector<int> order;  // guarded by the lane
  std::promise<void> last;
  for (int i = 0; i < 200; ++i) {
    lane->push([&, i] {
      order.push_back(i);
      if (i == 199) last.set_value();
    });
  }
  last.get_future().wait();
  ASSERT_EQ(order.size(), 200U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_TRUE(eventually([&] { return lane->idle(); }));
}

}  // namespace
}  // namespace sluice::broker
