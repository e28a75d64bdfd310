// SPDX-License-Identifier: Apache-2.0
// What becomes of a sink's records that fail: each policy, in each way a sink can say it.
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/sink_session.hpp"
#include "connector/transform_support.hpp"

namespace sluice::connector {
namespace {

using fakes::make_records;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

bool is_poison(const SinkRecord& record) {
  return record.value.starts_with("poison");
}

// A destination that refuses what begins with `poison`, and says so in one of four ways: as a
// whole, with what came before it kept or not, or for each record.
struct PickySink final : Sink {
  enum class Says : std::uint8_t { whole, partial, named, refused };

  void open(SinkContext& context) override {
    ++opens;
    stream = &context;
    if (outages == 0) return;
    --outages;
    throw Failure(Errc::connection_refused, "nobody there");
  }
  std::optional<std::map<PartitionId, Offset>> stored_offsets() override { return stored; }
  void write(std::span<const SinkRecord> records) override {
    batches.push_back(records.size());
    if (before_write) before_write();
    std::size_t at = 0;
    while (at < records.size() && !is_poison(records[at])) ++at;
    if (at == records.size()) return keep(records);
    const Error error{code, "not a number", {}};
    if (says == Says::whole) throw Failure(error);
    if (says == Says::named) throw PartialWrite(0, error, at);
    keep(records.first(at));
    if (says == Says::partial) throw PartialWrite(at, error);
    std::vector<RecordsRefused::Refused> refused{{at, error}};
    while (++at < records.size()) {
      if (is_poison(records[at])) {
        refused.push_back({at, error});
      } else {
        keep(records.subspan(at, 1));
      }
    }
    throw RecordsRefused(std::move(refused));
  }
  void keep(std::span<const SinkRecord> records) {
    for (const auto& record : records) {
      written.emplace_back(record.value);
      if (stored) (*stored)[record.partition] = record.offset;
    }
  }

  Says says = Says::whole;
  Errc code = Errc::outside_rejected;
  int outages = 0;
  int opens = 0;
  SinkContext* stream = nullptr;
  std::function<void()> before_write;
  std::optional<std::map<PartitionId, Offset>> stored;
  std::vector<std::string> written;
  std::vector<std::size_t> batches;
};

struct SinkErrors : testing::Test {
  SinkSettings settings{.topic = "t",
                        .name = "n",
                        .consumer = {.consumer_id = "n", .strategy = OffsetStrategy::manual},
                        .batch = {},
                        .backoff = {.first = milliseconds(0), .most = milliseconds(1)}};
  ErrorOptions options;
  fakes::ManualClock clock;
  Stats stats{clock};
  fakes::FakeCluster cluster;
  PickySink sink;
  fakes::Letters letters;
  std::unique_ptr<Transforms> transforms;
  std::optional<SinkSession> session;

