// SPDX-License-Identifier: Apache-2.0
#include "cli/consume_end.hpp"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

constexpr ConsumeEnd::Verdict print{.print = true, .end = false};
constexpr ConsumeEnd::Verdict print_and_end{.print = true, .end = true};
constexpr ConsumeEnd::Verdict skip{.print = false, .end = false};
constexpr ConsumeEnd::Verdict skip_and_end{.print = false, .end = true};

TEST(ConsumeEnd, WithoutALimitItNeverEnds) {
  ConsumeEnd end({}, {}, {});
  for (std::int64_t i = 0; i < 100; ++i) EXPECT_EQ(end.next({0}, {i}), print);
}

TEST(ConsumeEnd, CountsOverAllPartitions) {
  ConsumeEnd end(3, {}, {});
  EXPECT_EQ(end.next({0}, {0}), print);
  EXPECT_EQ(end.next({1}, {0}), print);
  EXPECT_EQ(end.next({0}, {1}), print_and_end);
}

TEST(ConsumeEnd, EveryPartitionReadsTheLastOffsetAndNoneMore) {
  ConsumeEnd end({}, Offset{1}, {{0}, {1}});
  EXPECT_EQ(end.next({0}, {0}), print);
  EXPECT_EQ(end.next({0}, {1}), print);
  EXPECT_EQ(end.next({0}, {2}), skip);
  EXPECT_EQ(end.next({1}, {0}), print);
  EXPECT_EQ(end.next({1}, {1}), print_and_end);
}

TEST(ConsumeEnd, APartitionThatStartsBehindTheLastOffsetHasReachedIt) {
  ConsumeEnd end({}, Offset{1}, {{0}, {1}});
  EXPECT_EQ(end.next({0}, {5}), skip);
  EXPECT_EQ(end.next({1}, {7}), skip_and_end);
}

}  // namespace
}  // namespace sluice::cli
