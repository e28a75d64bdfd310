// SPDX-License-Identifier: Apache-2.0
// Sources whose records go through SmartModules: what is sent, what counts, what is acknowledged.
#include "connector/source_transform.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "connector/running_source.hpp"
#include "connector/transform_support.hpp"

namespace sluice::connector {
namespace {

using fakes::eventually;
using fakes::Running;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// Keeps letters back until the test lets them go, as a slow topic does.
struct HeldLetters final : DeadLetters {
  void write(std::span<const DeadLetter> letters, Callback<Done> durable) override {
    const std::lock_guard lock(guard);
    for (const auto& letter : letters) written.push_back(letter);
    if (automatic) {
      if (failure) return durable(*failure);
      return durable(Done{});
    }
    waiting.push_back(std::move(durable));
  }
  bool let_one_go() {
    Callback<Done> one;
    {
      const std::lock_guard lock(guard);
      if (waiting.empty()) return false;
      one = std::move(waiting.front());
      waiting.pop_front();
    }
    one(Done{});
    return true;
  }

  std::mutex guard;
  std::vector<DeadLetter> written;
  std::deque<Callback<Done>> waiting;
  std::optional<Error> failure;
  bool automatic = true;
};

using Body = std::function<void(SourceContext&)>;

// Sends the values, each with itself as the position.
Body sends(std::vector<std::string> values) {
  return [values = std::move(values)](SourceContext& stream) {
    for (const auto& value : values) stream.send({.key = "k", .value = value}, Position{value});
  };
}

// A source with a chain.
struct Transformed {
  Transformed(std::vector<TransformStep> steps, Body body, FaultPolicy policy = FaultPolicy::stop,
              bool automatic = true, SourceSettings settings = fakes::quick)
      : running(std::move(body), PositionKeeper::kit, automatic, settings),
        transforms(loaded_transforms(std::move(steps), running.stats, policy)) {
    running.before_run = [this, policy](SourceSession& session) {
      ErrorOptions errors;
      errors.on_transform = policy;
      session.handle_errors(ErrorHandling(errors, &letters));
      session.transform_with({transforms->start(), running.clock});
    };
  }
  [[nodiscard]] StatsSnapshot stats() const { return running.stats.snapshot(); }
  bool run() {
    running.start();
    return running.ends();
  }

