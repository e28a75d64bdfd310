// SPDX-License-Identifier: Apache-2.0
#include "connector/sink_session.hpp"

#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/fakes.hpp"
#include "connector/health.hpp"

namespace sluice::connector {
namespace {

using fakes::make_records;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

// What a destination has, and how it fails.
struct FakeSink final : Sink {
  void open(SinkContext&) override {
    ++opens;
    if (on_open) on_open();
    if (!open_failures.empty()) {
      const auto error = open_failures.front();
      open_failures.pop_front();
      throw Failure(error);
    }
  }
  std::optional<std::map<PartitionId, Offset>> stored_offsets() override { return stored; }
  void write(std::span<const SinkRecord> records) override {
    if (before_write) before_write();
    batches.push_back(records.size());
    if (!write_steps.empty()) {
      const auto step = std::move(write_steps.front());
      write_steps.pop_front();
      step(records);
      return;
    }
    keep(records);
  }
  void idle() override { ++idles; }
  void close() override { ++closes; }

  void keep(std::span<const SinkRecord> records) {
    for (const auto& record : records) written.emplace_back(record.value);
  }

  std::deque<Error> open_failures;
  std::deque<std::function<void(std::span<const SinkRecord>)>> write_steps;
  std::function<void()> on_open;
  std::function<void()> before_write;
  std::optional<std::map<PartitionId, Offset>> stored;
  std::vector<std::string> written;
  std::vector<std::size_t> batches;
  int opens = 0;
  int idles = 0;
  int closes = 0;
};

struct SinkTest : testing::Test {
  SinkSettings settings{.topic = "t",
                        .name = "n",
                        .consumer = {.consumer_id = "n", .strategy = OffsetStrategy::manual},
                        .batch = {},
                        .backoff = {.first = milliseconds(0), .most = milliseconds(1)}};
  fakes::ManualClock clock;
  Stats stats{clock};
  fakes::FakeCluster cluster;
  FakeSink sink;
  std::optional<SinkSession> session;

  fakes::ReaderScript& script() { return *cluster.script; }
  void run() {
    session.emplace(sink, cluster, clock, stats, settings);
    session->run();
    session->drain();
  }
  // The failure that stopped it.
  Error run_and_fail() {
    try {
      run();
    } catch (const Failure& failure) {
      return failure.error();
    }
    ADD_FAILURE() << "the session ended without a failure";
    return {};
  }
};

TEST_F(SinkTest, CommitsAfterTheWrite) {
  script().give(make_records(0, 5, {"a", "b"}));
  sink.before_write = [&] { EXPECT_THAT(script().commits, IsEmpty()); };
  run();
  EXPECT_THAT(sink.written, ElementsAre("a", "b"));
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 6)));
  EXPECT_EQ(script().flushes, 1);
  EXPECT_EQ(sink.closes, 1);
}

// Else what a test or a user produces next is in front of a start at the end of the topic.
TEST_F(SinkTest, IsReadyOnlyWhenItsReaderStandsAtItsStart) {
  stats.phase(Phase::running);
  const auto ready = [&] {
    return readiness(stats.snapshot(), clock.now(), std::chrono::seconds(1)).ready;
  };
  script().away = true;
  script().end_after = false;
  sink.on_open = [&] { EXPECT_FALSE(ready()); };
  int idles = 0;
  script().on_idle = [&] {
    ++idles;
    EXPECT_EQ(ready(), idles > 2) << idles;
    if (idles == 2) script().away = false;
    if (idles == 3) session->request_stop();
  };
  run();
  EXPECT_EQ(idles, 3);
}

TEST_F(SinkTest, IsClosedEvenWhenItsOffsetsCannotBeStored) {
  script().give(make_records(0, 0, {"a"}));
  script().flush_failure = {Errc::timed_out, "the cluster is away", {}};
  EXPECT_EQ(run_and_fail().code, Errc::timed_out);
  EXPECT_EQ(sink.closes, 1);
}

