// SPDX-License-Identifier: Apache-2.0
// Sinks whose records go through SmartModules: what is written, what is committed, what counts.
#include "connector/sink_transform.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/sink_session.hpp"
#include "connector/transform_support.hpp"

namespace sluice::connector {
namespace {

using fakes::Letters;
using fakes::make_records;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

struct Written {
  std::string value;
  std::uint32_t partition = 0;
  std::int64_t offset = 0;
  std::uint32_t index = 0;

  friend bool operator==(const Written&, const Written&) = default;
};
void PrintTo(const Written& one, std::ostream* out) {
  *out << one.value << "@" << one.partition << ":" << one.offset << "." << one.index;
}

// A destination that keeps offsets, or does not, and may break in the middle of a write.
struct Destination final : Sink {
  std::optional<std::map<PartitionId, Offset>> stored_offsets() override { return stored; }
  void write(std::span<const SinkRecord> records) override {
    batches.push_back(records.size());
    if (!steps.empty()) {
      const auto step = std::move(steps.front());
      steps.pop_front();
      return step(records);
    }
    keep(records);
  }
  void keep(std::span<const SinkRecord> records) {
    for (const auto& record : records) {
      written.push_back(
          {std::string(record.value), record.partition.value, record.offset.value, record.index});
      if (stored) (*stored)[record.partition] = record.offset;
    }
  }
  [[nodiscard]] std::vector<std::string> values() const {
    std::vector<std::string> out;
    for (const auto& one : written) out.push_back(one.value);
    return out;
  }

  std::optional<std::map<PartitionId, Offset>> stored;
  std::deque<std::function<void(std::span<const SinkRecord>)>> steps;
  std::vector<Written> written;
  std::vector<std::size_t> batches;
};

struct SinkTransformTest : testing::Test {
  SinkSettings settings{.topic = "t",
                        .name = "n",
                        .consumer = {.consumer_id = "n", .strategy = OffsetStrategy::manual},
                        .batch = {},
                        .backoff = {.first = milliseconds(0), .most = milliseconds(1)}};
  fakes::ManualClock clock;
  Stats stats{clock};
  fakes::FakeCluster cluster;
  Destination sink;
  Letters letters;
  FaultPolicy policy = FaultPolicy::stop;
  ErrorOptions errors;
  std::unique_ptr<Transforms> transforms;
  std::optional<SinkSession> session;