  fakes::ReaderScript& script() { return *cluster.script; }
  void start(std::vector<TransformStep> steps = {}) {
    session.reset();
    session.emplace(sink, cluster, clock, stats, settings);
    session->handle_errors(ErrorHandling(options, &letters));
    if (steps.empty()) return;
    transforms = loaded_transforms(std::move(steps), stats, options.on_transform);
    session->transform_with(*transforms);
  }
  void run(std::vector<TransformStep> steps = {}) {
    start(std::move(steps));
    session->run();
    session->drain();
  }
  Error run_and_fail(std::vector<TransformStep> steps = {}) {
    try {
      run(std::move(steps));
    } catch (const Failure& failure) {
      return failure.error();
    }
    ADD_FAILURE() << "the session ended without a failure";
    return {};
  }
  void expect_ledger() {
    const auto now = stats.snapshot();
    EXPECT_EQ(now.records_read, now.records_delivered + now.records_filtered +
                                    now.records_dead_lettered + now.records_failed);
  }
};

using Says = PickySink::Says;

class EachWay : public SinkErrors, public testing::WithParamInterface<Says> {
 protected:
  void SetUp() override { sink.says = GetParam(); }
};
std::string name_of_way(const testing::TestParamInfo<Says>& way) {
  constexpr std::array names{"whole", "partial", "named", "refused"};
  return names.at(static_cast<std::size_t>(way.param));
}
INSTANTIATE_TEST_SUITE_P(All, EachWay,
                         testing::Values(Says::whole, Says::partial, Says::named, Says::refused),
                         name_of_way);

TEST_P(EachWay, StopNamesTheRecordWithAllBeforeItCommitted) {
  script().give(make_records(3, 10, {"a", "b", "c", "poison", "e"}));
  const auto error = run_and_fail();
  EXPECT_EQ(error.code, Errc::outside_rejected);
  EXPECT_EQ(error.context, "partition 3, offset 13: not a number");
  EXPECT_THAT(script().commits.back(), Pair(3, 12));
  EXPECT_EQ(session->unfinished(), 2U);
  EXPECT_EQ(stats.snapshot().records_failed, 1U);
}

TEST_P(EachWay, SkipLeavesOutTheRecordsAndWritesAllOthersInOrder) {
  options.on_rejected = ErrorPolicy::skip;
  script().give(make_records(0, 0, {"poison", "a", "b", "poison", "poison", "c", "poison"}));
  run();
  EXPECT_THAT(sink.written, ElementsAre("a", "b", "c"));
  EXPECT_THAT(script().commits.back(), Pair(0, 6));
  EXPECT_EQ(stats.snapshot().filtered.at("rejected"), 4U);
  EXPECT_EQ(stats.snapshot().records_delivered, 3U);
  EXPECT_EQ(session->unfinished(), 0U);
  expect_ledger();
}

TEST_P(EachWay, ADeadLetterHasTheRecordAndIsDurableBeforeTheCommit) {
  options.on_malformed = ErrorPolicy::dead_letter;
  sink.code = Errc::malformed;
  script().give(make_records(1, 7, {"a", "poison 1", "b", "poison 2"}));
  letters.before_write = [&] {
    const auto next = letters.written.empty() ? 8 : 10;
    for (const auto& [partition, offset] : script().commits) EXPECT_LT(offset, next);
  };
  run();
  EXPECT_THAT(sink.written, ElementsAre("a", "b"));
  ASSERT_EQ(letters.written.size(), 2U);
  const auto& letter = letters.written.front();
  EXPECT_EQ(letter.value, "poison 1");
  EXPECT_EQ(letter.partition, PartitionId{1});
  EXPECT_EQ(letter.offset, Offset{8});
  EXPECT_EQ(letter.error.code, Errc::malformed);
  EXPECT_EQ(letter.attempts, 1U);
  EXPECT_THAT(letter.module, IsEmpty());
  EXPECT_THAT(script().commits.back(), Pair(1, 10));
  expect_ledger();
}

TEST_P(EachWay, RetryWritesItAgainUntilItIsTaken) {
  options.on_too_large = ErrorPolicy::retry;
  sink.code = Errc::record_too_large;
  script().give(make_records(0, 0, {"a", "poison", "b"}));
  int writes = 0;
  sink.before_write = [&] {
    if (++writes == 10) sink.code = Errc::internal;
  };
  EXPECT_EQ(run_and_fail().code, Errc::internal) << "it would have gone on for ever";
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 0)));
  EXPECT_EQ(sink.opens, 1) << "the connection is not to blame";
}

TEST_P(EachWay, RetryEndsAtTheLimitAsTheUserWants) {
  options.on_rejected = ErrorPolicy::retry;
  options.retry_limit = 3;
  options.on_exhausted = FaultPolicy::dead_letter;
  script().give(make_records(0, 0, {"a", "poison", "b"}));
  run();
  EXPECT_THAT(sink.written, testing::UnorderedElementsAre("a", "b"));
  ASSERT_EQ(letters.written.size(), 1U);
  EXPECT_EQ(letters.written.front().attempts, 3U);
  EXPECT_EQ(stats.snapshot().retries, 2U);
  EXPECT_THAT(script().commits.back(), Pair(0, 2));
  expect_ledger();
}

TEST_P(EachWay, TooManyOfThemStopItWithTheirReason) {
  options.on_rejected = ErrorPolicy::skip;
  options.error_limit = 2;
  options.error_window = 100;
  script().give(make_records(0, 0, {"a", "poison", "b", "poison", "c", "poison", "d"}));
  const auto error = run_and_fail();
  EXPECT_EQ(error.code, Errc::outside_rejected);
  EXPECT_THAT(error.context, HasSubstr("more than 2 of the last 100 records"));
  EXPECT_THAT(error.context, HasSubstr("offset 5: not a number"));
  EXPECT_THAT(script().commits.back(), Pair(0, 4));
  EXPECT_EQ(stats.snapshot().records_filtered, 2U);
}