TEST_F(SinkTest, CommitsTheLastOffsetOfEachPartition) {
  script().give(make_records(0, 0, {"a", "b"}));
  script().give(make_records(1, 7, {"c"}));
  script().give(make_records(0, 2, {"d"}));
  run();
  EXPECT_THAT(sink.written, ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 1), Pair(1, 7), Pair(0, 2)));
}

TEST_F(SinkTest, NeverCommitsWhatFailed) {
  script().give(make_records(0, 0, {"a"}));
  sink.write_steps.push_back([](auto) { throw Failure(Errc::outside_rejected, "no such column"); });
  const auto error = run_and_fail();
  EXPECT_EQ(error.code, Errc::outside_rejected);
  EXPECT_THAT(error.context, testing::HasSubstr("partition 0, offset 0"));
  EXPECT_THAT(script().commits, IsEmpty());
  EXPECT_EQ(session->unfinished(), 1U);
}

TEST_F(SinkTest, WritesTheSameBatchAgainAfterARetryableFailure) {
  script().give(make_records(0, 0, {"a", "b"}));
  for (int i = 0; i < 3; ++i) {
    sink.write_steps.push_back([&](auto) {
      EXPECT_THAT(script().commits, IsEmpty());
      throw Failure(Errc::outside_unavailable, "away");
    });
  }
  run();
  EXPECT_THAT(sink.written, ElementsAre("a", "b"));
  EXPECT_THAT(sink.batches, ElementsAre(2, 2, 2, 2));
  EXPECT_EQ(sink.opens, 4) << "it is opened again before each new try";
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 1)));
  EXPECT_EQ(stats.snapshot().retries, 3U);
}

TEST_F(SinkTest, OpensAgainUntilItSucceeds) {
  sink.open_failures = {{Errc::connection_refused, "", {}}, {Errc::timed_out, "", {}}};
  script().give(make_records(0, 0, {"a"}));
  run();
  EXPECT_EQ(sink.opens, 3);
  EXPECT_THAT(sink.written, ElementsAre("a"));
}

TEST_F(SinkTest, IsNotReadyWhileTheDestinationFails) {
  sink.open_failures = {{Errc::connection_refused, "nobody there", {}}};
  sink.on_open = [&] {
    const auto expected = sink.opens == 1 ? Outside::unknown : Outside::disconnected;
    EXPECT_EQ(stats.snapshot().outside, expected) << sink.opens;
  };
  run();
  EXPECT_EQ(sink.opens, 2);
  EXPECT_EQ(stats.snapshot().outside, Outside::unknown) << "it works, and has said nothing";
}

TEST_F(SinkTest, DoesNotTryAgainWhenToldToStopWithNothingInHand) {
  sink.open_failures = {{Errc::connection_refused, "", {}}};
  sink.on_open = [&] { session->request_stop(); };
  script().give(make_records(0, 0, {"not read"}));
  run();
  EXPECT_EQ(sink.opens, 1);
  EXPECT_EQ(sink.closes, 0);
}

TEST_F(SinkTest, AnOpenThatFailsForGoodStopsIt) {
  sink.open_failures = {{Errc::invalid_config, "no such database", {}}};
  EXPECT_EQ(run_and_fail().code, Errc::invalid_config);
  EXPECT_EQ(sink.opens, 1);
}

TEST_F(SinkTest, APartialWriteCountsAsFarAsItGot) {
  script().give(make_records(0, 0, {"a", "b", "c"}));
  sink.write_steps.push_back([&](std::span<const SinkRecord> records) {
    sink.keep(records.first(1));
    throw PartialWrite(1, {Errc::outside_unavailable, "away", {}});
  });
  run();
  EXPECT_THAT(sink.written, ElementsAre("a", "b", "c"));
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 0), Pair(0, 2)));
}