  fakes::ReaderScript& script() { return *cluster.script; }
  void run(std::vector<TransformStep> steps) {
    session.reset();
    transforms = loaded_transforms(std::move(steps), stats, policy);
    session.emplace(sink, cluster, clock, stats, settings);
    errors.on_transform = policy;
    session->handle_errors(ErrorHandling(errors, &letters));
    session->transform_with(*transforms);
    session->run();
    session->drain();
  }
  Error run_and_fail(std::vector<TransformStep> steps) {
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

TEST_F(SinkTransformTest, RecordsKeepTheirOffsetsBehindAChain) {
  script().give(make_records(0, 5, {"b", "a", "b", "ca"}));
  run({step_of("basic/filter_contains_a"), step_of("basic/map_prefix", {{"prefix", ">"}})});
  EXPECT_THAT(sink.written, ElementsAre(Written{">A", 0, 6}, Written{">CA", 0, 8}));
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 8)));
  EXPECT_EQ(stats.snapshot().filtered.at("transform"), 2U);
  expect_ledger();
}

TEST_F(SinkTransformTest, RecordsKeepTheirTimestampsAndModulesSeeThem) {
  auto memory = std::make_shared<const std::string>("5");
  script().give(Records(PartitionId{1},
                        {{.offset = Offset{70}, .timestamp = milliseconds(1'000), .value = *memory},
                         {.offset = Offset{72}, .timestamp = milliseconds(1'250), .value = "6"}},
                        memory));
  sink.steps.push_back([&](std::span<const SinkRecord> records) {
    sink.keep(records);
    EXPECT_EQ(records[1].timestamp, milliseconds(1'250));
  });
  run({step_of("basic/probe")});
  EXPECT_THAT(sink.values(), ElementsAre("70:1000:5", "72:1250:6"));
}

TEST_F(SinkTransformTest, CommitsPastWhatWasFilteredAtTheEnd) {
  script().give(make_records(0, 0, {"a", "x", "y"}));
  run({step_of("basic/filter_contains_a")});
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 2)));
}

TEST_F(SinkTransformTest, CommitsWhenEverythingWasFiltered) {
  script().give(make_records(0, 0, {"x", "y"}));
  script().give(make_records(1, 7, {"z"}));
  run({step_of("basic/filter_contains_a")});
  EXPECT_THAT(sink.batches, IsEmpty());
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 1), Pair(1, 7)));
  expect_ledger();
}

TEST_F(SinkTransformTest, WhatIsFilteredIsNotCommittedBeforeWhatWasReadBeforeIt) {
  settings.batch.age = milliseconds(1'000);
  script().give(make_records(0, 0, {"a"}));
  script().give(make_records(0, 1, {"x"}));
  sink.steps.push_back([&](auto) {
    EXPECT_THAT(script().commits, IsEmpty());
    throw Failure(Errc::outside_rejected, "no");
  });
  EXPECT_EQ(run_and_fail({step_of("basic/filter_contains_a")}).code, Errc::outside_rejected);
  EXPECT_THAT(script().commits, IsEmpty());
}

TEST_F(SinkTransformTest, AnOffsetIsCommittedWithTheLastRecordThatWasMadeOfIt) {
  script().give(make_records(0, 3, {"1", "2,3,4", "5"}));
  sink.steps.push_back([&](std::span<const SinkRecord> records) {
    sink.keep(records.first(3));
    throw PartialWrite(3, {Errc::outside_unavailable, "away", {}});
  });
  run({step_of("basic/array_map_split")});
  EXPECT_THAT(sink.written,
              ElementsAre(Written{"1", 0, 3}, Written{"2", 0, 4, 0}, Written{"3", 0, 4, 1},
                          Written{"4", 0, 4, 2}, Written{"5", 0, 5}));
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 3), Pair(0, 5)));
  EXPECT_EQ(stats.snapshot().records_delivered, 3U);
  EXPECT_EQ(stats.snapshot().steps[0].records_out, 5U);
  expect_ledger();
}

TEST_F(SinkTransformTest, NoWriteHasHalfAnOffset) {
  settings.batch.count = 2;
  script().give(make_records(0, 0, {"1", "2,3,4", "5"}));
  run({step_of("basic/array_map_split")});
  EXPECT_THAT(sink.batches, ElementsAre(1, 3, 1));
}

// kill -9 at any point of a write: the destination has what it stored together with its offset,
// and a new run goes on behind that.
struct Crash : SinkTransformTest {
  const std::vector<std::string> values{"1", "2,3,4", "x", "5,6", "7"};
  const std::vector<std::string> made{"1", "2", "3", "4", "x", "5", "6", "7"};

  void start(std::size_t first) {
    cluster.script = std::make_shared<fakes::ReaderScript>();
    const auto rest = values.begin() + static_cast<std::ptrdiff_t>(first);
    if (first < values.size()) {
      script().give(make_records(0, static_cast<std::int64_t>(first), {rest, values.end()}));
    }
    run({step_of("basic/array_map_split")});
  }
  // The write that has record `at` is a transaction of which the crash leaves all, or nothing.
  void crash(std::size_t at, bool committed) {
    sink = {};
    sink.stored.emplace();
    std::size_t seen = 0;
    for (std::size_t i = 0; i < made.size(); ++i) {
      sink.steps.emplace_back([this, &seen, at, committed](std::span<const SinkRecord> records) {
        const bool crashes = seen <= at && at < seen + records.size();
        seen += records.size();
        if (!crashes || committed) sink.keep(records);
        if (crashes) throw Failure(Errc::internal, "killed");
      });
    }
    EXPECT_THROW(start(0), Failure);
    sink.steps.clear();
  }
};