TEST_F(SinkErrors, PoisonIsFoundInFewWrites) {
  options.on_rejected = ErrorPolicy::skip;
  std::vector<std::string> values(1'000, "v");
  values[617] = "poison";
  script().give(make_records(0, 0, values));
  run();
  EXPECT_EQ(sink.written.size(), 999U);
  EXPECT_LE(sink.batches.size(), 22U);
}

TEST_F(SinkErrors, OtherCodesStopWithoutASearch) {
  sink.code = Errc::permission_denied;
  options.on_rejected = ErrorPolicy::skip;
  script().give(make_records(0, 0, {"a", "poison"}));
  EXPECT_EQ(run_and_fail().code, Errc::permission_denied);
  EXPECT_THAT(sink.batches, ElementsAre(2));
}

TEST_F(SinkErrors, APartialWriteMayNameARecordFurtherOn) {
  options.on_rejected = ErrorPolicy::skip;
  script().give(make_records(0, 0, {"a", "b", "poison", "d"}));
  bool first = true;
  sink.before_write = [&] {
    if (!std::exchange(first, false)) return;
    sink.written.emplace_back("a");
    throw PartialWrite(1, {Errc::outside_rejected, "no", {}}, 2);
  };
  run();
  EXPECT_THAT(sink.written, ElementsAre("a", "b", "d"));
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 0), Pair(0, 1), Pair(0, 2), Pair(0, 3)));
}

TEST_F(SinkErrors, AnOutageStopsItWhenTheUserWantsThat) {
  options.on_unavailable = ErrorPolicy::stop;
  sink.outages = 1;
  EXPECT_EQ(run_and_fail().code, Errc::connection_refused);
}

TEST_F(SinkErrors, AnOutageThatLastsGivesUpWhatIsInHandAndNoMore) {
  options.on_unavailable = ErrorPolicy::dead_letter;
  options.retry_limit = 3;
  settings.batch.count = 2;
  sink.code = Errc::outside_unavailable;
  script().give(make_records(0, 0, {"poison", "b", "c"}));
  run();
  EXPECT_THAT(sink.written, ElementsAre("c"));
  ASSERT_EQ(letters.written.size(), 2U) << "the batch that was tried";
  EXPECT_EQ(letters.written[0].attempts, 3U);
  EXPECT_EQ(letters.written[1].value, "b");
  EXPECT_EQ(letters.written[1].error.code, Errc::outside_unavailable);
  EXPECT_EQ(sink.opens, 3) << "once, and before each new try of the first batch";
  expect_ledger();
}

// One record was given up for each round of tries.
TEST_F(SinkErrors, AnOutageInTheMiddleGivesUpAllThatWasNotWritten) {
  options.on_unavailable = ErrorPolicy::dead_letter;
  options.retry_limit = 3;
  sink.code = Errc::outside_unavailable;
  sink.says = PickySink::Says::partial;
  script().give(make_records(0, 0, {"a", "poison", "c"}));
  run();
  EXPECT_THAT(sink.written, ElementsAre("a"));
  ASSERT_EQ(letters.written.size(), 2U);
  EXPECT_EQ(letters.written[1].value, "c");
  EXPECT_EQ(letters.written[1].attempts, 3U);
  EXPECT_EQ(sink.batches.size(), 3U);
  expect_ledger();
}

TEST_F(SinkErrors, AnOutageAtTheStartHasNothingToGiveUp) {
  options.on_unavailable = ErrorPolicy::skip;
  options.retry_limit = 2;
  sink.outages = 5;
  script().give(make_records(0, 0, {"a"}));
  run();
  EXPECT_THAT(sink.written, ElementsAre("a"));
}

TEST_F(SinkErrors, TheLimitOfTriesStopsItByDefault) {
  options.retry_limit = 4;
  sink.outages = 100;
  EXPECT_EQ(run_and_fail().code, Errc::connection_refused);
  EXPECT_EQ(sink.opens, 4);
}

TEST_F(SinkErrors, WhatTheDestinationAskedForIsThePauseAtLeast) {
  sink.code = Errc::outside_unavailable;
  script().give(make_records(0, 0, {"poison"}));
  options.retry_limit = 2;
  const auto before = std::chrono::steady_clock::now();
  sink.before_write = [&] { sink.stream->retry_after(milliseconds(40)); };
  run_and_fail();
  EXPECT_GE(std::chrono::steady_clock::now() - before, milliseconds(40));
}

