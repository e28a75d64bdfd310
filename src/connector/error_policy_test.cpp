// SPDX-License-Identifier: Apache-2.0
#include "connector/error_policy.hpp"

#include <gtest/gtest.h>

#include "connector/fakes.hpp"
#include "connector/rate_limiter.hpp"

namespace sluice::connector {
namespace {

using std::chrono::milliseconds;

TEST(ErrorClasses, EveryRetryableCodeIsAnOutageAndNoOther) {
  for (std::size_t i = 0; i <= static_cast<std::size_t>(Errc::internal); ++i) {
    const auto code = static_cast<Errc>(i);
    EXPECT_EQ(class_of(code) == ErrorClass::unavailable, describe(code).retryable)
        << describe(code).name;
  }
}

TEST(Verdict, EachClassHasItsPolicy) {
  ErrorOptions options;
  options.on_malformed = ErrorPolicy::skip;
  options.on_rejected = ErrorPolicy::dead_letter;
  options.on_too_large = ErrorPolicy::retry;
  options.on_unavailable = ErrorPolicy::stop;
  EXPECT_EQ(verdict(options, Errc::malformed, 1), ErrorPolicy::skip);
  EXPECT_EQ(verdict(options, Errc::truncated, 1), ErrorPolicy::skip);
  EXPECT_EQ(verdict(options, Errc::outside_rejected, 1), ErrorPolicy::dead_letter);
  EXPECT_EQ(verdict(options, Errc::record_too_large, 1'000'000), ErrorPolicy::retry);
  EXPECT_EQ(verdict(options, Errc::too_large, 1), ErrorPolicy::retry);
  EXPECT_EQ(verdict(options, Errc::timed_out, 1), ErrorPolicy::stop);
  EXPECT_EQ(verdict(options, Errc::permission_denied, 1), ErrorPolicy::stop);
}

TEST(Verdict, ByDefaultAnOutageIsWaitedForAndAllElseStops) {
  EXPECT_EQ(verdict({}, Errc::connection_lost, 1'000'000), ErrorPolicy::retry);
  for (const auto code : {Errc::malformed, Errc::outside_rejected, Errc::record_too_large}) {
    EXPECT_EQ(verdict({}, code, 1), ErrorPolicy::stop);
  }
}

TEST(Verdict, TheLimitCountsAttempts) {
  ErrorOptions options;
  options.retry_limit = 3;
  options.on_exhausted = FaultPolicy::skip;
  EXPECT_EQ(verdict(options, Errc::timed_out, 2), ErrorPolicy::retry);
  EXPECT_EQ(verdict(options, Errc::timed_out, 3), ErrorPolicy::skip);
  options.on_unavailable = ErrorPolicy::dead_letter;
  EXPECT_EQ(verdict(options, Errc::timed_out, 2), ErrorPolicy::retry);
  EXPECT_EQ(verdict(options, Errc::timed_out, 3), ErrorPolicy::dead_letter);
}

TEST(CircuitBreaker, BreaksWhenMoreThanTheLimitOfTheLastOnesAreBad) {
  CircuitBreaker breaker(2, 5);
  EXPECT_TRUE(breaker.bad(1));
  breaker.good(1);
  EXPECT_TRUE(breaker.bad(1));
  EXPECT_FALSE(breaker.bad(1)) << "the third of four";
  breaker.good(2);
  EXPECT_TRUE(breaker.bad(1)) << "the first is five records away";
  EXPECT_FALSE(breaker.bad(1)) << "with it the last five have three";
}

TEST(CircuitBreaker, ManyAtOnceCountEach) {
  CircuitBreaker breaker(10, 100);
  EXPECT_FALSE(breaker.bad(11));
  EXPECT_TRUE(breaker.bad(10));
  EXPECT_FALSE(breaker.bad(1));
  breaker.good(100);
  EXPECT_TRUE(breaker.bad(10));
}

TEST(CircuitBreaker, WithoutALimitThereIsNone) {
  CircuitBreaker breaker(0, 1);
  EXPECT_TRUE(breaker.bad(1'000'000));
}

struct RateTest : testing::Test {
  fakes::ManualClock clock;
  // How many pass in a time when each takes what it may at once.
  std::uint64_t pass(RateLimiter& limiter, milliseconds time, std::uint64_t bytes_each) {
    std::uint64_t passed = 0;
    const auto until = clock.now() + time;
    while (clock.now() < until) {
      const auto wait = limiter.wait(clock.now());
      clock.advance(wait);
      if (wait.count() > 0) continue;
      const auto count = std::min(limiter.record_room(), limiter.byte_room() / bytes_each);
      const auto taken = std::max<std::uint64_t>(count, 1);
      limiter.take(taken, taken * bytes_each);
      passed += taken;
    }
    return passed;
  }
};

TEST_F(RateTest, WithoutLimitsNothingWaits) {
  RateLimiter limiter({});
  limiter.take(1'000'000'000, 1'000'000'000'000);
  EXPECT_EQ(limiter.wait(clock.now()).count(), 0);
}

TEST_F(RateTest, RecordsHoldTheirRateBeyondTheFirstSecond) {
  RateLimiter limiter({.records = 100});
  const auto passed = pass(limiter, std::chrono::seconds(10), 1);
  EXPECT_GE(passed, 1'000U);
  EXPECT_LE(passed, 1'101U) << "a second's worth at once, then the rate";
}

TEST_F(RateTest, BytesHoldTheirRate) {
  RateLimiter limiter({.bytes = 1'000});
  const auto passed = pass(limiter, std::chrono::seconds(10), 100);
  EXPECT_GE(passed, 99U);
  EXPECT_LE(passed, 112U);
}

TEST_F(RateTest, ARecordLargerThanTheBucketPassesAndIsPaidForAfterwards) {
  RateLimiter limiter({.bytes = 1'000});
  ASSERT_EQ(limiter.wait(clock.now()).count(), 0);
  limiter.take(1, 5'000);
  const auto wait = limiter.wait(clock.now());
  EXPECT_GE(wait, milliseconds(4'000));
  EXPECT_LE(wait, milliseconds(4'002));
  clock.advance(wait);
  EXPECT_EQ(limiter.wait(clock.now()).count(), 0);
}

TEST_F(RateTest, AStillTimeIsNotSavedUp) {
  RateLimiter limiter({.records = 10});
  static_cast<void>(limiter.wait(clock.now()));
  clock.advance(std::chrono::hours(1));
  EXPECT_EQ(limiter.wait(clock.now()).count(), 0);
  EXPECT_EQ(limiter.record_room(), 10U);
}

}  // namespace
}  // namespace sluice::connector