TEST_F(Crash, ADestinationWithOffsetsHasEachRecordOnce) {
  for (const std::size_t batch_count : {1, 2, 3, 5}) {
    settings.batch.count = batch_count;
    for (std::size_t at = 0; at < made.size(); ++at) {
      for (const bool committed : {false, true}) {
        crash(at, committed);
        const auto stored = *sink.stored;
        start(stored.empty() ? 0 : static_cast<std::size_t>(stored.at(PartitionId{0}).value) + 1);
        EXPECT_EQ(sink.values(), made)
            << batch_count << " a batch, killed at " << at << ", committed " << committed;
        EXPECT_THAT(script().commits, IsEmpty());
      }
    }
  }
}

TEST_F(SinkTransformTest, ADestinationWithOffsetsIsAskedAgainByWholeOffsets) {
  sink.stored.emplace();
  script().give(make_records(0, 0, {"1", "2,3,4"}));
  sink.steps.push_back([&](std::span<const SinkRecord> records) {
    sink.keep(records.first(1));
    // It says that it has half of an offset, but stores that it has none of it.
    throw PartialWrite(2, {Errc::outside_unavailable, "away", {}});
  });
  run({step_of("basic/array_map_split")});
  EXPECT_THAT(sink.values(), ElementsAre("1", "2", "3", "4"));
}

TEST_F(SinkTransformTest, EachPartitionHasAChainOfItsOwn) {
  script().give(make_records(0, 0, {"a"}));
  script().give(make_records(1, 0, {"x"}));
  script().give(make_records(0, 1, {"b"}));
  auto step = step_of("basic/aggregate_concat");
  step.initial_value = ">";
  run({step});
  EXPECT_THAT(sink.values(), ElementsAre(">a", ">x", ">ab"));
}

TEST_F(SinkTransformTest, StopsAtARecordThatFailsAndDeliversWhatCameBefore) {
  script().give(make_records(2, 10, {"2", "3", "4", "poison", "6"}));
  const auto error = run_and_fail({step_of("basic/filter_map_halve")});
  EXPECT_EQ(error.code, Errc::smartmodule);
  for (const auto* part :
       {"partition 2", "offset 13", "filter_map_halve", "(filter_map)", "poison"}) {
    EXPECT_THAT(error.message(), HasSubstr(part));
  }
  EXPECT_THAT(sink.values(), ElementsAre("1", "2"));
  EXPECT_THAT(script().commits, ElementsAre(Pair(2, 12)));
  EXPECT_EQ(session->unfinished(), 2U);
}

TEST_F(SinkTransformTest, StopsAtTheFirstRecordWithoutACommit) {
  script().give(make_records(0, 0, {"poison", "2"}));
  run_and_fail({step_of("basic/filter_map_halve")});
  EXPECT_THAT(sink.batches, IsEmpty());
  EXPECT_THAT(script().commits, IsEmpty());
}

TEST_F(SinkTransformTest, SkipsAndCounts) {
  policy = FaultPolicy::skip;
  script().give(make_records(0, 0, {"2", "poison", "3", "4", "poison"}));
  run({step_of("basic/filter_map_halve")});
  EXPECT_THAT(sink.written, ElementsAre(Written{"1", 0, 0}, Written{"2", 0, 3}));
  EXPECT_EQ(stats.snapshot().filtered.at("transform_error"), 2U);
  EXPECT_EQ(stats.snapshot().filtered.at("transform"), 1U);
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 4)));
  expect_ledger();
}

TEST_F(SinkTransformTest, NothingOfARecordIsWrittenWhenPartOfItFails) {
  policy = FaultPolicy::skip;
  script().give(make_records(0, 0, {"2,poison,4,poison", "6"}));
  run({step_of("basic/array_map_split"), step_of("basic/filter_map_halve")});
  EXPECT_THAT(sink.values(), ElementsAre("3"));
  EXPECT_EQ(stats.snapshot().filtered.at("transform_error"), 1U) << "one record, though two faults";
  expect_ledger();
}

TEST_F(SinkTransformTest, ADeadLetterIsDurableBeforeItsOffsetIsCommitted) {
  policy = FaultPolicy::dead_letter;
  script().give(make_records(1, 7, {"poison"}));
  letters.before_write = [&] { EXPECT_THAT(script().commits, IsEmpty()); };
  run({step_of("basic/map_prefix"), step_of("basic/filter_map_halve")});
  ASSERT_EQ(letters.written.size(), 1U);
  const auto& letter = letters.written.front();
  EXPECT_EQ(letter.value, "poison") << "as it was read, not as the first module left it";
  EXPECT_EQ(letter.partition, PartitionId{1});
  EXPECT_EQ(letter.offset, Offset{7});
  EXPECT_EQ(letter.step, 1U);
  EXPECT_THAT(script().commits, ElementsAre(Pair(1, 7)));
  EXPECT_EQ(stats.snapshot().records_dead_lettered, 1U);
  expect_ledger();
}

