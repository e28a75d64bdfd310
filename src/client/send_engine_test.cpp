// SPDX-License-Identifier: Apache-2.0
#include "client/send_engine.hpp"

#include <random>

#include <gtest/gtest.h>

#include "client/byte_budget.hpp"

namespace sluice::client {
namespace {

using namespace std::chrono_literals;
const net::TimePoint start = net::TimePoint{} + 1h;
constexpr SpuId spu{1};

// An engine over some partitions, and a server that stores what it takes.
class Script {
 public:
  explicit Script(SendEngine::Settings settings = {}, std::uint32_t partitions = 1,
                  Accumulator::Settings accumulator = {.batch_bytes = 200})
      : engine(
            [&] {
              settings.topic = "t";
              settings.backoff = {1ms, 10ms};
              return settings;
            }(),
            [this](PartitionId partition, Batch& batch, Result<std::int64_t> base) {
              if (base) acked += batch.record_count;
              if (!base) errors.push_back(base.error());
              for (auto& [index, callback] : batch.callbacks) {
                if (base) callback(Delivered{partition, offset_in(*base, index)});
              }
            }) {
    for (std::uint32_t i = 0; i < partitions; ++i) {
      engine.add_partition(accumulators.emplace_back(accumulator));
      engine.set_leader({i}, spu);
    }
    stored.resize(partitions);
  }

  void send(int id, std::uint32_t partition = 0) {
    const auto value = std::to_string(id);
    accumulators[partition].append(
        {.key = {}, .value = value}, value.size(), 1'000, now,
        [this](Outcome<Delivered> outcome) { offsets.push_back(outcome.value().offset.value); });
  }
  std::optional<SendEngine::Outgoing> next() { return engine.next(spu, 25, now); }

  // What the server does with a request: stores all of it, and gives the answer.
  wire::ProduceResponse store(const SendEngine::Outgoing& outgoing) {
    wire::ProduceResponse response{.topics = {{.name = "t", .partitions = {}}}};
    const auto body = joined(outgoing.body);
    const auto request = *wire::decode<wire::ProduceRequest>(body, 25, "request");
    for (const auto& part : request.topics.at(0).partitions) {
      auto& log = stored[part.partition];
      response.topics[0].partitions.push_back(
          {.partition = part.partition, .base_offset = static_cast<std::int64_t>(log.size())});
      const auto split = *wire::split_batches(part.records.bytes);
      EXPECT_FALSE(split.cut_batch_bytes);
      for (const auto& batch : split.batches) {
        EXPECT_TRUE(wire::crc_matches(batch));
        Bytes scratch;
        auto cursor = *wire::RecordCursor::open(batch, scratch);
        while (const auto record = cursor.next()) {
          log.push_back(std::stoi(std::string(as_text(record->value))));
        }
      }
    }
    return response;
  }
  static wire::ProduceResponse refusal(wire::Code code, std::uint32_t partition = 0) {
    return {
        .topics = {{.name = "t", .partitions = {{.partition = partition, .error_code = code}}}}};
  }
  void pass(std::chrono::milliseconds time) { now += time; }

  static Bytes joined(const net::OutBody& body) {
    Bytes out;
    std::vector<ByteView> views;
    const net::OutFrame frame{{}, body};
    frame.append_views(views);
    for (const auto view : views) out.insert(out.end(), view.begin(), view.end());
    return out;
  }

