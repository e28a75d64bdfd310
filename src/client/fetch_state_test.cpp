// SPDX-License-Identifier: Apache-2.0
#include "client/fetch_state.hpp"

#include <algorithm>
#include <numeric>

#include <gtest/gtest.h>

namespace sluice::client {
namespace {

Bytes batch(std::int64_t base, int count, std::size_t size = 10) {
  wire::BatchBuilder builder;
  const std::string value(size, 'v');
  for (int i = 0; i < count; ++i) builder.add(std::nullopt, as_bytes(value), 1'000);
  auto bytes = *builder.finish(Compression::none);
  wire::set_base_offset(bytes, base);
  return bytes;
}

// A batch of one record that counts no offset.
Bytes uncounted(std::int64_t base) {
  constexpr std::size_t last_offset_delta_at = 23;
  auto bytes = batch(base, 1);
  std::fill_n(bytes.begin() + last_offset_delta_at, 4, std::byte{0xff});
  wire::refresh_crc(bytes);
  return bytes;
}

Bytes concat(std::initializer_list<Bytes> parts) {
  Bytes out;
  for (const auto& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

net::Answer answer(ByteView records, wire::ErrorCode code = {}, std::int64_t next_filter = 0) {
  wire::StreamFetchResponse response;
  response.topic = "t";
  response.stream_id = 5;
  response.error_code = std::move(code);
  response.high_watermark = 1'000;
  response.next_filter_offset = next_filter;
  response.records.bytes = records;
  return {net::Frame::copy_of(wire::encode(response, 25)), 25};
}

wire::OffsetsOfPartition bounds(std::int64_t first, std::int64_t end) {
  return {.error_code = {}, .partition = 0, .start_offset = first, .last_stable_offset = end};
}

// The steps as text, so that a script reads like a talk between client and server.
std::string text(const FetchSteps& steps) {
  std::string out;
  for (const auto& step : steps) {
    if (!out.empty()) out += ' ';
    if (std::holds_alternative<step::AskStored>(step)) out += "stored?";
    if (std::holds_alternative<step::AskBounds>(step)) out += "bounds?";
    if (std::holds_alternative<step::End>(step)) out += "end";
    if (std::holds_alternative<step::Reconnect>(step)) out += "reconnect";
    if (const auto* none = std::get_if<step::NoSession>(&step)) {
      out += "no-session:" + std::string(describe(none->error.code).name);
    }
    if (const auto* open = std::get_if<step::OpenStream>(&step)) {
      out += "open@" + std::to_string(open->request.fetch_offset) + "/" +
             std::to_string(open->request.max_bytes);
    }
    if (const auto* ack = std::get_if<step::Acknowledge>(&step)) {
      out += "ack@" + std::to_string(ack->update.offset);
    }
    if (const auto* fail = std::get_if<step::Fail>(&step)) {
      out += "fail:" + std::string(describe(fail->error.code).name);
    }
    if (const auto* deliver = std::get_if<step::Deliver>(&step)) {
      const auto records = decode_chunk(deliver->chunk).records;
      out += records.empty() ? "give-nothing"
                             : "give" + std::to_string(records.front().offset.value) + "-" +
                                   std::to_string(records.back().offset.value);
    }
  }
  return out;
}

FetchSettings settings() {
  return {.topic = "t", .start = StartAt::beginning(), .fetch_bytes_max = 1'000};
}

FetchState streaming(FetchSettings with = settings(), std::int64_t end = 100) {
  FetchState state(std::move(with));
  EXPECT_EQ(text(state.connected(false)), "bounds?");
  EXPECT_EQ(text(state.on_bounds(bounds(0, end))), "open@0/1000");
  return state;
}

}  // namespace

TEST(FetchState, DeliversWholeBatchesAndAcknowledgesTheLast) {
  auto state = streaming();
  EXPECT_FALSE(state.session());
  const auto two = concat({batch(0, 3), batch(3, 4)});
  EXPECT_EQ(text(state.on_answer(answer(two), true)), "give0-6 ack@7");
  EXPECT_EQ(state.session(), 5U);
}

// What a SmartModule made of one record: each in a batch, and only the last counts its offset.
TEST(FetchState, SeveralRecordsOfOneOffsetAllHaveIt) {
  auto state = streaming();
  const auto three = concat({uncounted(4), uncounted(4), batch(4, 1)});
  EXPECT_EQ(text(state.on_answer(answer(three, {}, 5), true)), "give4-4 ack@5");
}

TEST(FetchState, WhatBecameOfOneRecordMayComeInSeveralAnswers) {
  auto state = streaming();
  EXPECT_EQ(text(state.on_answer(answer(batch(0, 4)), true)), "give0-3 ack@4");
  EXPECT_EQ(text(state.on_answer(answer(uncounted(4), {}, 4), true)), "give4-4 ack@4");
  EXPECT_EQ(text(state.on_answer(answer(uncounted(4), {}, 4), true)), "give4-4 ack@4");
  EXPECT_EQ(text(state.on_answer(answer(batch(4, 1), {}, 5), true)), "give4-4 ack@5");
}

TEST(FetchState, NeverAcknowledgesACutBatchWhereverItIsCut) {
  const auto first = batch(0, 3);
  const auto both = concat({first, batch(3, 4)});
  for (auto size = first.size(); size < both.size(); ++size) {
    auto state = streaming();
    EXPECT_EQ(text(state.on_answer(answer(ByteView(both).first(size)), true)), "give0-2 ack@3");
  }
}

TEST(FetchState, AsksForMoreWhenNotOneBatchIsWhole) {
  const auto big = batch(0, 100, 100);
  const auto wanted = std::to_string(big.size());
  for (const std::size_t size : {57UL, 58UL, 999UL, big.size() - 1}) {
    auto state = streaming();
    EXPECT_EQ(text(state.on_answer(answer(ByteView(big).first(size)), true)), "open@0/" + wanted);
    EXPECT_EQ(text(state.on_answer(answer(big), true)), "give0-99 ack@100");
  }
  auto state = streaming();
  EXPECT_EQ(text(state.on_answer(answer(ByteView(big).first(20)), true)), "open@0/2000");
}

TEST(FetchState, ABatchOverTheLimitIsAnErrorThatNamesItsSize) {
  auto with = settings();
  with.fetch_bytes_limit = 5'000;
  auto state = streaming(with);
  const auto big = batch(0, 100, 100);
  const auto steps = state.on_answer(answer(ByteView(big).first(100)), true);
  ASSERT_EQ(text(steps), "fail:too_large");
  const auto& error = std::get<step::Fail>(steps.at(0)).error;
  EXPECT_NE(error.context.find(std::to_string(big.size())), std::string::npos) << error.context;
}

TEST(FetchState, DropsRecordsBeforeTheWantedOffset) {
  auto with = settings();
  with.start = StartAt::absolute({5});
  FetchState state(with);
  static_cast<void>(state.connected(false));
  EXPECT_EQ(text(state.on_bounds(bounds(0, 100))), "open@5/1000");
  EXPECT_EQ(text(state.on_answer(answer(batch(0, 10)), true)), "give5-9 ack@10");
}

TEST(FetchState, WaitsForRoomBeforeItAcknowledges) {
  auto state = streaming();
  EXPECT_EQ(text(state.on_answer(answer(batch(0, 3)), false)), "give0-2");
  EXPECT_TRUE(state.waits_for_room());
  EXPECT_EQ(text(state.on_room()), "ack@3");
  EXPECT_EQ(text(state.on_room()), "");
}

TEST(FetchState, ASmartModulesAnswerGoesOnAtItsOwnOffset) {
  auto state = streaming();
  EXPECT_EQ(text(state.on_answer(answer(batch(2, 4), {}, 50), true)), "give2-5 ack@50");
  EXPECT_EQ(text(state.on_answer(answer({}, {}, 80), true)), "ack@80");
}

TEST(FetchState, RecordsComeBeforeTheErrorOfTheSameAnswer) {
  auto state = streaming();
  EXPECT_EQ(text(state.on_answer(answer(batch(0, 3), wire::Code::topic_deleted), true)),
            "give0-2 fail:topic_not_found");
  EXPECT_TRUE(state.idle());
}

TEST(FetchState, UntilEndStopsAtTheEndThatWasThereAtTheStart) {
  auto with = settings();
  with.until_end = true;
  auto state = streaming(with, 5);
  EXPECT_EQ(text(state.on_answer(answer(batch(0, 3)), true)), "give0-2 ack@3");
  EXPECT_EQ(text(state.on_answer(answer(batch(3, 10)), true)), "give3-4 end");

  FetchState empty(with);
  static_cast<void>(empty.connected(false));
  EXPECT_EQ(text(empty.on_bounds(bounds(7, 7))), "end");
}

TEST(FetchState, UntilEndStopsBehindAGap) {
  auto with = settings();
  with.until_end = true;
  auto state = streaming(with, 5);
  EXPECT_EQ(text(state.on_answer(answer(batch(3, 2)), true)), "give3-4 end");
}

// Behind a batch that was skipped may be the end already: the consumer waited there for ever.
TEST(FetchState, UntilEndStopsAfterASeekToTheEnd) {
  auto with = settings();
  with.until_end = true;
  auto state = streaming(with, 10);
  EXPECT_EQ(text(state.seek({10}, 1)), "end");
  EXPECT_EQ(text(state.seek({4}, 2)), "reconnect");
  EXPECT_EQ(text(state.connected(false)), "open@4/1000");
  EXPECT_EQ(text(state.on_lost({})), "reconnect");
  EXPECT_EQ(text(state.seek({12}, 3)), "");
  EXPECT_EQ(text(state.connected(false)), "end");
}

TEST(FetchState, StartsWhereItIsTold) {
  const auto first = [](StartAt start, std::optional<std::int64_t> stored) {
    auto with = settings();
    with.start = start;
    if (stored) with.consumer_id = "me";
    FetchState state(with);
    const auto asked = text(state.connected(false));
    if (asked == "stored?") static_cast<void>(state.on_stored(Offset{*stored}));
    return text(state.on_bounds(bounds(10, 20)));
  };
  EXPECT_EQ(first(StartAt::beginning(), {}), "open@10/1000");
  EXPECT_EQ(first(StartAt::beginning(3), {}), "open@13/1000");
  EXPECT_EQ(first(StartAt::beginning(INT64_MAX), {}), "open@20/1000");
  EXPECT_EQ(first(StartAt::end(), {}), "open@20/1000");
  EXPECT_EQ(first(StartAt::end(4), {}), "open@16/1000");
  EXPECT_EQ(first(StartAt::end(INT64_MAX), {}), "open@10/1000");
  EXPECT_EQ(first(StartAt::absolute({12}), {}), "open@12/1000");
  EXPECT_EQ(first(StartAt::absolute({20}), {}), "open@20/1000");
  EXPECT_EQ(first(StartAt::absolute({21}), {}), "fail:offset_out_of_range");
  EXPECT_EQ(first(StartAt::absolute({9}), {}), "fail:offset_evicted");
  EXPECT_EQ(first(StartAt::beginning(), 14), "open@15/1000");
  EXPECT_EQ(first(StartAt::end(), 14), "open@15/1000");
  EXPECT_EQ(first(StartAt::absolute({12}), 14), "open@12/1000");
  EXPECT_EQ(first(StartAt::beginning(), 5), "fail:offset_evicted");
  EXPECT_EQ(first(StartAt::beginning(), 50), "fail:offset_out_of_range");
}

TEST(FetchState, ErrorsAreRetriedOnlyWhenAnotherAttemptCanHelp) {
  const auto after = [](wire::ErrorCode code) {
    auto state = streaming();
    return text(state.on_answer(answer({}, std::move(code)), true));
  };
  EXPECT_EQ(after(wire::Code::not_leader_for_partition), "reconnect");
  EXPECT_EQ(after(wire::Code::fetch_session_not_found), "reconnect");
  EXPECT_EQ(after({wire::Code::offset_evicted, {std::int64_t{0}, std::int64_t{9}}}),
            "fail:offset_evicted");
  EXPECT_EQ(after({wire::Code::other, {std::string("start offset: 5 is greater than leo: 3")}}),
            "fail:offset_out_of_range");
  EXPECT_EQ(after({wire::Code::smartmodule_not_found, {std::string("x")}}), "fail:smartmodule");
  EXPECT_EQ(after(wire::Code::permission_denied), "fail:permission_denied");
}

// The connection is lost at every step of a long read: nothing is skipped, nothing repeated.
TEST(FetchState, ResumesAfterTheLastDeliveredAtEveryStep) {
  for (int lost_at = 0; lost_at < 12; ++lost_at) {
    auto with = settings();
    with.until_end = true;
    FetchState state(with);
    std::int64_t expected = 0;
    bool ended = false;
    int now = 0;
    auto steps = state.connected(false);
    while (!ended && now < 100) {
      FetchSteps next;
      const auto lose = now++ == lost_at;
      for (auto& step : steps) {
        if (const auto* deliver = std::get_if<step::Deliver>(&step)) {
          const auto decoded = decode_chunk(deliver->chunk);
          for (const auto& record : decoded.records) EXPECT_EQ(record.offset.value, expected++);
        } else if (std::holds_alternative<step::End>(step)) {
          ended = true;
        } else if (lose) {
          next = state.on_lost({Errc::connection_lost, "", {}});
        } else if (std::holds_alternative<step::AskBounds>(step)) {
          next = state.on_bounds(bounds(0, 50));
        } else if (std::holds_alternative<step::Reconnect>(step)) {
          next = state.connected(false);
        } else {
          std::int64_t from = expected;  // what a server sends for `open` and for `ack`
          if (const auto* open = std::get_if<step::OpenStream>(&step)) {
            from = open->request.fetch_offset;
          }
          if (const auto* ack = std::get_if<step::Acknowledge>(&step)) from = ack->update.offset;
          next = state.on_answer(answer(batch(from / 7 * 7, 7)), true);
        }
      }
      steps = std::move(next);
    }
    EXPECT_TRUE(ended) << lost_at;
    EXPECT_EQ(expected, 50) << lost_at;
  }
}

TEST(FetchState, ReadsOneOldRecordAgainForASession) {
  auto state = streaming();
  static_cast<void>(state.on_answer(answer(batch(0, 3)), true));
  EXPECT_EQ(text(state.on_lost({})), "reconnect");
  EXPECT_EQ(text(state.connected(true)), "open@2/1000");
  EXPECT_EQ(text(state.on_answer(answer(batch(0, 3)), true)), "ack@3");
  EXPECT_TRUE(state.session());

  EXPECT_EQ(text(state.on_lost({})), "reconnect");
  EXPECT_EQ(text(state.connected(true)), "open@2/1000");
  const wire::ErrorCode evicted{wire::Code::offset_evicted, {std::int64_t{2}, std::int64_t{3}}};
  EXPECT_EQ(text(state.on_answer(answer({}, evicted), true)), "open@3/1000");
}

// With `until_end` the state stops. It then has a use for a connection only to store an offset.
TEST(FetchState, GetsASessionAfterTheEndAndDeliversNothingMore) {
  const auto ended = [] {
    auto with = settings();
    with.until_end = true;
    auto state = streaming(with, 3);
    EXPECT_EQ(text(state.on_answer(answer(batch(0, 3)), true)), "give0-2 end");
    EXPECT_EQ(text(state.on_lost({})), "");
    return state;
  };
  auto state = ended();
  EXPECT_EQ(text(state.connected(false)), "");
  EXPECT_FALSE(state.session());
  EXPECT_EQ(text(state.want_session()), "open@2/1000");
  EXPECT_EQ(text(state.want_session()), "");
  EXPECT_EQ(text(state.on_answer(answer(batch(0, 3)), true)), "");
  EXPECT_EQ(state.session(), 5U);
  EXPECT_TRUE(state.idle());

  state = ended();
  EXPECT_EQ(text(state.connected(true)), "open@2/1000");
  EXPECT_EQ(text(state.on_answer(answer({}, wire::Code::not_leader_for_partition), true)),
            "reconnect");
  EXPECT_TRUE(state.idle());
  EXPECT_EQ(text(state.connected(true)), "open@2/1000");
  EXPECT_EQ(text(state.on_answer(answer({}, wire::Code::topic_deleted), true)),
            "no-session:topic_not_found");
  EXPECT_EQ(text(state.on_topic_gone()), "no-session:topic_not_found");
}

TEST(FetchState, SeekWorksInEveryPhase) {
  FetchState fresh(settings());
  EXPECT_EQ(text(fresh.seek({7}, 1)), "");
  EXPECT_EQ(text(fresh.connected(false)), "open@7/1000");
  auto state = streaming();
  EXPECT_EQ(text(state.seek({9}, 1)), "open@9/1000");
  EXPECT_EQ(text(state.on_answer(answer({}, wire::Code::topic_deleted), true)),
            "fail:topic_not_found");
  EXPECT_EQ(text(state.seek({4}, 2)), "reconnect");
  EXPECT_EQ(text(state.connected(false)), "open@4/1000");
}

TEST(FetchState, AnswersThatMakeNoSenseAreErrors) {
  const auto good = batch(0, 3);
  for (std::size_t size = 0; size < 30; ++size) {
    auto state = streaming();
    const auto body = answer(good);
    const net::Answer cut{net::Frame::copy_of(body.body.bytes().first(size)), 25};
    EXPECT_EQ(text(state.on_answer(cut, true)), "fail:protocol") << size;
  }
  auto broken = good;
  broken[16] = std::byte{9};  // magic
  auto state = streaming();
  EXPECT_TRUE(text(state.on_answer(answer(broken), true)).starts_with("fail:"));
  auto repeating = streaming();
  std::string last;
  for (int i = 0; i < 200 && !repeating.idle(); ++i) {
    last = text(repeating.on_answer(answer(batch(0, 3)), true));
  }
  EXPECT_EQ(last, "fail:protocol");
}

// The good batches in front of a broken one were dropped with it, and the advice to seek behind
// the broken one lost them.
TEST(DecodeChunk, AWrongChecksumIsAnErrorBehindTheGoodBatchesInFrontOfIt) {
  auto broken = batch(40, 3);
  broken.back() ^= std::byte{1};
  const auto bytes = concat({batch(38, 2), broken, batch(43, 1)});
  const auto split = wire::split_batches(bytes);
  const Chunk chunk{.frame = {}, .batches = split->batches};
  const auto [records, error] = decode_chunk(chunk);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records.back().offset.value, 39);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, Errc::crc_mismatch);
  EXPECT_NE(error->context.find("offset 40"), std::string::npos);
  EXPECT_NE(error->context.find("offset 43"), std::string::npos);
}

}  // namespace sluice::client
