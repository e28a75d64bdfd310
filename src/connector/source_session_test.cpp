// SPDX-License-Identifier: Apache-2.0
#include "connector/source_session.hpp"

#include <random>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "connector/running_source.hpp"

namespace sluice::connector {
namespace {

using fakes::eventually;
using fakes::quick;
using fakes::Running;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;

void send(SourceContext& stream, const std::string& value) {
  stream.send({.value = value}, Position{value});
}

TEST(SourceSession, SendsInOrderAndEnds) {
  Running test(
      [](SourceContext& stream) {
        for (int i = 1; i <= 3; ++i) stream.send({.value = std::to_string(i)});
      },
      PositionKeeper::kit, true);
  test.start();
  ASSERT_TRUE(test.ends());
  EXPECT_FALSE(test.failed);
  EXPECT_THAT(test.writer.values(), ElementsAre("1", "2", "3"));
  EXPECT_EQ(test.stats.snapshot().records_delivered, 3U);
  EXPECT_EQ(test.store.saves(), 0) << "without positions there is no checkpoint";
}

TEST(SourceSession, EndsOnlyWhenTheTopicHasEverything) {
  Running test([](SourceContext& stream) { stream.send({.value = "a"}); });
  test.start();
  ASSERT_TRUE(eventually([&] { return test.writer.hurried > 0; }));
  EXPECT_FALSE(test.ended);
  EXPECT_EQ(test.session->unfinished(), 1U);

  test.writer.acknowledge_one();
  ASSERT_TRUE(test.ends());
  EXPECT_FALSE(test.failed);
}

TEST(SourceSession, StoresThePositionBeforeItAcknowledges) {
  Running test([](SourceContext& stream) {
    send(stream, "a");
    stream.flush();
  });
  bool stored_first = false;
  test.source.on_acknowledged = [&](const Position& p) { stored_first = test.store.stored() == p; };
  test.store.hold();
  test.start();
  ASSERT_TRUE(eventually([&] { return test.writer.acknowledge_one(); }));
  EXPECT_THAT(test.source.heard(), IsEmpty());

  test.store.let_go();
  ASSERT_TRUE(test.ends());
  EXPECT_THAT(test.source.heard(), ElementsAre("a"));
  EXPECT_TRUE(stored_first);
}

TEST(SourceSession, StoresAPositionWithoutARecordBehindTheRecordsBeforeIt) {
  Running test([](SourceContext& stream) {
    stream.passed({"begin"});
    stream.flush();
    send(stream, "a");
    stream.passed({"behind"});
    stream.flush();
  });
  test.start();
  ASSERT_TRUE(eventually([&] { return test.writer.waiting() == 1; }));
  EXPECT_EQ(test.store.stored(), Position{"begin"});
  EXPECT_THAT(test.source.heard(), ElementsAre("begin"));
  test.writer.acknowledge_one();
  ASSERT_TRUE(test.ends());
  EXPECT_EQ(test.store.stored(), Position{"behind"});
  EXPECT_THAT(test.writer.values(), ElementsAre("a"));
  EXPECT_EQ(test.stats.snapshot().records_delivered, 1U);
}

TEST(SourceSession, AcknowledgesOnlyContiguousPrefixes) {
  Running test([](SourceContext& stream) {
    for (const auto* value : {"a", "b", "c"}) send(stream, value);
    while (stream.wait(milliseconds(1))) {
    }
  });
  test.start();
  ASSERT_TRUE(eventually([&] { return test.writer.waiting() == 3; }));
  test.writer.acknowledge(2);
  test.writer.acknowledge(1);
  EXPECT_FALSE(test.store.stored());

  test.writer.acknowledge(0);
  ASSERT_TRUE(eventually([&] { return !test.source.heard().empty(); }));
  EXPECT_THAT(test.source.heard(), ElementsAre("c"));
  test.session->request_stop();
  ASSERT_TRUE(test.ends());
}

TEST(SourceSession, HandsBackTheStoredPosition) {
  std::optional<Position> seen;
  Running test([&](SourceContext& stream) { seen = stream.resume_from(); });
  test.store.put({"17"});
  test.start();
  ASSERT_TRUE(test.ends());
  EXPECT_EQ(seen, Position{"17"});
}

TEST(SourceSession, StoresNothingWhenTheOutsideKeepsThePlace) {
  Running test([](SourceContext& stream) { send(stream, "a"); }, PositionKeeper::outside, true);
  test.start();
  ASSERT_TRUE(test.ends());
  EXPECT_THAT(test.source.heard(), ElementsAre("a"));
  EXPECT_EQ(test.store.saves(), 0);
}

TEST(SourceSession, SendWaitsForTheBudgetAndCountsTheWait) {
  std::atomic<int> sent{0};
  std::atomic<bool> enough{false};
  const std::string value(1'000, 'x');
  auto settings = quick;
  settings.buffer_bytes = 2 * (value.size() + SourceSession::record_overhead_bytes);
  Running test(
      [&](SourceContext& stream) {
        for (; !enough; ++sent) stream.send({.value = value});
      },
      PositionKeeper::kit, false, settings);
  test.start();
  ASSERT_TRUE(eventually([&] { return sent == 2; }));
  EXPECT_EQ(test.writer.waiting(), 2U);
  EXPECT_FALSE(test.session->has_room());

  test.writer.acknowledge_one();
  ASSERT_TRUE(eventually([&] { return sent == 3; }));
  // One that comes only when there is room again has not waited: another one will have.
  EXPECT_TRUE(eventually([&] {
    if (test.writer.waiting() == 2) test.writer.acknowledge_one();
    return test.stats.snapshot().budget_wait.count() > 0;
  }));
  enough = true;
  ASSERT_TRUE(eventually([&] {
    test.writer.acknowledge_one();
    return test.ended.load();
  }));
}

TEST(SourceSession, ARecordLargerThanTheBudgetIsSent) {
  auto settings = quick;
  settings.buffer_bytes = 100;
  Running test(
      [](SourceContext& stream) {
        stream.send({.value = std::string(10'000, 'x')});
        stream.send({.value = std::string(10'000, 'y')});
      },
      PositionKeeper::kit, true, settings);
  test.start();
  ASSERT_TRUE(test.ends());
  EXPECT_EQ(test.writer.values().size(), 2U);
}

TEST(SourceSession, WakesASourceThatPolls) {
  std::atomic<bool> polling{false};
  Running test([&](SourceContext& stream) {
    send(stream, "a");
    pollfd fd{.fd = stream.wake_fd(), .events = POLLIN, .revents = 0};
    polling = true;
    bool going_on = true;
    while (going_on) {
      ::poll(&fd, 1, 10'000);
      going_on = stream.dispatch();
    }
  });
  test.start();
  ASSERT_TRUE(eventually([&] { return polling.load(); }));
  test.writer.acknowledge_one();
  ASSERT_TRUE(eventually([&] { return !test.source.heard().empty(); }));

  test.session->request_stop();
  ASSERT_TRUE(test.ends());
  EXPECT_FALSE(test.failed);
}

TEST(SourceSession, WakesASourceThatWaitsForRoom) {
  auto settings = quick;
  settings.buffer_bytes = 100;
  std::atomic<bool> full{false};
  Running test(
      [&](SourceContext& stream) {
        stream.send({.value = std::string(200, 'x')});
        while (!stream.has_room()) {
          full = true;
          pollfd fd{.fd = stream.wake_fd(), .events = POLLIN, .revents = 0};
          ::poll(&fd, 1, 10'000);
          stream.dispatch();
        }
      },
      PositionKeeper::kit, false, settings);
  test.start();
  ASSERT_TRUE(eventually([&] { return full.load(); }));
  test.writer.acknowledge_one();
  ASSERT_TRUE(test.ends());
}

TEST(SourceSession, ARefusedRecordStopsTheConnectorAndNothingBehindItIsAcknowledged) {
  Running test([](SourceContext& stream) {
    for (const auto* value : {"a", "b", "c"}) send(stream, value);
    while (stream.wait(milliseconds(1))) {
    }
  });
  test.start();
  ASSERT_TRUE(eventually([&] { return test.writer.waiting() == 3; }));
  test.writer.acknowledge_one();
  test.writer.acknowledge(1);
  test.writer.fail_one({Errc::topic_not_found, "gone", {}});

  ASSERT_TRUE(test.ends());
  ASSERT_TRUE(test.failed);
  EXPECT_EQ(test.failed->code, Errc::topic_not_found);
  EXPECT_NE(test.store.stored(), Position{"c"});
  const auto stats = test.stats.snapshot();
  EXPECT_EQ(stats.records_read, stats.records_delivered + stats.records_failed);
}

TEST(SourceSession, ARefusalReachesTheSourceThatCatchesItToo) {
  Running test([](SourceContext& stream) {
    try {
      stream.send({.value = "too large"});
    } catch (const Failure&) {
      // A source that carries on regardless.
    }
    stream.send({.value = "next"});
  });
  test.writer.refuse({Errc::record_too_large, "too large", {}});
  test.start();
  ASSERT_TRUE(test.ends());
  ASSERT_TRUE(test.failed);
  EXPECT_EQ(test.failed->code, Errc::record_too_large);
}

TEST(SourceSession, RunsAgainAfterARetryableFailureFromWhatIsAcknowledged) {
  std::vector<std::string> resumed;
  int runs = 0;
  Running test(
      [&](SourceContext& stream) {
        resumed.push_back(stream.resume_from().value_or(Position{"start"}).bytes);
        if (++runs == 3) return;
        send(stream, std::to_string(runs));
        throw Failure(Errc::outside_unavailable, "away");
      },
      PositionKeeper::kit, true);
  test.start();
  ASSERT_TRUE(test.ends());
  EXPECT_FALSE(test.failed);
  EXPECT_THAT(resumed, ElementsAre("start", "1", "2"));
  EXPECT_EQ(test.stats.snapshot().retries, 2U);
  EXPECT_EQ(test.stats.snapshot().errors.at("outside_unavailable"), 2U);
}

TEST(SourceSession, IsNotReadyWhileTheSourceFails) {
  int runs = 0;
  std::vector<Outside> seen;
  std::optional<Running> test;
  test.emplace(
      [&](SourceContext& stream) {
        seen.push_back(test->stats.snapshot().outside);
        if (++runs < 3) throw Failure(Errc::outside_unavailable, "away");
        stream.send({.value = "x"});
        seen.push_back(test->stats.snapshot().outside);
      },
      PositionKeeper::kit, true);
  test->start();
  ASSERT_TRUE(test->ends());
  EXPECT_THAT(seen, ElementsAre(Outside::unknown, Outside::disconnected, Outside::disconnected,
                                Outside::unknown))
      << "a record came: it works, though it has said nothing";
}

TEST(SourceSession, TheLongestPauseEndsWithAStop) {
  std::atomic<int> waits{0};
  Running test([&](SourceContext& stream) {
    do {
      ++waits;
    } while (stream.wait(milliseconds::max()));
  });
  test.start();
  ASSERT_TRUE(eventually([&] { return waits > 0; }));
  std::this_thread::sleep_for(milliseconds(20));
  test.session->request_stop();
  ASSERT_TRUE(test.ends());
  EXPECT_EQ(waits, 1);
}

TEST(SourceSession, StopsAfterAFailureForGood) {
  Running test([](SourceContext&) { throw Failure(Errc::outside_rejected, "no such table"); });
  test.start();
  ASSERT_TRUE(test.ends());
  ASSERT_TRUE(test.failed);
  EXPECT_EQ(test.failed->code, Errc::outside_rejected);
}

TEST(SourceSession, AbandonEndsASendThatWaits) {
  auto settings = quick;
  settings.buffer_bytes = 10;
  Running test(
      [](SourceContext& stream) {
        while (true) stream.send({.value = "x"});
      },
      PositionKeeper::kit, false, settings);
  test.start();
  ASSERT_TRUE(eventually([&] { return test.writer.waiting() == 1; }));
  test.session->abandon();
  ASSERT_TRUE(test.ends());
  ASSERT_TRUE(test.failed);
  EXPECT_EQ(test.failed->code, Errc::cancelled);
  EXPECT_EQ(test.session->unfinished(), 1U);
}

TEST(SourceSession, TheLedgerAddsUp) {
  Running test(
      [](SourceContext& stream) {
        for (int i = 0; i < 5; ++i) stream.send({.value = "x"});
        stream.filtered("not json");
        stream.filtered("not json");
      },
      PositionKeeper::kit, true);
  test.start();
  ASSERT_TRUE(test.ends());
  const auto stats = test.stats.snapshot();
  EXPECT_EQ(stats.records_read, 7U);
  EXPECT_EQ(stats.records_delivered, 5U);
  EXPECT_EQ(stats.filtered.at("not json"), 2U);
  EXPECT_EQ(stats.in_flight(), 0U);
}

// Results from several threads in random order: what was acknowledged is always stored, grows,
// and at the end is everything.
TEST(SourceSession, ManyThreadsAcknowledgeInAnyOrder) {
  constexpr int count = 3'000;
  Running test([](SourceContext& stream) {
    for (int i = 0; i < count; ++i) send(stream, std::to_string(i));
  });
  test.start();
  std::vector<std::thread> threads;
  std::atomic<int> acknowledged{0};
  for (unsigned seed = 0; seed < 3; ++seed) {
    threads.emplace_back([&, seed] {
      std::minstd_rand random(seed + 1);
      while (acknowledged < count) {
        const auto waiting = test.writer.waiting();
        if (waiting == 0) {
          std::this_thread::yield();
          continue;
        }
        if (test.writer.acknowledge(random() % std::min<std::size_t>(waiting, 50))) ++acknowledged;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  ASSERT_TRUE(test.ends());
  EXPECT_FALSE(test.failed);
  const auto heard = test.source.heard();
  ASSERT_FALSE(heard.empty());
  EXPECT_EQ(heard.back(), std::to_string(count - 1));
  EXPECT_TRUE(std::ranges::is_sorted(heard, {}, [](const auto& s) { return std::stoi(s); }));
}

TEST(SourceSession, APausedSourceWaitsInSend) {
  Running test(
      [](SourceContext& stream) {
        for (const auto* value : {"a", "b"}) stream.send({.value = value});
      },
      PositionKeeper::nobody, true);
  test.before_run = [](SourceSession& session) { session.set_paused(true); };
  test.start();
  EXPECT_FALSE(test.session->has_room());
  EXPECT_THAT(test.writer.values(), IsEmpty());
  test.session->set_paused(false);
  ASSERT_TRUE(test.ends());
  EXPECT_THAT(test.writer.values(), ElementsAre("a", "b"));
  EXPECT_EQ(test.stats.snapshot().budget_wait.count(), 0) << "it was not the budget";
}

TEST(SourceSession, WhatIsInFlightIsAcknowledgedWhilePaused) {
  Running test([](SourceContext& stream) {
    send(stream, "a");
    while (stream.wait(milliseconds(1))) {
    }
  });
  test.start();
  ASSERT_TRUE(eventually([&] { return test.writer.waiting() == 1; }));
  test.session->set_paused(true);
  test.writer.acknowledge_one();
  EXPECT_TRUE(eventually([&] { return !test.source.heard().empty(); }));
  test.session->request_stop();
  EXPECT_TRUE(test.ends());
}

TEST(SourceSession, AStopEndsAPauseAtOnce) {
  Running test(
      [](SourceContext& stream) {
        while (!stream.stopping()) stream.send({.value = "a"});
      },
      PositionKeeper::nobody, true);
  test.before_run = [](SourceSession& session) { session.set_paused(true); };
  test.start();
  test.session->request_stop();
  ASSERT_TRUE(test.ends());
  EXPECT_FALSE(test.failed);
  EXPECT_EQ(test.session->unfinished(), 0U);
}

TEST(SourceSession, AWaitingSourceHearsTheEndOfAPause) {
  std::atomic<bool> asked{false};
  Running test(
      [&](SourceContext& stream) {
        while (!stream.has_room()) {
          asked = true;
          pollfd wake{.fd = stream.wake_fd(), .events = POLLIN, .revents = 0};
          if (::poll(&wake, 1, 20'000) != 1 || !stream.dispatch()) return;
        }
        stream.send({.value = "a"});
      },
      PositionKeeper::nobody, true);
  test.before_run = [](SourceSession& session) { session.set_paused(true); };
  test.start();
  ASSERT_TRUE(eventually([&] { return asked.load(); }));
  test.session->set_paused(false);
  ASSERT_TRUE(test.ends());
  EXPECT_THAT(test.writer.values(), ElementsAre("a"));
}

// A source that must not block (mqtt: its pings) would have lost its connection in a long pause
// that came between the question and the record.
TEST(SourceSession, RoomThatWasPromisedIsThereThoughAPauseComes) {
  std::atomic<bool> asked{false};
  std::atomic<bool> paused{false};
  Running test(
      [&](SourceContext& stream) {
        asked = stream.has_room();
        eventually([&] { return paused.load(); });
        for (const auto* value : {"a", "b"}) stream.send({.value = value});
      },
      PositionKeeper::nobody, true);
  test.start();
  ASSERT_TRUE(eventually([&] { return asked.load(); }));
  test.session->set_paused(true);
  paused = true;
  EXPECT_TRUE(eventually([&] { return test.writer.values().size() == 1; }));
  EXPECT_FALSE(test.ended) << "the next one waits";
  test.session->set_paused(false);
  ASSERT_TRUE(test.ends());
  EXPECT_THAT(test.writer.values(), ElementsAre("a", "b"));
}

TEST(SourceSession, ShowsWhatTheTopicHas) {
  Tap tap;
  const auto feed = tap.listen(std::nullopt);
  Running test([](SourceContext& stream) { stream.send({.key = "k", .value = "v"}); },
               PositionKeeper::nobody);
  test.before_run = [&](SourceSession& session) { session.show_to(tap); };
  test.start();
  ASSERT_TRUE(eventually([&] { return test.writer.waiting() == 1; }));
  EXPECT_EQ(feed->take().text, "");
  test.writer.acknowledge_one();
  ASSERT_TRUE(test.ends());
  EXPECT_THAT(feed->take().text, testing::HasSubstr(R"("key":"k","value":"v"})"));
}

}  // namespace
}  // namespace sluice::connector