TEST_F(SinkErrors, ALetterHasTheRecordAsItWasReadAndAllThatWasMadeOfItGoes) {
  options.on_rejected = ErrorPolicy::dead_letter;
  script().give(make_records(0, 4, {"1", "2,poison,3", "4"}));
  run({step_of("basic/array_map_split")});
  EXPECT_THAT(sink.written, ElementsAre("1", "4"));
  ASSERT_EQ(letters.written.size(), 1U);
  EXPECT_EQ(letters.written.front().value, "2,poison,3");
  EXPECT_EQ(letters.written.front().offset, Offset{5});
  EXPECT_THAT(script().commits.back(), Pair(0, 6));
  expect_ledger();
}

TEST_F(SinkErrors, ALetterOfALaterBatchStillHasTheRecordAsItWasRead) {
  options.on_rejected = ErrorPolicy::dead_letter;
  settings.batch.count = 2;
  script().give(make_records(0, 0, {"a", "b", "c", "d", "e", "f"}));
  script().give(make_records(1, 0, {"x"}));
  run({step_of("basic/map_prefix", {{"prefix", "poison"}})});
  std::vector<std::string> values;
  for (const auto& letter : letters.written) values.push_back(letter.value);
  EXPECT_THAT(values, ElementsAre("a", "b", "c", "d", "e", "f", "x"));
  expect_ledger();
}

TEST_F(SinkErrors, FaultsOfSmartModulesCountAmongTheTooMany) {
  options.on_transform = FaultPolicy::skip;
  options.error_limit = 1;
  script().give(make_records(0, 0, {"2", "poison", "4", "3", "poison", "6", "5"}));
  const auto error = run_and_fail({step_of("basic/filter_map_halve")});
  EXPECT_EQ(error.code, Errc::smartmodule);
  EXPECT_THAT(error.context, HasSubstr("more than 1 of the last 1000 records"));
  EXPECT_THAT(sink.written, ElementsAre("1", "2"));
  EXPECT_THAT(script().commits.back(), Pair(0, 3));
  const auto now = stats.snapshot();
  EXPECT_EQ(now.records_failed, 1U);
  EXPECT_EQ(now.in_flight(), 2U) << "what is behind it";
}

TEST_F(SinkErrors, ADestinationWithOffsetsTriesASkippedRecordAgainAfterARestart) {
  sink.stored.emplace();
  sink.says = Says::whole;
  options.on_rejected = ErrorPolicy::dead_letter;
  script().give(make_records(0, 0, {"a", "poison"}));
  run();
  EXPECT_EQ(sink.stored->at(PartitionId{0}), Offset{0});
  cluster.script = std::make_shared<fakes::ReaderScript>();
  script().give(make_records(0, 1, {"poison", "c"}));
  run();
  EXPECT_EQ(script().plan.first.at(PartitionId{0}), Offset{1});
  EXPECT_THAT(sink.written, ElementsAre("a", "c"));
  ASSERT_EQ(letters.written.size(), 2U) << "the same letter twice";
  EXPECT_EQ(letters.written[0].offset, letters.written[1].offset);
  EXPECT_EQ(sink.stored->at(PartitionId{0}), Offset{2});
}

TEST_F(SinkErrors, ADestinationWithOffsetsMayNotStoreThemPastARefusedRecord) {
  sink.stored.emplace();
  sink.says = Says::refused;
  options.on_rejected = ErrorPolicy::skip;
  script().give(make_records(0, 0, {"poison", "b"}));
  EXPECT_EQ(run_and_fail().code, Errc::internal);
}

TEST_F(SinkErrors, ARateLimitCutsTheWritesAndAStopDoesNotWaitForIt) {
  settings.rate = {.records = 2};
  script().give(make_records(0, 0, {"a", "b", "c", "d", "e"}));
  start();
  sink.before_write = [&] {
    if (sink.batches.size() == 1) session->request_stop();
  };
  session->run();
  EXPECT_THAT(sink.batches, ElementsAre(2, 3));
  EXPECT_THAT(sink.written, ElementsAre("a", "b", "c", "d", "e"));
}

}  // namespace
}  // namespace sluice::connector