TEST_F(SinkTest, AFailureForGoodInTheMiddleNamesTheRecord) {
  script().give(make_records(3, 10, {"a", "poison", "c"}));
  sink.write_steps.push_back([&](std::span<const SinkRecord> records) {
    sink.keep(records.first(1));
    throw PartialWrite(1, {Errc::outside_rejected, "not a number", {}});
  });
  const auto error = run_and_fail();
  EXPECT_EQ(error.context, "partition 3, offset 11: not a number");
  EXPECT_THAT(script().commits, ElementsAre(Pair(3, 10)));
  EXPECT_EQ(session->unfinished(), 2U);
}

TEST_F(SinkTest, WhatASinkCallsWrittenCountsBeforeItsWriteEnds) {
  script().give(make_records(0, 0, {"a", "b", "c"}));
  sink.write_steps.push_back([&](std::span<const SinkRecord> records) {
    sink.keep(records.first(2));
    session->written(1);
    EXPECT_THAT(script().commits, ElementsAre(Pair(0, 0)));
    session->written(2);
    EXPECT_EQ(session->unfinished(), 1U);
    sink.keep(records.subspan(2));
  });
  run();
  EXPECT_THAT(sink.written, ElementsAre("a", "b", "c"));
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 0), Pair(0, 1), Pair(0, 2)));
}

TEST_F(SinkTest, AFailureBehindWhatIsWrittenIsAboutTheNextRecord) {
  script().give(make_records(3, 10, {"a", "poison", "c"}));
  sink.write_steps.push_back([&](std::span<const SinkRecord> records) {
    sink.keep(records.first(1));
    session->written(1);
    throw Failure(Errc::outside_rejected, "not a number");
  });
  EXPECT_EQ(run_and_fail().context, "partition 3, offset 11: not a number");
  EXPECT_THAT(script().commits, ElementsAre(Pair(3, 10)));
}

TEST_F(SinkTest, APauseEndsAWriteThatTellsOfItsRecords) {
  script().give(make_records(0, 0, {"a", "b", "c"}));
  sink.write_steps.push_back([&](std::span<const SinkRecord> records) {
    session->set_paused(true);
    sink.keep(records.first(1));
    try {
      session->written(1);
    } catch (...) {
      session->set_paused(false);
      throw;
    }
    ADD_FAILURE() << "it went on";
  });
  run();
  EXPECT_THAT(sink.written, ElementsAre("a", "b", "c"));
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 0), Pair(0, 2)));
}

TEST_F(SinkTest, WhatIsWrittenWhenTheTimeToDrainIsOverIsCommitted) {
  script().end_after = false;
  script().give(make_records(0, 0, {"a", "b"}));
  sink.write_steps.push_back([&](std::span<const SinkRecord> records) {
    session->request_stop();
    session->abandon();
    sink.keep(records.first(1));
    session->written(1);
    ADD_FAILURE() << "it went on";
  });
  EXPECT_EQ(run_and_fail().code, Errc::cancelled);
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 0)));
}

TEST_F(SinkTest, StartsBehindTheOffsetsOfTheDestinationAndKeepsNone) {
  sink.stored = {{PartitionId{0}, Offset{41}}};
  script().give(make_records(0, 42, {"a"}));
  run();
  EXPECT_THAT(script().plan.first, ElementsAre(Pair(PartitionId{0}, Offset{42})));
  EXPECT_EQ(script().plan.options.consumer_id, "");
  EXPECT_EQ(script().plan.options.strategy, OffsetStrategy::none);
  EXPECT_THAT(script().commits, IsEmpty());
  EXPECT_EQ(script().flushes, 0);
}

// Another instance had gone on while this one was away.
TEST_F(SinkTest, WhatTheDestinationHasMeanwhileIsNotWrittenAgain) {
  sink.stored = {{PartitionId{0}, Offset{9}}};
  settings.batch.count = 2;
  script().give(make_records(0, 10, {"a", "b", "c", "d", "e", "f"}));
  sink.write_steps.push_back([&](std::span<const SinkRecord>) {
    sink.stored = {{PartitionId{0}, Offset{14}}};
    throw Failure(Errc::connection_lost, "gone");
  });
  run();
  EXPECT_THAT(sink.written, ElementsAre("f"));
  EXPECT_EQ(session->unfinished(), 0U);
}

