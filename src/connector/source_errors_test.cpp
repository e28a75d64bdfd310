// SPDX-License-Identifier: Apache-2.0
// What becomes of a source's records that cannot be sent, and of a source that fails.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "connector/running_source.hpp"

namespace sluice::connector {
namespace {

using fakes::Running;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

using Body = std::function<void(SourceContext&)>;

// Sends the values but those that begin with `poison`.
Body sends(std::vector<std::string> values) {
  return [values = std::move(values)](SourceContext& stream) {
    for (const auto& value : values) {
      if (value.starts_with("poison")) {
        stream.refuse({.key = "k", .value = value}, {Errc::malformed, "not JSON", {}},
                      Position{value});
      } else {
        stream.send({.value = value}, Position{value});
      }
    }
  };
}

struct Failing {
  Failing(Body body, ErrorOptions options, SourceSettings settings = fakes::quick)
      : running(std::move(body), PositionKeeper::kit, true, settings) {
    running.before_run = [this, options](SourceSession& session) {
      session.handle_errors(ErrorHandling(options, &letters));
    };
  }
  bool run() {
    running.start();
    return running.ends();
  }
  [[nodiscard]] StatsSnapshot stats() const { return running.stats.snapshot(); }

  fakes::Letters letters;
  Running running;
};

TEST(SourceErrors, StopIsTheDefaultWithAllBeforeItDone) {
  Failing test(sends({"a", "poison", "b"}), {});
  ASSERT_TRUE(test.run());
  ASSERT_TRUE(test.running.failed);
  EXPECT_EQ(test.running.failed->code, Errc::malformed);
  EXPECT_THAT(test.running.writer.values(), ElementsAre("a"));
  EXPECT_EQ(test.running.store.stored(), Position{"a"});
}

TEST(SourceErrors, SkipCountsAndItsPositionIsPassed) {
  Failing test(sends({"a", "poison", "b", "poison 2"}), {.on_malformed = ErrorPolicy::skip});
  ASSERT_TRUE(test.run());
  EXPECT_FALSE(test.running.failed);
  EXPECT_THAT(test.running.writer.values(), ElementsAre("a", "b"));
  EXPECT_EQ(test.stats().filtered.at("malformed"), 2U);
  EXPECT_EQ(test.stats().records_read, 4U);
  EXPECT_EQ(test.stats().in_flight(), 0U);
  EXPECT_EQ(test.running.store.stored(), Position{"poison 2"});
}

TEST(SourceErrors, ADeadLetterHasTheBytesThePositionAndTheReason) {
  Failing test(sends({"poison"}), {.on_malformed = ErrorPolicy::dead_letter});
  ASSERT_TRUE(test.run());
  EXPECT_FALSE(test.running.failed);
  ASSERT_EQ(test.letters.written.size(), 1U);
  const auto& letter = test.letters.written.front();
  EXPECT_EQ(letter.value, "poison");
  EXPECT_EQ(letter.key, "k");
  EXPECT_EQ(letter.position, Position{"poison"});
  EXPECT_EQ(letter.error.code, Errc::malformed);
  EXPECT_EQ(letter.attempts, 1U);
  EXPECT_EQ(test.stats().records_dead_lettered, 1U);
}

TEST(SourceErrors, RetryReadsItAgainUpToTheLimit) {
  ErrorOptions options;
  options.on_malformed = ErrorPolicy::retry;
  options.retry_limit = 3;
  options.on_exhausted = FaultPolicy::dead_letter;
  int runs = 0;
  Failing test(
      [&](SourceContext& stream) {
        ++runs;
        if (stream.resume_from() != Position{"a"}) sends({"a"})(stream);
        sends({"poison", "b"})(stream);
      },
      options);
  ASSERT_TRUE(test.run());
  EXPECT_FALSE(test.running.failed);
  EXPECT_EQ(runs, 3);
  EXPECT_THAT(test.running.writer.values(), ElementsAre("a", "b"));
  ASSERT_EQ(test.letters.written.size(), 1U);
  EXPECT_EQ(test.letters.written.front().attempts, 3U);
  EXPECT_EQ(test.stats().in_flight(), 0U);
}

// Each began anew when the other was tried, and it never ended.
TEST(SourceErrors, TwoThatAreReadAgainTogetherAreBothGivenUp) {
  ErrorOptions options;
  options.on_malformed = ErrorPolicy::retry;
  options.retry_limit = 3;
  options.on_exhausted = FaultPolicy::skip;
  int runs = 0;
  Failing test(
      [&](SourceContext& stream) {
        if (++runs > 20) return;
        const Error error{Errc::malformed, "no", {}};
        stream.refuse({.value = "one"}, error);
        stream.refuse({.value = "other"}, error);
        stream.send({.value = "good"}, Position{"behind"});
      },
      options);
  ASSERT_TRUE(test.run());
  EXPECT_FALSE(test.running.failed);
  EXPECT_EQ(runs, 5) << "two for each but the last, which is the same";
  EXPECT_THAT(test.running.writer.values(), ElementsAre("good"));
}

TEST(SourceErrors, TheSameRecordLaterBeginsAtItsFirstAttempt) {
  ErrorOptions options;
  options.on_malformed = ErrorPolicy::retry;
  options.retry_limit = 2;
  options.on_exhausted = FaultPolicy::dead_letter;
  int runs = 0;
  Failing test(
      [&](SourceContext& stream) {
        ++runs;
        const Error error{Errc::malformed, "no", {}};
        if (stream.resume_from() != Position{"first"}) {
          stream.refuse({.value = "bad"}, error, Position{"first"});
          stream.flush();
        }
        stream.refuse({.value = "bad"}, error, Position{"second"});
      },
      options);
  ASSERT_TRUE(test.run());
  EXPECT_EQ(runs, 3);
  ASSERT_EQ(test.letters.written.size(), 2U);
  EXPECT_EQ(test.letters.written.back().attempts, 2U);
}

TEST(SourceErrors, TooManyStopItWithTheirReason) {
  ErrorOptions options;
  options.on_malformed = ErrorPolicy::skip;
  options.error_limit = 1;
  options.error_window = 10;
  Failing test(sends({"poison", "a", "poison", "b"}), options);
  ASSERT_TRUE(test.run());
  ASSERT_TRUE(test.running.failed);
  EXPECT_EQ(test.running.failed->code, Errc::malformed);
  EXPECT_THAT(test.running.failed->context, HasSubstr("more than 1 of the last 10 records"));
  EXPECT_THAT(test.running.writer.values(), ElementsAre("a"));
}

TEST(SourceErrors, ARecordTooLargeForARequestFollowsItsPolicy) {
  Failing test(
      [](SourceContext& stream) {
        stream.send({.value = "a"});
        stream.send({.value = std::string(2'000, 'x')}, Position{"large"});
        stream.send({.value = "b"});
      },
      {.on_too_large = ErrorPolicy::dead_letter});
  test.running.writer.record_bytes_max = 1'000;
  ASSERT_TRUE(test.run());
  EXPECT_FALSE(test.running.failed);
  EXPECT_THAT(test.running.writer.values(), ElementsAre("a", "b"));
  ASSERT_EQ(test.letters.written.size(), 1U);
  EXPECT_EQ(test.letters.written.front().value.size(), 2'000U);
  EXPECT_EQ(test.letters.written.front().error.code, Errc::record_too_large);
}

TEST(SourceErrors, AnOutageEndsItWhenTheUserWantsThat) {
  Failing test([](SourceContext&) { throw Failure(Errc::timed_out, "no answer"); },
               {.on_unavailable = ErrorPolicy::stop});
  ASSERT_TRUE(test.run());
  ASSERT_TRUE(test.running.failed);
  EXPECT_EQ(test.running.failed->code, Errc::timed_out);
  EXPECT_EQ(test.stats().retries, 0U);
}

TEST(SourceErrors, ARunThatFailsIsTriedUpToTheLimit) {
  int runs = 0;
  ErrorOptions options;
  options.retry_limit = 4;
  Failing test(
      [&](SourceContext&) {
        ++runs;
        throw Failure(Errc::connection_refused, "nobody there");
      },
      options);
  ASSERT_TRUE(test.run());
  ASSERT_TRUE(test.running.failed);
  EXPECT_EQ(runs, 4);
}

TEST(SourceErrors, ASourceThatTriesAgainByItselfIsToldToGiveUp) {
  int tries = 0;
  ErrorOptions options;
  options.retry_limit = 3;
  Failing test(
      [&](SourceContext& stream) {
        while (stream.wait(milliseconds(0))) {
          ++tries;
          stream.disconnected({Errc::connection_refused, "nobody there", {}});
          stream.wait(stream.next_retry_delay());
        }
      },
      options);
  ASSERT_TRUE(test.run());
  ASSERT_TRUE(test.running.failed);
  EXPECT_EQ(test.running.failed->context, "nobody there");
  EXPECT_EQ(tries, 3);
}

TEST(SourceErrors, TheOutsideMayAskForALongerPause) {
  milliseconds asked{0};
  milliseconds next{0};
  Failing test(
      [&](SourceContext& stream) {
        stream.retry_after(milliseconds(5'000));
        asked = stream.next_retry_delay();
        next = stream.next_retry_delay();
        stream.retry_after(std::chrono::hours(50));
        EXPECT_EQ(stream.next_retry_delay(), std::chrono::hours(1));
      },
      {});
  ASSERT_TRUE(test.run());
  EXPECT_EQ(asked, milliseconds(5'000));
  EXPECT_LT(next, milliseconds(5'000)) << "asked for once";
}

TEST(SourceErrors, ABatchIsCutAtItsCount) {
  auto settings = fakes::quick;
  settings.batch_count = 2;
  std::vector<int> hurried;
  std::optional<Failing> test;
  test.emplace(
      [&](SourceContext& stream) {
        for (int i = 0; i < 5; ++i) {
          stream.send({.value = "v"});
          hurried.push_back(test->running.writer.hurried);
        }
      },
      ErrorOptions{}, settings);
  ASSERT_TRUE(test->run());
  EXPECT_THAT(hurried, ElementsAre(0, 1, 1, 2, 2));
}

TEST(SourceErrors, ARateLimitHoldsASourceThatPollsAndWakesIt) {
  auto settings = fakes::quick;
  settings.rate = {.records = 20};
  int waits = 0;
  std::size_t sent = 0;
  Failing test(
      [&](SourceContext& stream) {
        // More, when it was so slow that the rate did not hold it.
        for (; sent < 22 || waits == 0; ++sent) {
          while (!stream.has_room()) {
            ++waits;
            pollfd fd{.fd = stream.wake_fd(), .events = POLLIN, .revents = 0};
            EXPECT_EQ(::poll(&fd, 1, 20'000), 1);
            stream.dispatch();
          }
          stream.send({.value = "v"});
        }
      },
      {}, settings);
  ASSERT_TRUE(test.run());
  EXPECT_FALSE(test.running.failed);
  EXPECT_GE(waits, 1);
  EXPECT_EQ(test.running.writer.values().size(), sent);
}

TEST(SourceErrors, AStopDoesNotWaitForTheRate) {
  auto settings = fakes::quick;
  settings.rate = {.bytes = 1};
  // Again when the stop came before the second record, which did not wait then.
  EXPECT_TRUE(fakes::eventually([&] {
    Failing test(
        [&](SourceContext& stream) {
          stream.send({.value = std::string(100'000, 'x')});
          stream.send({.value = "held for a day"});
        },
        {}, settings);
    test.running.start();
    EXPECT_TRUE(fakes::eventually([&] { return test.stats().records_delivered == 1; }));
    test.running.session->request_stop();
    EXPECT_TRUE(test.running.ends());
    EXPECT_FALSE(test.running.failed);
    EXPECT_EQ(test.stats().records_delivered, 2U);
    return test.stats().rate_waits >= 1;
  }));
}

}  // namespace
}  // namespace sluice::connector