TEST_F(SinkTransformTest, ADeadLetterIsTriedAgainWhileThatCanHelp) {
  policy = FaultPolicy::dead_letter;
  letters.failures = {{Errc::no_space, "full", {}}, {Errc::no_space, "full", {}}};
  script().give(make_records(0, 0, {"poison", "2"}));
  run({step_of("basic/filter_map_halve")});
  EXPECT_EQ(letters.written.size(), 1U);
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 1)));
  EXPECT_EQ(stats.snapshot().retries, 2U);
}

TEST_F(SinkTransformTest, ADeadLetterThatIsRefusedStopsIt) {
  policy = FaultPolicy::dead_letter;
  letters.failures = {{Errc::record_too_large, "too large", {}}};
  script().give(make_records(0, 0, {"poison"}));
  EXPECT_EQ(run_and_fail({step_of("basic/filter_map_halve")}).code, Errc::record_too_large);
  EXPECT_THAT(script().commits, IsEmpty());
}

TEST_F(SinkTransformTest, AbandonEndsTheWaitForADeadLetter) {
  policy = FaultPolicy::dead_letter;
  letters.silent = true;
  letters.before_write = [&] { session->abandon(); };
  script().give(make_records(0, 0, {"poison"}));
  EXPECT_EQ(run_and_fail({step_of("basic/filter_map_halve")}).code, Errc::cancelled);
  EXPECT_THAT(script().commits, IsEmpty());
}

TEST_F(SinkTransformTest, AModuleThatHangsIsBlamedOnTheRecordThatItHangsOver) {
  policy = FaultPolicy::skip;
  script().give(make_records(0, 0, {"a"}));
  script().give(make_records(0, 1, {"b"}));
  run({step_of("hostile/loop_on_second_call")});
  EXPECT_THAT(sink.values(), ElementsAre("a"));
  EXPECT_THAT(script().commits, ElementsAre(Pair(0, 1)));
  EXPECT_THAT(stats.snapshot().last_error, HasSubstr("offset 1"));
}