// `from-beginning=3` was added to what was stored: each restart skipped three records.
TEST_F(SinkTest, AStoredOffsetComesBeforeARelativeStart) {
  cluster.offsets = {{PartitionId{0}, Offset{7}}};
  settings.consumer.consumer_id = "me";
  settings.consumer.start = StartAt::beginning(3);
  script().give(make_records(0, 8, {"a"}));
  run();
  EXPECT_THAT(script().plan.first, ElementsAre(Pair(PartitionId{0}, Offset{8})));
}

TEST_F(SinkTest, AsksTheDestinationAfterAnUnknownFate) {
  sink.stored.emplace();
  script().give(make_records(0, 0, {"a", "b"}));
  script().give(make_records(1, 0, {"c"}));
  sink.write_steps.push_back([&](std::span<const SinkRecord> records) {
    // The destination took part of it, and the connection broke before it said so.
    sink.keep(records.first(1));
    sink.stored = {{PartitionId{0}, Offset{0}}};
    throw Failure(Errc::connection_lost, "during commit");
  });
  run();
  EXPECT_THAT(sink.written, ElementsAre("a", "b", "c"));
  EXPECT_EQ(stats.snapshot().records_delivered, 3U);
}

TEST_F(SinkTest, SkipsStoredRecordsInTheMiddleOfABatch) {
  sink.stored.emplace();
  script().give(make_records(0, 0, {"a"}));
  script().give(make_records(1, 0, {"b"}));
  script().give(make_records(0, 1, {"c"}));
  sink.write_steps.push_back([&](std::span<const SinkRecord> records) {
    sink.keep(records.subspan(1, 1));
    sink.stored = {{PartitionId{1}, Offset{0}}};
    throw Failure(Errc::connection_lost, "during commit");
  });
  run();
  EXPECT_THAT(sink.written, ElementsAre("b", "a", "c"));
}

TEST_F(SinkTest, CutsBatchesByCount) {
  settings.batch.count = 2;
  script().give(make_records(0, 0, {"a", "b", "c", "d", "e"}));
  run();
  EXPECT_THAT(sink.batches, ElementsAre(2, 2, 1));
  EXPECT_THAT(sink.written, ElementsAre("a", "b", "c", "d", "e"));
}

TEST_F(SinkTest, WaitsForOthersUpToTheAge) {
  settings.batch.age = milliseconds(100);
  script().end_after = false;
  script().give(make_records(0, 0, {"a"}));
  script().on_idle = [&] { clock.advance(milliseconds(40)); };
  sink.before_write = [&] { session->request_stop(); };
  run();
  EXPECT_THAT(sink.batches, ElementsAre(1));
}

TEST_F(SinkTest, TellsTheSinkWhenNothingCame) {
  script().end_after = false;
  int idle_reads = 0;
  script().on_idle = [&] {
    clock.advance(milliseconds(250));
    if (++idle_reads == 9) session->request_stop();
  };
  run();
  EXPECT_EQ(sink.idles, 2);
}

TEST_F(SinkTest, TellsThatTheClusterIsAway) {
  script().end_after = false;
  std::vector<bool> seen;
  script().on_idle = [&] {
    seen.push_back(stats.snapshot().cluster_away);
    script().away = seen.size() == 2;
    if (seen.size() == 4) session->request_stop();
  };
  run();
  EXPECT_THAT(seen, ElementsAre(true, false, true, false)) << "and until it has begun";
}

TEST_F(SinkTest, FinishesTheBatchWhenToldToStop) {
  script().end_after = false;
  script().give(make_records(0, 0, {"a"}));
  sink.write_steps.push_back([&](std::span<const SinkRecord> records) {
    session->request_stop();
    EXPECT_FALSE(session->stopping()) << "a sink that gives up now would end the drain";
    sink.keep(records);
  });
  run();
  EXPECT_TRUE(session->stopping());
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 0)));
  EXPECT_EQ(script().flushes, 1);
}