  HeldLetters letters;
  Running running;  // before what counts in it
  std::unique_ptr<Transforms> transforms;
};

TEST(SourceTransform, SendsWhatTheModulesMake) {
  Transformed test(
      {step_of("basic/filter_contains_a"), step_of("basic/map_prefix", {{"prefix", ">"}})},
      sends({"a", "b", "ca"}));
  ASSERT_TRUE(test.run());
  EXPECT_FALSE(test.running.failed);
  EXPECT_THAT(test.running.writer.values(), ElementsAre(">A", ">CA"));
  EXPECT_EQ(test.stats().records_read, 3U);
  EXPECT_EQ(test.stats().records_delivered, 2U);
  EXPECT_EQ(test.stats().filtered.at("transform"), 1U);
  EXPECT_EQ(test.running.store.stored(), Position{"ca"});
}

TEST(SourceTransform, ARecordIsDeliveredOnceWhateverIsMadeOfIt) {
  Transformed test({step_of("basic/array_map_split")}, sends({"1,2,3", "4"}));
  ASSERT_TRUE(test.run());
  EXPECT_THAT(test.running.writer.values(), ElementsAre("1", "2", "3", "4"));
  EXPECT_EQ(test.stats().records_read, 2U);
  EXPECT_EQ(test.stats().records_delivered, 2U);
  EXPECT_EQ(test.stats().bytes_delivered, 8U) << "with the keys, of what the topic has";
  EXPECT_EQ(test.stats().steps[0].records_out, 4U);
  EXPECT_EQ(test.stats().in_flight(), 0U);
}

TEST(SourceTransform, APositionWaitsForAllThatWasMadeOfItsRecord) {
  Transformed test({step_of("basic/array_map_split")}, sends({"1,2", "3"}), FaultPolicy::stop,
                   false);
  test.running.start();
  auto& writer = test.running.writer;
  ASSERT_TRUE(eventually([&] { return writer.waiting() == 3; }));
  writer.acknowledge(2);
  writer.acknowledge(1);
  EXPECT_FALSE(test.running.store.stored());
  EXPECT_EQ(test.running.session->unfinished(), 2U);
  writer.acknowledge_one();
  ASSERT_TRUE(test.running.ends());
  EXPECT_EQ(test.running.store.stored(), Position{"3"});
}

TEST(SourceTransform, ThePositionOfAFilteredRecordIsReleasedInItsTurn) {
  Transformed test({step_of("basic/filter_contains_a")}, sends({"a", "b"}), FaultPolicy::stop,
                   false);
  test.running.start();
  auto& writer = test.running.writer;
  ASSERT_TRUE(eventually([&] { return test.stats().records_filtered == 1; }));
  ASSERT_TRUE(eventually([&] { return writer.waiting() == 1; }));
  EXPECT_FALSE(test.running.store.stored()) << "the one before it is on its way";
  writer.acknowledge_one();
  ASSERT_TRUE(test.running.ends());
  EXPECT_EQ(test.running.store.stored(), Position{"b"});
  EXPECT_THAT(test.running.source.heard(), testing::Contains("b"));
}

TEST(SourceTransform, FilteringEverythingIsNoReasonToWait) {
  Transformed test({step_of("basic/filter_contains_a")}, sends({"x", "y"}), FaultPolicy::stop,
                   false);
  ASSERT_TRUE(test.run());
  EXPECT_THAT(test.running.writer.values(), IsEmpty());
  EXPECT_EQ(test.running.store.stored(), Position{"y"});
}

TEST(SourceTransform, AnAggregateAddsUpOverTheRun) {
  auto step = step_of("basic/aggregate_concat");
  step.initial_value = "0";
  Transformed test({step}, sends({"1", "2"}));
  ASSERT_TRUE(test.run());
  EXPECT_THAT(test.running.writer.values(), ElementsAre("01", "012"));
}

TEST(SourceTransform, ModulesSeeTheNumberOfTheRecordAndTheTimeOfNow) {
  Transformed test({step_of("basic/probe")}, sends({"5", "6"}));
  const auto now = [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  const auto before = now();
  ASSERT_TRUE(test.run());
  ASSERT_EQ(test.running.writer.values().size(), 2U);
  const auto value = test.running.writer.values()[1];  // offset:timestamp:value
  EXPECT_TRUE(value.starts_with("1:") && value.ends_with(":6")) << value;
  const auto time = std::stoll(value.substr(2));
  EXPECT_TRUE(time >= before && time <= now()) << value;
}

TEST(SourceTransform, StopsAtARecordThatFailsWithAllBeforeItDone) {
  Transformed test({step_of("basic/filter_map_halve")}, sends({"2", "4", "poison", "6"}));
  ASSERT_TRUE(test.run());
  ASSERT_TRUE(test.running.failed);
  EXPECT_EQ(test.running.failed->code, Errc::smartmodule);
  for (const auto* part :
       {"filter_map_halve", "(filter_map)", "offset 2", "key \"k\"", "\"poison\""}) {
    EXPECT_THAT(test.running.failed->message(), HasSubstr(part));
  }
  EXPECT_THAT(test.running.writer.values(), ElementsAre("1", "2"));
  EXPECT_EQ(test.running.store.stored(), Position{"4"});
  EXPECT_THAT(test.running.source.heard(), testing::Contains("4"));
  EXPECT_EQ(test.running.session->unfinished(), 1U);
  const auto now = test.stats();
  EXPECT_EQ(now.records_read, now.records_delivered + now.records_failed);
}

TEST(SourceTransform, ASourceThatCatchesTheFailureCannotGoOn) {
  Transformed test({step_of("basic/filter_map_halve")}, [](SourceContext& stream) {
    try {
      stream.send({.value = "poison"}, Position{"1"});
    } catch (const Failure&) {
    }
    stream.send({.value = "2"}, Position{"2"});
  });
  ASSERT_TRUE(test.run());
  ASSERT_TRUE(test.running.failed);
  EXPECT_THAT(test.running.failed->message(), HasSubstr("poison"));
  EXPECT_THAT(test.running.writer.values(), IsEmpty());
  EXPECT_FALSE(test.running.store.stored());
}

TEST(SourceTransform, SkipsAndCounts) {
  Transformed test({step_of("basic/filter_map_halve")}, sends({"2", "poison", "4"}),
                   FaultPolicy::skip);
  ASSERT_TRUE(test.run());
  EXPECT_FALSE(test.running.failed);
  EXPECT_THAT(test.running.writer.values(), ElementsAre("1", "2"));
  EXPECT_EQ(test.stats().filtered.at("transform_error"), 1U);
  EXPECT_EQ(test.stats().steps[0].faults, 1U);
  EXPECT_EQ(test.running.store.stored(), Position{"4"});
}

TEST(SourceTransform, NothingOfARecordIsSentWhenPartOfItFails) {
  Transformed test({step_of("basic/array_map_split"), step_of("basic/filter_map_halve")},
                   sends({"2,poison,4", "6"}), FaultPolicy::skip);
  ASSERT_TRUE(test.run());
  EXPECT_THAT(test.running.writer.values(), ElementsAre("3"));
}

TEST(SourceTransform, ADeadLetterHasTheRecordAsItWasRead) {
  Transformed test(
      {step_of("basic/map_prefix", {{"prefix", "n"}}), step_of("basic/filter_map_halve")},
      sends({"two"}), FaultPolicy::dead_letter);
  ASSERT_TRUE(test.run());
  ASSERT_EQ(test.letters.written.size(), 1U);
  const auto& letter = test.letters.written.front();
  EXPECT_EQ(letter.value, "two") << "and not what the first module made of it";
  EXPECT_EQ(letter.key, "k");
  EXPECT_EQ(letter.position, Position{"two"});
  EXPECT_EQ(letter.step, 1U);
  EXPECT_EQ(letter.kind, "filter_map");
  EXPECT_EQ(letter.error.code, Errc::smartmodule);
  EXPECT_EQ(test.stats().records_dead_lettered, 1U);
  EXPECT_EQ(test.stats().in_flight(), 0U);
}

TEST(SourceTransform, APositionWaitsForItsDeadLetter) {
  Transformed test({step_of("basic/filter_map_halve")}, sends({"poison", "2"}),
                   FaultPolicy::dead_letter);
  test.letters.automatic = false;
  test.running.start();
  ASSERT_TRUE(eventually([&] { return test.stats().records_delivered == 1; }));
  EXPECT_FALSE(test.running.store.stored());
  ASSERT_TRUE(eventually([&] { return test.letters.let_one_go(); }));
  ASSERT_TRUE(test.running.ends());
  EXPECT_EQ(test.running.store.stored(), Position{"2"});
}

TEST(SourceTransform, ADeadLetterThatCannotBeWrittenStopsIt) {
  Transformed test({step_of("basic/filter_map_halve")}, sends({"poison", "2"}),
                   FaultPolicy::dead_letter);
  test.letters.failure = Error{Errc::no_space, "full", {}};
  ASSERT_TRUE(test.run());
  ASSERT_TRUE(test.running.failed);
  EXPECT_EQ(test.running.failed->code, Errc::no_space);
  EXPECT_FALSE(test.running.store.stored());
}

TEST(SourceTransform, AModuleThatHangsEndsInAClearErrorUnderEachPolicy) {
  for (const auto policy : {FaultPolicy::stop, FaultPolicy::skip, FaultPolicy::dead_letter}) {
    Transformed test({step_of("hostile/loop_on_second_call")}, sends({"a", "b"}), policy);
    ASSERT_TRUE(test.run());
    EXPECT_THAT(test.running.writer.values(), ElementsAre("a"));
    EXPECT_EQ(test.running.failed.has_value(), policy == FaultPolicy::stop);
    EXPECT_EQ(test.stats().records_dead_lettered, policy == FaultPolicy::dead_letter ? 1U : 0U);
    EXPECT_EQ(test.stats().in_flight(), 0U);
  }
}

TEST(SourceTransform, TheBudgetCountsWhatIsSentUntilAllOfItIsThere) {
  Transformed test({step_of("basic/array_map_split")}, sends({"1,2,3,4", "5,6,7,8"}),
                   FaultPolicy::stop, false, {.buffer_bytes = 200});
  test.running.start();
  auto& writer = test.running.writer;
  ASSERT_TRUE(eventually([&] { return writer.waiting() == 4; }));
  for (int i = 0; i < 3; ++i) writer.acknowledge_one();
  EXPECT_GE(test.stats().buffered_bytes, 4 * (2 + SourceSession::record_overhead_bytes));
  EXPECT_EQ(test.stats().records_read, 1U) << "there is no room for the next";
  writer.acknowledge_one();
  ASSERT_TRUE(eventually([&] { return writer.waiting() == 4; }));
  for (int i = 0; i < 4; ++i) writer.acknowledge_one();
  ASSERT_TRUE(test.running.ends());
  EXPECT_EQ(test.stats().buffered_bytes, 0U);
}

TEST(SourceTransform, UnfinishedWorkIsGivenUpAtTheDeadline) {
  Transformed test({step_of("basic/array_map_split")}, sends({"1,2"}), FaultPolicy::stop, false);
  test.running.start();
  ASSERT_TRUE(eventually([&] { return test.running.writer.waiting() == 2; }));
  test.running.writer.acknowledge_one();
  test.running.session->abandon();
  ASSERT_TRUE(test.running.ends());
  EXPECT_EQ(test.running.failed->code, Errc::cancelled);
  EXPECT_EQ(test.running.session->unfinished(), 1U);
}

}  // namespace
}  // namespace sluice::connector
