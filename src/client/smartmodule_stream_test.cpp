// SPDX-License-Identifier: Apache-2.0

// Streams of records that SmartModules processed, as our server and as the official one sends
// them, and requests with SmartModules.
#include <algorithm>

#include <gtest/gtest.h>

#include "client/fetch_state.hpp"
#include "wire/compression.hpp"
#include "wire/record_list.hpp"

namespace sluice::client {
namespace {

using namespace std::chrono_literals;

struct Processed {
  std::int64_t base = 0;
  std::int32_t last_delta = 0;
  std::vector<std::int64_t> deltas;
  std::int64_t first_timestamp = -1;
};

Bytes batch_of(const Processed& what) {
  Bytes records;
  for (const auto delta : what.deltas) {
    wire::append_record(records, {0, delta, std::nullopt, as_bytes("v")});
  }
  wire::BatchHeader header;
  header.base_offset = what.base;
  header.last_offset_delta = what.last_delta;
  header.first_timestamp = what.first_timestamp;
  header.max_timestamp = what.first_timestamp;
  return *wire::batch_around(header, {static_cast<std::uint32_t>(what.deltas.size()), records},
                             Compression::none);
}

// As our server sends it: with timestamps, and deltas that are true.
Bytes ours(std::int64_t base, std::int32_t last_delta, std::vector<std::int64_t> deltas) {
  return batch_of({base, last_delta, std::move(deltas), 1'000});
}
// As the official server sends it.
Bytes official(std::int64_t base, std::int32_t last_delta, std::vector<std::int64_t> deltas) {
  return batch_of({base, last_delta, std::move(deltas)});
}

std::vector<std::int64_t> offsets_of(const Bytes& batch, std::int64_t from = 0,
                                     std::int64_t until = 1'000'000) {
  const auto split = *wire::split_batches(batch);
  const Chunk chunk{.batches = split.batches, .from = from, .until = until, .processed = true};
  const auto decoded = decode_chunk(chunk);
  EXPECT_FALSE(decoded.error);
  std::vector<std::int64_t> out;
  for (const auto& record : decoded.records) out.push_back(record.offset.value);
  return out;
}

using Offsets = std::vector<std::int64_t>;

ModuleChain chain_of(SmartModuleInvocation module) {
  return *to_chain({std::move(module)});
}

FetchSettings settings(bool until_end = true) {
  return {.topic = "t",
          .start = StartAt::beginning(),
          .until_end = until_end,
          .smartmodules = chain_of({.name = "filter"}),
          .silence_max = 100ms};
}

FetchState streaming(FetchSettings with, std::int64_t end = 100) {
  FetchState state(std::move(with));
  static_cast<void>(state.connected(false));
  const auto steps = state.on_bounds(
      {.error_code = {}, .partition = 0, .start_offset = 0, .last_stable_offset = end});
  EXPECT_TRUE(std::holds_alternative<step::OpenStream>(steps.at(0)));
  return state;
}

net::Answer answer(ByteView records, wire::ErrorCode code = {}, std::int64_t next_filter = 0) {
  wire::StreamFetchResponse response;
  response.topic = "t";
  response.stream_id = 5;
  response.error_code = std::move(code);
  response.next_filter_offset = next_filter;
  response.records.bytes = records;
  return {net::Frame::copy_of(wire::encode(response, 25)), 25};
}

template <typename Step>
const Step* find(const FetchSteps& steps) {
  for (const auto& step : steps) {
    if (const auto* wanted = std::get_if<Step>(&step)) return wanted;
  }
  return nullptr;
}

}  // namespace

// ---- offsets -------------------------------------------------------------------------------

TEST(ProcessedOffsets, OfOurServerAreThoseOfTheRecordsTheyWereMadeFrom) {
  EXPECT_EQ(offsets_of(ours(10, 9, {1, 4, 9})), (Offsets{11, 14, 19}));
  EXPECT_EQ(offsets_of(ours(10, 2, {0, 0, 0, 2, 2})), (Offsets{10, 10, 10, 12, 12}));
  EXPECT_EQ(offsets_of(ours(10, 9, {})), Offsets{});
}

// Of what an array_map made of one record, all but the last come in batches whose span ends
// before that record.
TEST(ProcessedOffsets, OfOurServerMayBeSplitOverBatches) {
  EXPECT_EQ(offsets_of(ours(10, -1, {0})), Offsets{10});
  EXPECT_EQ(offsets_of(ours(10, 1, {0, 1, 2})), (Offsets{10, 11, 12}));
  EXPECT_EQ(offsets_of(batch_of({10, 1, {0, 1, 2}})), (Offsets{10, 11, 12}));
  EXPECT_EQ(offsets_of(ours(10, -1, {0}), 10), Offsets{10});
}

TEST(ProcessedOffsets, OfOurServerOutsideOfWhatWasAskedForAreLeftOut) {
  EXPECT_EQ(offsets_of(ours(10, 9, {1, 4, 9}), 12, 19), Offsets{14});
  EXPECT_EQ(offsets_of(ours(10, 2, {0, 0, 1, 1, 2}), 11, 12), (Offsets{11, 11}));
}

TEST(ProcessedOffsets, OfOneStoredBatchOfAnOfficialServerAreTrue) {
  EXPECT_EQ(offsets_of(official(10, 9, {1, 4, 9})), (Offsets{11, 14, 19}));
}

// Recorded: 214 records with deltas 0, -1, -2 ..., and a span of 219.
TEST(ProcessedOffsets, OfSeveralBatchesOfAnOfficialServerAreNeverTooHigh) {
  EXPECT_EQ(offsets_of(official(2, 5, {0, -1, -2})), (Offsets{2, 3, 4}));
  EXPECT_EQ(offsets_of(official(2, 1, {0, 0, -1, -1, -1})), (Offsets{2, 3, 3, 3, 3}));
}

// They may be estimates: what is left out because of one would be lost.
TEST(ProcessedOffsets, EstimatesLeaveNothingOut) {
  EXPECT_EQ(offsets_of(official(0, 19, {1, -4}), 5, 15).size(), 2U);
  EXPECT_EQ(offsets_of(official(0, 19, {1, 3}), 5, 15).size(), 2U);
  // One for each record of the log: these are no estimates.
  EXPECT_EQ(offsets_of(official(0, 3, {0, 1, -2, -1}), 1, 3), (Offsets{1, 2}));
}

// ---- the stream ----------------------------------------------------------------------------

TEST(ProcessedStream, AsksWithTheSmartModules) {
  auto with = settings();
  with.smartmodules = *to_chain({{.name = "a"}, {.name = "b"}});
  FetchState state(with);
  static_cast<void>(state.connected(false));
  const auto steps = state.on_bounds(
      {.error_code = {}, .partition = 0, .start_offset = 0, .last_stable_offset = 9});
  const auto& modules = find<step::OpenStream>(steps)->request.smartmodules;
  ASSERT_EQ(modules.size(), 2U);
  EXPECT_EQ(modules[1].name, "b");
}

TEST(ProcessedStream, ABatchWithoutRecordsMovesOn) {
  auto state = streaming(settings());
  const auto steps = state.on_answer(answer(ours(0, 49, {})), true);
  EXPECT_TRUE(decode_chunk(find<step::Deliver>(steps)->chunk).records.empty());
  EXPECT_EQ(find<step::Acknowledge>(steps)->update.offset, 50);
  EXPECT_EQ(state.position(), 50);
  EXPECT_NE(find<step::End>(state.on_answer(answer(ours(50, 49, {})), true)), nullptr);
}

TEST(ProcessedStream, RecordsSayHowFarTheyReach) {
  auto state = streaming(settings());
  const auto steps = state.on_answer(answer(ours(0, 9, {1, 4}), {}, 30), true);
  const auto records = decode_chunk(find<step::Deliver>(steps)->chunk).records;
  EXPECT_EQ(records.back().offset.value, 4);
  EXPECT_EQ(records.through().value, 29);
}

TEST(ProcessedStream, ReachesNoFurtherThanBeforeWhatIsStillToCome) {
  auto state = streaming(settings());
  auto steps = state.on_answer(answer(ours(0, 0, {0, 1}), {}, 1), true);
  EXPECT_EQ(decode_chunk(find<step::Deliver>(steps)->chunk).records.through().value, 0);
  steps = state.on_answer(answer(ours(1, -1, {0}), {}, 1), true);
  const auto more = decode_chunk(find<step::Deliver>(steps)->chunk).records;
  EXPECT_EQ(more.back().offset.value, 1);
  EXPECT_EQ(more.through().value, 0);
  steps = state.on_answer(answer(ours(1, 0, {0}), {}, 2), true);
  EXPECT_EQ(decode_chunk(find<step::Deliver>(steps)->chunk).records.through().value, 1);
}

TEST(ProcessedStream, RecordsBeforeAnErrorDoNotReachBehindIt) {
  auto state = streaming(settings());
  const wire::ErrorCode failed{wire::Code::smartmodule_runtime_error,
                               {std::string("no number"), std::int64_t{5}, std::int64_t{0},
                                std::optional<std::string>(), std::string("x")}};
  const auto steps = state.on_answer(answer(ours(0, 9, {1, 4}), failed, 100), true);
  const auto records = decode_chunk(find<step::Deliver>(steps)->chunk).records;
  EXPECT_EQ(records.through().value, 4);
  const auto* fail = find<step::Fail>(steps);
  ASSERT_NE(fail, nullptr);
  EXPECT_EQ(fail->error.code, Errc::smartmodule);
  EXPECT_NE(fail->error.server_text.find("no number"), std::string::npos);
  EXPECT_TRUE(state.idle());
}

TEST(ProcessedStream, AModuleThatBrokeDownIsASmartModuleError) {
  auto state = streaming(settings());
  const wire::ErrorCode broke{wire::Code::other, {std::string("SmartModule err wasm trap")}};
  const auto steps = state.on_answer(answer({}, broke), true);
  EXPECT_EQ(find<step::Fail>(steps)->error.code, Errc::smartmodule);
}

// The official server sends nothing at all for records that were left out.
TEST(ProcessedStream, SilenceIsTheEndOfWhatWasLeftOut) {
  auto state = streaming(settings());
  const auto before = state.silence_max();
  ASSERT_TRUE(before);
  EXPECT_GE(*before, 100ms);
  static_cast<void>(state.on_answer(answer(official(0, 59, {1, 4}), {}, 60), true));
  EXPECT_LE(*state.silence_max(), *before);
  EXPECT_NE(find<step::End>(state.on_silence()), nullptr);
  EXPECT_TRUE(state.idle());
  EXPECT_FALSE(state.silence_max());
}

TEST(ProcessedStream, TheMoreIsMissingTheLongerSilenceMayLast) {
  EXPECT_GE(*streaming(settings(), 1'000'000).silence_max(), 10s);
  EXPECT_LE(*streaming(settings(), 100).silence_max(), 1s);
}

TEST(ProcessedStream, SilenceMeansNothingElsewhere) {
  EXPECT_FALSE(streaming(settings(false)).silence_max());
  auto plain = settings();
  plain.smartmodules = nullptr;
  auto state = streaming(plain);
  EXPECT_FALSE(state.silence_max());
  EXPECT_TRUE(state.on_silence().empty());
  auto full = streaming(settings());
  static_cast<void>(full.on_answer(answer(ours(0, 9, {1})), false));
  EXPECT_FALSE(full.silence_max());  // it is we who do not ask
}

// ---- invocations ---------------------------------------------------------------------------

TEST(ToChain, ANameIsAskedForAndAModuleIsCompressed) {
  const auto chain =
      *to_chain({{.name = "jolt"}, {.name = "mine", .wasm = std::string("\0asm", 4)}});
  EXPECT_EQ(std::get<wire::PredefinedWasm>(chain->at(0).wasm).name, "jolt");
  const auto& sent = std::get<wire::AdHocWasm>(chain->at(1).wasm).wasm;
  Bytes inflated;
  ASSERT_TRUE(wire::decompress(Compression::gzip, sent, inflated, 100));
  EXPECT_EQ(as_text(inflated), std::string_view("\0asm", 4));
  EXPECT_EQ(chain->at(1).name, "mine");
  const auto again = *to_chain({{.wasm = std::string(as_text(sent))}});
  EXPECT_EQ(std::get<wire::AdHocWasm>(again->at(0).wasm).wasm, sent);
}

TEST(ToChain, SaysKindParametersLookbackAndAccumulator) {
  const auto chain = *to_chain({{.name = "a",
                                 .params = {{"k", "v"}},
                                 .lookback = SmartModuleLookback{.last = 3, .age = 2s},
                                 .accumulator = "0"},
                                {.name = "b", .kind = SmartModuleKind::array_map},
                                {.name = "c"},
                                {.name = "d", .kind = SmartModuleKind::aggregate}});
  const auto& first = chain->at(0);
  const auto& context = std::get<wire::GenericContext>(first.kind);
  EXPECT_EQ(as_text(std::get<wire::AggregateKind>(context).accumulator), "0");
  EXPECT_EQ(first.params.at("k"), "v");
  EXPECT_EQ(first.lookback->last, 3U);
  EXPECT_EQ(first.lookback->age, 2s);
  EXPECT_TRUE(std::holds_alternative<wire::ArrayMapKind>(chain->at(1).kind));
  EXPECT_EQ(std::get<wire::GenericContext>(chain->at(2).kind).index(), 0U);
  EXPECT_TRUE(std::holds_alternative<wire::AggregateKind>(chain->at(3).kind));
}

TEST(ToChain, RefusesWhatNoRequestCanSay) {
  const auto refused = [](SmartModuleInvocation module) {
    const auto chain = to_chain({std::move(module)});
    return !chain && chain.error().code == Errc::invalid_argument;
  };
  EXPECT_TRUE(refused({}));
  EXPECT_TRUE(refused({.name = "a", .params = {{"k", std::string(32'768, 'x')}}}));
  EXPECT_FALSE(refused({.name = "a", .params = {{"k", std::string(32'767, 'x')}}}));
  EXPECT_TRUE(refused({.name = "a", .kind = SmartModuleKind::map, .accumulator = "0"}));
}

}  // namespace sluice::client