TEST_F(SinkTest, AWriteIsToldToGiveUpWhenTheTimeToDrainIsOver) {
  script().end_after = false;
  script().give(make_records(0, 0, {"a"}));
  sink.write_steps.push_back([&](std::span<const SinkRecord>) {
    session->request_stop();
    session->abandon();
    EXPECT_TRUE(session->stopping());
    throw Failure(Errc::cancelled, "gave up");
  });
  EXPECT_THROW(run(), Failure);
}

TEST_F(SinkTest, WritesAllThatWasReadBeforeItStops) {
  script().end_after = false;
  settings.batch.count = 2;
  script().give(make_records(0, 0, {"a", "b", "c", "d", "e"}));
  script().give(make_records(0, 5, {"not", "read"}));
  sink.before_write = [&] { session->request_stop(); };
  run();
  EXPECT_THAT(sink.written, ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_EQ(stats.snapshot().in_flight(), 0U);
}

TEST_F(SinkTest, AbandonEndsTheRetries) {
  script().give(make_records(0, 0, {"a"}));
  sink.write_steps.push_back([&](auto) {
    session->abandon();
    throw Failure(Errc::outside_unavailable, "away");
  });
  EXPECT_EQ(run_and_fail().code, Errc::cancelled);
  EXPECT_THAT(script().commits, IsEmpty());
  EXPECT_EQ(session->unfinished(), 1U);
}

TEST_F(SinkTest, TheLedgerAddsUp) {
  script().give(make_records(0, 0, {"a", "b", "c"}));
  run();
  const auto now = stats.snapshot();
  EXPECT_EQ(now.records_read, 3U);
  EXPECT_EQ(now.records_delivered, 3U);
  EXPECT_EQ(now.bytes_delivered, 3U);
  EXPECT_EQ(now.in_flight(), 0U);
  EXPECT_EQ(now.lag, 7);
}

TEST_F(SinkTest, APausedSinkReadsAndWritesNothing) {
  script().give(make_records(0, 0, {"a"}));
  script().end_after = false;
  session.emplace(sink, cluster, clock, stats, settings);
  session->set_paused(true);
  std::thread thread([&] {
    session->run();
    session->drain();
  });
  EXPECT_TRUE(fakes::eventually([&] { return stats.snapshot().last_progress.has_value(); }));
  session->request_stop();
  thread.join();
  EXPECT_THAT(sink.written, IsEmpty());
  EXPECT_EQ(session->unfinished(), 0U);
  EXPECT_THAT(script().commits, IsEmpty());
}

TEST_F(SinkTest, GoesOnAfterAPause) {
  script().give(make_records(0, 0, {"a"}));
  session.emplace(sink, cluster, clock, stats, settings);
  session->set_paused(true);
  std::thread thread([&] {
    session->run();
    session->drain();
  });
  EXPECT_TRUE(fakes::eventually([&] { return stats.snapshot().last_progress.has_value(); }));
  session->set_paused(false);
  thread.join();
  EXPECT_THAT(sink.written, ElementsAre("a"));
}

TEST_F(SinkTest, AStopWhilePausedLeavesWhatWasReadToTheNextRun) {
  script().give(make_records(0, 0, {"a", "b", "c"}));
  settings.batch.count = 1;
  sink.before_write = [&] {
    session->set_paused(true);
    session->request_stop();
  };
  run();
  EXPECT_THAT(sink.written, ElementsAre("a"));
  EXPECT_THAT(script().commits, ElementsAre(Pair(0U, 0)));
  EXPECT_EQ(session->unfinished(), 0U);
}

TEST_F(SinkTest, ShowsWhatIsWritten) {
  Tap tap;
  const auto feed = tap.listen(std::nullopt);
  script().give(make_records(3, 41, {"a"}));
  session.emplace(sink, cluster, clock, stats, settings);
  session->show_to(tap);
  session->run();
  session->drain();
  EXPECT_THAT(feed->take().text,
              testing::HasSubstr(R"("partition":3,"offset":41,"key":null,"value":"a"})"));
}

}  // namespace
}  // namespace sluice::connector
