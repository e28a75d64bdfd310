// SPDX-License-Identifier: Apache-2.0
#include "launch/restart_policy.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace sluice::launch {
namespace {

using namespace std::chrono_literals;

TEST(EndOfAProgram, IsFinishedConfigurationEnvironmentOrRuntime) {
  EXPECT_EQ(kind_of({.exit_code = 0}), EndKind::finished);
  EXPECT_EQ(kind_of({.exit_code = 2}), EndKind::configuration);
  EXPECT_EQ(kind_of({.exit_code = 3}), EndKind::environment);
  for (const int code : {1, 4, 126, 127, 255}) {
    EXPECT_EQ(kind_of({.exit_code = code}), EndKind::runtime) << code;
  }
  EXPECT_EQ(kind_of({.exit_code = 0, .signal = SIGSEGV}), EndKind::runtime);
}

TEST(EndOfAProgram, IsDescribed) {
  EXPECT_EQ(describe_end({.exit_code = 3}), "exit code 3 (environment)");
  EXPECT_EQ(describe_end({.signal = SIGKILL}), "signal 9 (Killed)");
  EXPECT_EQ((ChildEnd{.signal = SIGKILL}.code()), 137);
}

TEST(RestartPolicy, NeverRestartsWhatHasFinishedOrIsConfiguredWrong) {
  RestartPolicy policy({}, 1);
  EXPECT_FALSE(policy.ended({.exit_code = 0}, 1h).restarts);
  EXPECT_FALSE(policy.ended({.exit_code = 2}, 1h).restarts);
  EXPECT_EQ(policy.restarts(), 0U);
}

TEST(RestartPolicy, PausesDoubleUpToTheLimitWithinHalfOfTheirBound) {
  RestartPolicy policy({.first = 1s, .most = 8s}, 7);
  for (const auto bound : {1s, 2s, 4s, 8s, 8s, 8s}) {
    const auto next = policy.ended({.exit_code = 3}, 10ms);
    ASSERT_TRUE(next.restarts);
    EXPECT_GE(next.pause, bound / 2);
    EXPECT_LE(next.pause, bound);
  }
  EXPECT_EQ(policy.restarts(), 6U);
}

TEST(RestartPolicy, TwoSeedsDoNotComeBackAtTheSameMoment) {
  RestartPolicy one({.first = 1h, .most = 1h}, 1);
  RestartPolicy two({.first = 1h, .most = 1h}, 2);
  EXPECT_NE(one.ended({.exit_code = 1}, 0ms).pause, two.ended({.exit_code = 1}, 0ms).pause);
}

TEST(RestartPolicy, AStableRunMakesThePauseShortAndKeepsTheCount) {
  RestartPolicy policy({.first = 1s, .most = 60s, .stable = 30s}, 3);
  for (int i = 0; i < 5; ++i) static_cast<void>(policy.ended({.exit_code = 1}, 29s));
  const auto next = policy.ended({.exit_code = 1}, 30s);
  EXPECT_LE(next.pause, 1s);
  EXPECT_EQ(policy.restarts(), 6U);
}

TEST(RestartPolicy, GivesUpAfterTheMostRestartsInARow) {
  RestartPolicy policy({.stable = 30s, .restarts_max = 2}, 3);
  EXPECT_TRUE(policy.ended({.exit_code = 1}, 1s).restarts);
  EXPECT_TRUE(policy.ended({.exit_code = 1}, 1s).restarts);
  EXPECT_TRUE(policy.ended({.exit_code = 1}, 30s).restarts) << "a stable run starts the row anew";
  EXPECT_TRUE(policy.ended({.exit_code = 1}, 1s).restarts);
  EXPECT_FALSE(policy.ended({.exit_code = 1}, 1s).restarts);
  EXPECT_EQ(policy.restarts(), 4U);
}

TEST(RestartPolicy, NoRestartsAreAllowedWithAMostOfZero) {
  RestartPolicy policy({.restarts_max = 0}, 3);
  EXPECT_FALSE(policy.ended({.exit_code = 1}, 1s).restarts);
}

}  // namespace
}  // namespace sluice::launch
