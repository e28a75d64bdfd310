// SPDX-License-Identifier: Apache-2.0
// Chains of official modules (tests/data/smartmodule/golden has what each does): what becomes
// of offsets, timestamps and keys, and of records that a module cannot take.

#include <cstdlib>

#include <gmock/gmock.h>

#include "smartmodule/test_support.hpp"

namespace sluice::smartmodule {
namespace {

using ::testing::HasSubstr;
using Values = std::vector<std::string>;

Chain make_chain(std::vector<Step> steps, const ChainOptions& options = {}) {
  auto chain = Chain::create(test_engine(), std::move(steps), options);
  EXPECT_TRUE(chain) << (chain ? "" : chain.error().to_error().message());
  return *std::move(chain);
}
Step filter() {
  return step_of("golden/rs_filt");
}  // keeps what contains an "a"
Step swap() {
  return step_of("golden/rs_mapk");
}  // key <-> value; traps on "panic"
Step split() {
  return step_of("golden/rs_arr");
}  // at commas; "!" is an error
Step join() {
  return step_of("golden/rs_agg", {{"sep", "+"}});
}  // accumulator + value @ time
Step rising() {
  return step_of("golden/rs_probe");
}  // numbers above the last one kept

TEST(Chain, WithoutLinksIsTheIdentity) {
  auto chain = make_chain({});
  const auto records = TestRecords::of({"x", "y"});

  const auto output = chain.process({.records = records.list()});

  ASSERT_TRUE(output);
  EXPECT_EQ(values_of(output->records), (Values{"x", "y"}));
}

TEST(Chain, FilterKeepsOffsetTimestampAndKey) {
  auto chain = make_chain({filter()});
  const TestRecords records({{0, 0, "k", "apple"}, {1, 5, {}, "kiwi"}, {2, 90'000, "", "banana"}});

  const auto output = chain.process({.records = records.list()});

  ASSERT_TRUE(output);
  EXPECT_EQ(read_records(output->records),
            (std::vector<TestRecord>{{0, 0, "k", "apple"}, {2, 90'000, "", "banana"}}));
}

TEST(Chain, MapKeepsOffsetAndTimestampAndTakesTheNewKey) {
  auto chain = make_chain({swap()});
  const TestRecords records({{4, 7, "k", "v"}, {9, 8, {}, "w"}});

  const auto output = chain.process({.records = records.list()});

  ASSERT_TRUE(output);
  EXPECT_EQ(read_records(output->records),
            (std::vector<TestRecord>{{4, 7, "v", "k"}, {9, 8, "w", "none"}}));
}

TEST(Chain, ArrayMapGivesEveryPieceThePlaceOfItsRecord) {
  auto chain = make_chain({split()});
  const TestRecords records({{0, 0, "k", "a,b"}, {1, 5, {}, ""}, {2, 9, "m", "c,d,e"}});

  const auto output = chain.process({.records = records.list()});

  ASSERT_TRUE(output);
  EXPECT_EQ(
      read_records(output->records),
      (std::vector<TestRecord>{
          {0, 0, "k", "a"}, {0, 0, {}, "b"}, {2, 9, "m", "c"}, {2, 9, {}, "d"}, {2, 9, "m", "e"}}));
}

TEST(Chain, FilterMapSeesRealOffsetsAndTimestamps) {
  auto chain = make_chain({rising()});
  const TestRecords records({{0, 0, {}, "5"}, {3, 20, {}, "4"}, {7, 30, {}, "6"}});

  const auto output = chain.process(
      {.base_offset = 1'000, .base_timestamp = 1'700'000'000'000, .records = records.list()});

  ASSERT_TRUE(output);
  EXPECT_EQ(values_of(output->records), (Values{"1000:1700000000000:5", "1007:1700000000030:6"}));
}

TEST(Chain, BehindAnArrayMapTimesAreStillReal) {
  auto chain = make_chain({split(), rising()});
  const TestRecords records({{2, 20, {}, "1,2"}, {5, 50, {}, "3"}});

  const auto output =
      chain.process({.base_offset = 100, .base_timestamp = 1'000, .records = records.list()});

  ASSERT_TRUE(output);
  EXPECT_EQ(values_of(output->records), (Values{"102:1020:1", "102:1020:2", "105:1050:3"}));
}

TEST(Chain, AggregateGoesOnAcrossBatches) {
  auto step = join();
  step.accumulator = to_bytes("start");
  auto chain = make_chain({std::move(step)});
  Values seen;
  for (const auto* value : {"x", "y"}) {
    const auto records = TestRecords::of({value});
    const auto output = chain.process({.base_timestamp = 7, .records = records.list()});
    ASSERT_TRUE(output);
    for (auto& one : values_of(output->records)) seen.push_back(one);
  }
  EXPECT_EQ(seen, (Values{"start+x@7", "start+x@7+y@7"}));
}

TEST(Chain, LinksWorkOneAfterTheOther) {
  auto chain = make_chain({split(), filter(), swap()});
  const auto records = TestRecords::of({"apple,kiwi", "fig", "pear,banana"});

  const auto output = chain.process({.records = records.list()});

  ASSERT_TRUE(output);
  EXPECT_THAT(
      read_records(output->records),
      ::testing::ElementsAre(TestRecord{0, 0, "apple", "none"}, TestRecord{2, 20, "pear", "none"},
                             TestRecord{2, 20, "banana", "none"}));
}

TEST(Chain, RecordsOfManyCallsComeOutInOrder) {
  auto chain = make_chain({filter()}, {.call_bytes_max = 64});
  Values values;
  for (int i = 0; i < 500; ++i) values.push_back("a" + std::to_string(i));
  const auto records = TestRecords::of(values);

  const auto output = chain.process({.records = records.list()});

  ASSERT_TRUE(output);
  EXPECT_EQ(values_of(output->records), values);
  EXPECT_GT(chain.stats(0).calls, 50);
  EXPECT_EQ(chain.stats(0).records_out, 500);
}

// ---- records that cannot be transformed ------------------------------------------------------

TEST(Chain, ARuntimeErrorNamesModuleKindOffsetKeyAndValue) {
  auto chain = make_chain({rising()});
  const TestRecords records({{0, 0, {}, "1"}, {1, 4, "the key", "not a number"}, {2, 0, {}, "3"}});

  const auto output =
      chain.process({.base_offset = 50, .base_timestamp = 10, .records = records.list()});

  ASSERT_TRUE(output);
  EXPECT_TRUE(output->stopped);
  EXPECT_EQ(values_of(output->records), (Values{"50:10:1"}));
  ASSERT_EQ(output->faults.size(), 1);
  const auto& fault = output->faults.front();
  EXPECT_EQ(fault.module, "golden/rs_probe");
  EXPECT_EQ(fault.kind, Kind::filter_map);
  EXPECT_EQ(fault.offset, 51);
  EXPECT_EQ(fault.timestamp, 14);
  EXPECT_EQ(as_text(*fault.key), "the key");
  EXPECT_EQ(as_text(fault.value), "not a number");
  EXPECT_FALSE(fault.breakdown);
  const auto text = fault.to_error().message();
  for (const auto* part : {"golden/rs_probe", "filter_map", "51", "the key", "not a number",
                           "invalid digit found in string"}) {
    EXPECT_THAT(text, HasSubstr(part));
  }
}

TEST(Chain, SkipLeavesOutWhatFailsAndGoesOn) {
  auto chain = make_chain({rising()}, {.on_fault = OnFault::skip});
  const auto records = TestRecords::of({"1", "x", "2", "x", "x", "3"});

  const auto output = chain.process({.base_timestamp = 0, .records = records.list()});

  ASSERT_TRUE(output);
  EXPECT_FALSE(output->stopped);
  EXPECT_EQ(values_of(output->records), (Values{"0:0:1", "2:20:2", "5:50:3"}));
  std::vector<std::int64_t> offsets;
  for (const auto& fault : output->faults) offsets.push_back(fault.offset);
  EXPECT_EQ(offsets, (std::vector<std::int64_t>{1, 3, 4}));
}

TEST(Chain, WhatCameBeforeAnErrorGoesThroughTheLaterLinks) {
  auto chain = make_chain({split(), filter()});
  const auto records = TestRecords::of({"a,b", "!", "a"});

  const auto output = chain.process({.records = records.list()});

  ASSERT_TRUE(output);
  EXPECT_TRUE(output->stopped);
  EXPECT_EQ(values_of(output->records), (Values{"a"}));
  EXPECT_EQ(output->faults.front().offset, 1);
}

TEST(Chain, TheEarliestRecordThatFailsIsTheOneThatStops) {
  // The second link fails over the first record, the first link over the third.
  auto chain = make_chain({split(), rising()});
  const auto records = TestRecords::of({"1", "x", "!"});

  const auto output = chain.process({.records = records.list()});

  ASSERT_TRUE(output);
  ASSERT_EQ(output->faults.size(), 1);
  EXPECT_EQ(output->faults.front().module, "golden/rs_probe");
  EXPECT_EQ(output->faults.front().offset, 1);
}

TEST(Chain, ABreakdownIsPinnedOnItsRecord) {
  for (const auto on_fault : {OnFault::stop, OnFault::skip}) {
    auto chain = make_chain({swap()}, {.on_fault = on_fault});
    const auto records = TestRecords::of({"x", "y", "panic", "z"});

    const auto output = chain.process({.records = records.list()});

    ASSERT_TRUE(output) << output.error().text;
    ASSERT_EQ(output->faults.size(), 1);
    EXPECT_EQ(output->faults.front().breakdown, FaultCode::trap);
    EXPECT_EQ(output->faults.front().offset, 2);
    EXPECT_EQ(output->records.count, on_fault == OnFault::stop ? 2 : 3);
  }
}

TEST(Chain, AnEndlessLoopOverOneRecordDoesNotCostTheOthers) {
  auto chain = make_chain(
      {filter()}, {.limits = {.call_timeout = std::chrono::seconds(1)}, .on_fault = OnFault::skip});
  const auto records = TestRecords::of({"a", "spin", "ab"});

  const auto output = chain.process({.records = records.list()});

  ASSERT_TRUE(output) << output.error().text;
  EXPECT_EQ(values_of(output->records), (Values{"a", "ab"}));
  ASSERT_EQ(output->faults.size(), 1);
  EXPECT_EQ(output->faults.front().breakdown, FaultCode::time_limit);
}

// ---- init and look_back ----------------------------------------------------------------------

TEST(Chain, AnInitThatRefusesIsAnErrorInItsOwnWords) {
  const auto chain = Chain::create(test_engine(), {step_of("golden/rs_probe", {{"min", "x"}})});

  ASSERT_FALSE(chain);
  EXPECT_EQ(chain.error().code, FaultCode::init);
  EXPECT_EQ(chain.error().text, "invalid digit found in string");
}

TEST(Chain, AParameterThatIsTooLongIsRefusedBeforeTheModuleSeesIt) {
  const auto chain = Chain::create(
      test_engine(), {step_of("golden/rs_probe", {{"min", std::string(40'000, '1')}})});

  ASSERT_FALSE(chain);
  EXPECT_THAT(chain.error().text, HasSubstr("40000 bytes"));
}

TEST(Chain, LookBackSeesTheRecordsBeforeTheFirst) {
  auto step = rising();
  step.lookback = Lookback{.last = 2};
  auto chain = make_chain({filter(), std::move(step)});
  EXPECT_FALSE(chain.lookback(0));
  ASSERT_TRUE(chain.lookback(1));
  const auto before = TestRecords::of({"3", "10"});
  ASSERT_TRUE(chain.look_back(1, before.list()));

  auto direct = make_chain({rising()});
  const auto records = TestRecords::of({"5", "11"});
  ASSERT_EQ(direct.process({.records = records.list()})->records.count, 2);

  auto looked = rising();
  looked.lookback = Lookback{.last = 2};
  auto with = make_chain({std::move(looked)});
  ASSERT_TRUE(with.look_back(0, before.list()));
  const auto output = with.process({.base_timestamp = 0, .records = records.list()});
  ASSERT_TRUE(output);
  EXPECT_EQ(values_of(output->records), (Values{"1:10:11"}));
}

TEST(Chain, ALookBackThatFailsSaysOverWhichRecord) {
  auto step = rising();
  step.lookback = Lookback{.last = 2};
  auto chain = make_chain({std::move(step)});
  const TestRecords before({{70, 0, {}, "3"}, {71, 0, {}, "bad"}});

  const auto done = chain.look_back(0, before.list());

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, FaultCode::look_back);
  EXPECT_THAT(done.error().text, HasSubstr("offset 71"));
}

// ---- memory ----------------------------------------------------------------------------------

// The official engine leaks 227 bytes a call here, so these few show it. SLUICE_TEST_CALLS=10000000
// is the long run that docs/benchmarks.md has the outcome of.
TEST(Chain, MemoryOfAGuestDoesNotGrowWithTheCalls) {
  const auto* wanted = std::getenv("SLUICE_TEST_CALLS");
  const auto calls = wanted != nullptr ? std::stoll(wanted) : 100'000;
  const std::vector<std::pair<std::string, std::string>> modules = {{"golden/rs_filt", "an apple"},
                                                                    {"golden/rs_probe", "7"},
                                                                    {"golden/rs_arr", "a,b,c"},
                                                                    {"golden/rs_agg", "x"}};
  for (const auto& [name, value] : modules) {
    const auto module = load_test_module(name);
    ASSERT_TRUE(module);
    auto guest = Guest::start(test_engine(), *module, {});
    ASSERT_TRUE(guest);
    if ((*module)->shape().has_init) {
      const auto params = init_input({}, std::nullopt);
      const ByteView pieces[] = {params};
      ASSERT_TRUE(guest->call(Entry::init, pieces));
    }
    const auto records = TestRecords::of({value});
    std::uint64_t after_warming = 0;
    for (std::int64_t i = 0; i < calls; ++i) {
      TransformInput input(i, 0, records.list(), {.accumulator = ByteView()});
      ASSERT_TRUE(guest->call(Entry::transform, input.pieces())) << name;
      guest->release_output();
      if (i == 1'000) after_warming = guest->memory_bytes();
    }
    EXPECT_EQ(guest->memory_bytes(), after_warming) << name;
  }
}

}  // namespace
}  // namespace sluice::smartmodule