TEST_F(SinkTransformTest, FinishesWhatWasReadWhenToldToStop) {
  script().end_after = false;
  settings.batch.count = 2;
  script().give(make_records(0, 0, {"1,2,3", "4", "5"}));
  script().give(make_records(0, 3, {"not", "read"}));
  sink.steps.push_back([&](std::span<const SinkRecord> records) {
    session->request_stop();
    sink.keep(records);
  });
  run({step_of("basic/array_map_split")});
  EXPECT_THAT(sink.values(), ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_THAT(script().commits.back(), Pair(0, 2));
  EXPECT_EQ(session->unfinished(), 0U);
  expect_ledger();
}

// --- looking back --------------------------------------------------------------------------

struct LookBackTest : SinkTransformTest {
  // What the topic has before the sink's first record, by offset from `first`.
  std::vector<std::string> before;
  std::int64_t log_start = 0;
  milliseconds step_age{1'000};  // between two records; the last is that old
  std::vector<ReadPlan> plans;

  void SetUp() override {
    cluster.on_reader = [this](const std::string& topic,
                               const ReadPlan& plan) -> std::shared_ptr<fakes::ReaderScript> {
      if (!plan.options.until_end) return nullptr;
      EXPECT_EQ(topic, "t");
      plans.push_back(plan);
      return earlier(plan);
    };
  }
  std::shared_ptr<fakes::ReaderScript> earlier(const ReadPlan& plan) {
    auto out = std::make_shared<fakes::ReaderScript>();
    auto first =
        plan.options.start.from == StartAt::From::beginning ? log_start : plan.options.start.count;
    if (first < log_start) {
      out->end_after = false;
      out->on_idle = [] { throw Failure(Errc::offset_evicted, "gone"); };
      return out;
    }
    auto memory = std::make_shared<const std::vector<std::string>>(before);
    std::vector<ConsumedRecord> records;
    const auto now = std::chrono::floor<milliseconds>(clock.wall()).time_since_epoch();
    const auto size = static_cast<std::int64_t>(before.size());
    for (auto i = first; i < size; ++i) {
      records.push_back({.offset = Offset{i},
                         .timestamp = now - step_age * (size - i),
                         .value = (*memory)[static_cast<std::size_t>(i)]});
    }
    out->give(Records(plan.options.partitions.front(), std::move(records), memory));
    return out;
  }
  void give(std::vector<std::string> values) {
    script().give(make_records(0, static_cast<std::int64_t>(before.size()), std::move(values)));
  }
  static TransformStep probe(std::uint64_t last, std::optional<milliseconds> age = {}) {
    auto step = step_of("basic/probe");
    step.lookback = smartmodule::Lookback{.last = last, .age = age};
    return step;
  }
  [[nodiscard]] std::vector<std::string> kept() const {
    std::vector<std::string> out;
    for (const auto& value : sink.values()) out.push_back(value.substr(value.rfind(':') + 1));
    return out;
  }
};

TEST_F(LookBackTest, SeesTheLastRecordsBeforeTheFirst) {
  before = {"9", "1", "3"};
  give({"2", "4"});
  run({probe(2)});
  EXPECT_THAT(kept(), ElementsAre("4"));
  ASSERT_EQ(plans.size(), 1U);
  EXPECT_EQ(plans[0].options.start.count, 1);
  EXPECT_EQ(plans[0].options.strategy, OffsetStrategy::none);
}

TEST_F(LookBackTest, SeesWhatThereIsWhenThereIsLess) {
  before = {"3"};
  give({"2", "4"});
  run({probe(100)});
  EXPECT_THAT(kept(), ElementsAre("4"));
}

TEST_F(LookBackTest, SeesWhatRetentionHasLeft) {
  before = {"100", "100", "3"};
  log_start = 2;
  give({"2", "4"});
  run({probe(2)});
  EXPECT_THAT(kept(), ElementsAre("4"));
}

TEST_F(LookBackTest, SeesRecordsOfAnAgeHoweverManyTheyAre) {
  before.assign(5'000, "1");
  step_age = milliseconds(10);
  give({"6"});
  before[2'999] = "just too old, and no number";
  run({probe(0, milliseconds(20'000))});
  EXPECT_THAT(kept(), ElementsAre("6"));
  EXPECT_GT(plans.size(), 1U) << "how far back that is, nobody knows";

  before[3'000] = "just not too old, and no number";
  give({"6"});
  EXPECT_THAT(run_and_fail({probe(0, milliseconds(20'000))}).message(), HasSubstr("invalid digit"));
}

TEST_F(LookBackTest, AnAgeLimitsANumber) {
  before = {"9", "3"};
  give({"4"});
  run({probe(2, milliseconds(1'500))});
  EXPECT_THAT(kept(), ElementsAre("4"));
}

TEST_F(LookBackTest, NothingIsReadWithoutALookback) {
  before = {"9"};
  give({"1"});
  run({step_of("basic/probe")});
  EXPECT_THAT(kept(), ElementsAre("1"));
  EXPECT_THAT(plans, IsEmpty());
}

TEST_F(LookBackTest, ARefusalStopsItAndIsSaidInTheModulesWords) {
  before = {"not a number"};
  give({"1"});
  const auto error = run_and_fail({probe(1)});
  EXPECT_EQ(error.code, Errc::smartmodule);
  EXPECT_THAT(error.message(), HasSubstr("invalid digit"));
  EXPECT_THAT(script().commits, IsEmpty());
}

TEST_F(LookBackTest, AModuleThatHangsInItEndsInAClearError) {
  before = {"1"};
  give({"1"});
  auto step = step_of("hostile/loop_look_back");
  step.lookback = smartmodule::Lookback{.last = 1};
  EXPECT_THAT(run_and_fail({step}).message(), HasSubstr("loop_look_back"));
}

}  // namespace
}  // namespace sluice::connector