  net::TimePoint now = start;
  std::deque<Accumulator> accumulators;
  std::vector<std::vector<int>> stored;
  std::vector<std::int64_t> offsets;  // as the records' callbacks heard them
  std::uint64_t acked = 0;
  std::vector<Error> errors;
  SendEngine engine;
};

const Error lost{Errc::connection_lost, "lost", {}};

std::vector<int> first_appearances(const std::vector<int>& log) {
  std::vector<int> out;
  for (const auto id : log) {
    if (std::ranges::find(out, id) == out.end()) out.push_back(id);
  }
  return out;
}

}  // namespace

TEST(SendEngine, SendsWhatIsDueAndReportsIt) {
  Script script;
  for (int i = 0; i < 100; ++i) script.send(i);
  const auto request = script.next();
  ASSERT_TRUE(request);
  EXPECT_FALSE(script.next());  // one under way in the partition
  EXPECT_FALSE(script.engine.resolved_up_to({0}, 1));
  script.engine.on_answer(request->id, script.store(*request), script.now);
  EXPECT_EQ(script.acked, 100U);
  EXPECT_TRUE(script.engine.resolved_up_to({0}, 1));
  EXPECT_FALSE(script.engine.next_wake(script.now));
}

TEST(SendEngine, LingerWaitsAndFlushDoesNot) {
  Script script({}, 1, {.batch_bytes = 10'000, .linger = 50ms});
  script.send(1);
  EXPECT_FALSE(script.next());
  EXPECT_EQ(script.engine.next_wake(script.now), start + 50ms);
  script.pass(50ms);
  EXPECT_TRUE(script.next());
  Script flushed({}, 1, {.batch_bytes = 10'000, .linger = 50ms});
  flushed.send(1);
  EXPECT_EQ(flushed.accumulators[0].flush(), 1U);
  EXPECT_TRUE(flushed.next());
}

TEST(SendEngine, ARequestHasTheBatchesOfSeveralPartitionsUpToItsLimit) {
  Script script({.request_bytes_max = 1'000}, 3);
  for (int i = 0; i < 300; ++i) script.send(i, static_cast<std::uint32_t>(i % 3));
  int requests = 0;
  while (const auto request = script.next()) {
    EXPECT_LE(Script::joined(request->body).size(), 1'300U);  // one batch over at most
    script.engine.on_answer(request->id, script.store(*request), script.now);
    ++requests;
  }
  EXPECT_GT(requests, 3);
  EXPECT_EQ(script.acked, 300U);
}

TEST(SendEngine, RequestsOfDifferentPartitionsAreUnderWayTogether) {
  Script script({.request_bytes_max = 100}, 4);
  for (int i = 0; i < 400; ++i) script.send(i, static_cast<std::uint32_t>(i % 4));
  std::vector<SendEngine::Outgoing> under_way;
  while (auto request = script.next()) under_way.push_back(std::move(*request));
  EXPECT_EQ(under_way.size(), 4U);
}

TEST(SendEngine, PerSpuLimitHolds) {
  Script script({.request_bytes_max = 100, .requests_in_flight_max = 2}, 4);
  for (int i = 0; i < 400; ++i) script.send(i, static_cast<std::uint32_t>(i % 4));
  ASSERT_TRUE(script.next());
  ASSERT_TRUE(script.next());
  EXPECT_FALSE(script.next());
  EXPECT_TRUE(script.engine.spus_with_work(script.now).empty());
}

// Each answer is lost, or an error, before or after it was stored: in the end all is there in
// order of first appearance.
TEST(SendEngine, AnyFaultAtAnyStepKeepsTheOrder) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    Script script({.request_bytes_max = 300}, 2);
    std::vector<int> sent[2];
    std::vector<SendEngine::Outgoing> under_way;
    int id = 0;
    int steps = 0;
    while (script.acked < 400 && ++steps < 20'000) {
      if (id < 400 && random() % 2 == 0) {
        const auto partition = random() % 2;
        sent[partition].push_back(id);
        script.send(id++, partition);
        continue;
      }
      if (auto request = script.next()) under_way.push_back(std::move(*request));
      script.pass(1ms);
      if (under_way.empty()) continue;
      const auto request = std::move(under_way.front());  // a server answers in order
      under_way.erase(under_way.begin());
      Result<wire::ProduceResponse> answer = tl::unexpected(lost);
      switch (random() % 8) {
        case 0:
          break;  // lost on the way there
        case 1:
          static_cast<void>(script.store(request));
          break;  // lost on the way back
        case 2: {
          answer = script.store(request);
          for (auto& row : answer->topics[0].partitions) row.error_code = wire::Code::storage_error;
          break;
        }
        case 3:
          answer = wire::ProduceResponse{};
          break;  // nonsense
        default:
          answer = script.store(request);
      }
      script.engine.on_answer(request.id, answer, script.now);
    }
    ASSERT_EQ(script.acked, 400U) << seed;
    for (int partition : {0, 1}) {
      ASSERT_EQ(first_appearances(script.stored[partition]), sent[partition]) << seed;
    }
  }
}

// The server says so of records that it has written, when not enough replicas had them in time.
// Who wants each record at least once gets it again; a source stopped over it.
TEST(SendEngine, WhatWasNotCommittedInTimeIsSentAgain) {
  Script script({.isolation = Isolation::read_committed});
  for (int i = 0; i < 60; ++i) script.send(i);
  const auto request = script.next();
  auto answer = script.store(*request);
  answer.topics[0].partitions[0].error_code = wire::Code::request_timed_out;

  script.engine.on_answer(request->id, answer, script.now);
  EXPECT_TRUE(script.errors.empty());

  script.pass(1h);
  const auto again = script.next();
  ASSERT_TRUE(again);
  script.engine.on_answer(again->id, script.store(*again), script.now);
  EXPECT_TRUE(script.errors.empty());
  EXPECT_GT(script.acked, 0U);
  EXPECT_EQ(script.engine.retry_count(), 1U);
}

TEST(SendEngine, AtMostOnceWhatWasNotCommittedInTimeFails) {
  Script script({.delivery = DeliverySemantic::at_most_once});
  for (int i = 0; i < 60; ++i) script.send(i);
  const auto request = script.next();
  auto answer = script.store(*request);
  answer.topics[0].partitions[0].error_code = wire::Code::request_timed_out;

  script.engine.on_answer(request->id, answer, script.now);

  script.pass(1h);
  EXPECT_EQ(script.engine.retry_count(), 0U);
  ASSERT_FALSE(script.errors.empty());
  EXPECT_EQ(script.errors[0].code, Errc::timed_out);
  EXPECT_NE(script.errors[0].context.find("written"), std::string::npos)
      << script.errors[0].message();
}

TEST(SendEngine, OnePermanentRefusalFailsOnlyTheBatchToBlame) {
  Script script;
  for (int i = 0; i < 60; ++i) script.send(i);
  auto request = script.next();
  script.engine.on_answer(request->id, Script::refusal(wire::Code::message_too_large), script.now);
  EXPECT_TRUE(script.errors.empty());
  request = script.next();  // alone now
  ASSERT_TRUE(request);
  script.engine.on_answer(request->id, Script::refusal(wire::Code::message_too_large), script.now);
  EXPECT_EQ(script.errors.size(), 1U);
  while ((request = script.next())) {
    script.engine.on_answer(request->id, script.store(*request), script.now);
  }
  EXPECT_EQ(script.errors.size(), 1U);
  EXPECT_GT(script.acked, 30U);
}

TEST(SendEngine, AtMostOnceGivesUpAtTheFirstError) {
  Script script({.delivery = DeliverySemantic::at_most_once});
  script.send(1);
  const auto request = script.next();
  script.engine.on_answer(request->id, tl::unexpected(lost), script.now);
  ASSERT_EQ(script.errors.size(), 1U);
  EXPECT_EQ(script.errors[0].code, Errc::connection_lost);
  EXPECT_EQ(script.engine.retry_count(), 0U);
}

TEST(SendEngine, GivesUpAfterItsTimeWithTheLastTrouble) {
  Script script({.retry_for = 1s});
  script.send(1);
  script.engine.note_trouble(lost);
  script.engine.expire(script.now + 999ms);
  EXPECT_TRUE(script.errors.empty());
  EXPECT_EQ(script.engine.next_wake(script.now), start + 1s);
  script.engine.expire(script.now + 1s);
  ASSERT_EQ(script.errors.size(), 1U);
  EXPECT_EQ(script.errors[0].code, Errc::timed_out);
  EXPECT_NE(script.errors[0].context.find("lost"), std::string::npos);
}

// A partition without a leader has something due and cannot send it. That hid its own deadline
// and the linger of the other partitions: neither timer was armed.
TEST(SendEngine, WhatCannotBeSentHidesNoTimer) {
  Script script({.retry_for = 1s}, 2, {.batch_bytes = 200, .linger = 10ms});
  script.engine.set_leader({0}, std::nullopt);
  script.send(1, 0);
  script.pass(20ms);
  script.send(2, 1);
  EXPECT_FALSE(script.next());
  EXPECT_EQ(script.engine.next_wake(script.now), script.now + 10ms);
  script.pass(10ms);
  EXPECT_TRUE(script.next());
  EXPECT_EQ(script.engine.next_wake(script.now), start + 1s);
}

TEST(SendEngine, AbortResolvesEverythingOnce) {
  Script script({.request_bytes_max = 200});
  for (int i = 0; i < 100; ++i) script.send(i);
  const auto request = script.next();
  script.engine.abort({Errc::cancelled, "", {}});
  const auto count = script.errors.size();
  EXPECT_GT(count, 1U);
  script.engine.on_answer(request->id, script.store(*request), script.now);
  script.engine.abort({Errc::cancelled, "", {}});
  EXPECT_EQ(script.errors.size(), count);
  EXPECT_EQ(script.acked, 0U);
}

TEST(Accumulator, ClosesABatchAtItsSizeAndKeepsOrder) {
  Accumulator accumulator({.batch_bytes = 100});
  std::size_t records = 0;
  for (int i = 0; i < 50; ++i) {
    accumulator.append({.key = {}, .value = "0123456789"}, 10, 1'000, start, {});
  }
  std::uint64_t sequence = 0;
  for (const auto& batch : accumulator.take(start, 1'000'000)) {
    EXPECT_LE(batch->bytes.size(), 100U);
    EXPECT_EQ(batch->sequence, ++sequence);
    records += batch->record_count;
  }
  EXPECT_EQ(records, 50U);
  EXPECT_FALSE(accumulator.maybe_due());
}

TEST(Accumulator, ARecordOverTheBatchSizeGoesAlone) {
  Accumulator accumulator({.batch_bytes = 100});
  const std::string big(1'000, 'x');
  for (int i = 0; i < 3; ++i) {
    accumulator.append({.key = {}, .value = "small"}, 5, 1'000, start, {});
    accumulator.append({.key = {}, .value = big}, 5, 1'000, start, {});
  }
  std::vector<std::uint32_t> counts;
  for (const auto& batch : accumulator.take(start, 1'000'000))
    counts.push_back(batch->record_count);
  EXPECT_EQ(counts, (std::vector<std::uint32_t>{1, 1, 1, 1, 1, 1}));
}

TEST(ByteBudget, OneGetsThroughHoweverLarge) {
  ByteBudget budget(10);
  EXPECT_TRUE(budget.try_take(100));
  EXPECT_FALSE(budget.try_take(1));
  budget.give_back(100);
  EXPECT_TRUE(budget.try_take(5));
  EXPECT_TRUE(budget.try_take(5));
  EXPECT_FALSE(budget.try_take(1));
  budget.close();
  EXPECT_FALSE(budget.take(1));
}

TEST(SendEngine, EveryRequestHasTheSmartModules) {
  const auto chain = *to_chain({{.name = "mine", .wasm = "not checked here"}, {.name = "jolt"}});
  for (const wire::Version version : {8, 19, 25}) {
    Script script({.smartmodules = chain});
    for (int round = 0; round < 2; ++round) {
      script.send(round);
      const auto outgoing = script.engine.next(spu, version, script.now);
      ASSERT_TRUE(outgoing);
      const auto body = Script::joined(outgoing->body);
      const auto request = *wire::decode<wire::ProduceRequest>(body, version, "request");
      ASSERT_EQ(request.smartmodules.size(), 2U);
      EXPECT_EQ(std::get<wire::PredefinedWasm>(request.smartmodules[1].wasm).name, "jolt");
      EXPECT_EQ(std::get<wire::AdHocWasm>(request.smartmodules[0].wasm).wasm,
                std::get<wire::AdHocWasm>(chain->at(0).wasm).wasm);
      script.engine.on_answer(outgoing->id, Script::refusal(wire::Code::none), script.now);
    }
    EXPECT_EQ(script.acked, 2U);
  }
}

// What is stored, and where, is then the SmartModules' business: no offset is better than a
// wrong one.
TEST(SendEngine, ClaimsNoOffsetsBehindSmartModules) {
  Script plain;
  Script processed({.smartmodules = *to_chain({{.name = "filter"}})});
  for (auto* script : {&plain, &processed}) {
    for (int i = 0; i < 100; ++i) script->send(i);
    const auto request = script->next();
    script->engine.on_answer(request->id, script->store(*request), script->now);
  }
  EXPECT_EQ(plain.offsets.at(99), 99);
  EXPECT_EQ(processed.offsets.size(), 100U);
  EXPECT_EQ(std::ranges::count(processed.offsets, -1), 100);
}

TEST(SendEngine, ARecordThatASmartModuleRefusesFailsItsBatchAndNoOther) {
  Script script({.smartmodules = *to_chain({{.name = "filter"}})});
  for (int i = 0; i < 100; ++i) script.send(i);
  auto request = script.next();
  script.engine.on_answer(request->id, Script::refusal(wire::Code::smartmodule_runtime_error),
                          script.now);
  int rounds = 0;
  for (request = script.next(); request; request = script.next()) {
    const auto answer = ++rounds == 2 ? Script::refusal(wire::Code::smartmodule_runtime_error)
                                      : script.store(*request);
    script.engine.on_answer(request->id, answer, script.now);
  }
  ASSERT_EQ(script.errors.size(), 1U);
  EXPECT_EQ(script.errors[0].code, Errc::smartmodule);
  EXPECT_GT(rounds, 2);
  EXPECT_GT(script.acked, 0U);
}

}  // namespace sluice::client
