// SPDX-License-Identifier: Apache-2.0
// Streams through SmartModules, over real sockets: which records with which offsets come.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/smartmodule_fixture.hpp"
#include "wire/compression.hpp"

namespace sluice::broker {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using wire::Code;

// rs_filt keeps values with an `a`; rs_mapk swaps key and value; rs_arr splits at commas; rs_agg
// puts values together; rs_probe keeps what is higher than all before.
class Processed : public SmartModuleTest {
 protected:
  Processed() {
    start();
    make_topic("t");
  }
};

TEST_F(Processed, AModuleThatTheClientBringsFilters) {
  fill("t", {"apple", "kiwi", "banana", "plum", "grape"});
  const auto found = read("t", {ad_hoc("golden/rs_filt")});
  EXPECT_THAT(found.records, ElementsAre("0=apple", "2=banana", "4=grape"));
  EXPECT_TRUE(found.ended);
  EXPECT_EQ(found.next, 5);
}

// The folder for compiled modules comes with the engine.
TEST_F(Processed, TheEngineIsMadeWhenItIsNeeded) {
  const auto compiled = options_.data_directory / "compiled";
  fill("t", {"apple"});
  auto client = spu();
  EXPECT_EQ(consume_all(client, "t").size(), 1U);
  EXPECT_FALSE(fs::exists(compiled));
  EXPECT_EQ(read("t", {ad_hoc("golden/rs_filt")}).records.size(), 1U);
  EXPECT_FALSE(fs::is_empty(compiled));
}

TEST_F(Processed, AModuleMayComeGzipped) {
  fill("t", {"apple", "kiwi"});
  Bytes gzipped;
  ASSERT_TRUE(wire::compress(Compression::gzip, wasm_of("golden/rs_filt"), gzipped));
  const Invocation invocation{.wasm = wire::AdHocWasm{gzipped}};
  EXPECT_THAT(read("t", {invocation}).records, ElementsAre("0=apple"));
}

TEST_F(Processed, AModuleOfTheStoreIsFoundByItsName) {
  fill("t", {"apple", "kiwi", "banana"});
  ASSERT_TRUE(load("on-a", "golden/rs_filt").error_code.ok());
  EXPECT_THAT(read("t", {named("on-a")}).records, ElementsAre("0=apple", "2=banana"));
  broker_->stop();
  restart();
  EXPECT_THAT(read("t", {named("on-a")}).records, ElementsAre("0=apple", "2=banana"));
}

TEST_F(Processed, AModuleOfTheStoreIsFoundByGroupNameAndVersion) {
  fill("t", {"apple", "kiwi"});
  auto client = sc();
  wire::CreateBody<wire::SmartModuleSpec> body{"x", false, {}, {}};
  body.spec.wasm = wasm_of("golden/rs_filt");
  body.spec.meta = wire::SmartModuleMetadata{{"on-a", "fruit", "0.1.0", "0.1.0"}, {}};
  ASSERT_TRUE(
      client.sc<wire::StatusResponse>(wire::ScApi::create, "SmartModule", body)->error_code.ok());
  EXPECT_THAT(read("t", {named("fruit/on-a@0.1.0")}).records, ElementsAre("0=apple"));
}

TEST_F(Processed, AReplacedModuleIsUsedByLaterStreams) {
  fill("t", {"apple", "kiwi"});
  ASSERT_TRUE(load("m", "golden/rs_filt").error_code.ok());
  EXPECT_THAT(read("t", {named("m")}).records, ElementsAre("0=apple"));
  ASSERT_TRUE(load("m", "golden/rs_mapk").error_code.ok());
  EXPECT_THAT(read("t", {named("m")}).records, ElementsAre("0=apple:none", "1=kiwi:none"));
  ASSERT_TRUE(unload("m").error_code.ok());
  EXPECT_EQ(read("t", {named("m")}).error.code, Code::smartmodule_not_found);
}

TEST_F(Processed, AChainRunsInOrder) {
  fill("t", {"a,b", "c", "da,ea"});
  const auto found =
      read("t", {ad_hoc("golden/rs_filt"), ad_hoc("golden/rs_arr"), ad_hoc("golden/rs_mapk")});
  EXPECT_THAT(found.records, ElementsAre("0=a:none", "0=b:none", "2=da:none", "2=ea:none"));
}

TEST_F(Processed, ParametersReachTheModule) {
  fill("t", {"1", "5", "3", "9"});
  const auto found = read("t", {ad_hoc("golden/rs_probe", {{"min", "5"}})});
  EXPECT_THAT(found.records, ElementsAre("1=1:1700000000000:5", "3=3:1700000000000:9"));
}

TEST_F(Processed, AnAggregateGoesOnFromBatchToBatch) {
  fill("t", {"a", "b"});
  fill("t", {"c"});
  auto invocation = ad_hoc("golden/rs_agg", {{"sep", "+"}});
  invocation.kind = wire::GenericContext{wire::AggregateKind{to_bytes("S")}};
  const auto found = read("t", {invocation});
  ASSERT_EQ(found.records.size(), 3U);
  EXPECT_THAT(found.records[2], testing::StartsWith("2=S+a@"));
  EXPECT_THAT(found.records[2], HasSubstr("+c@"));
}

TEST_F(Processed, TimesAndKeysAreThoseOfTheRecords) {
  wire::BatchBuilder builder;
  builder.add(as_bytes("k1"), as_bytes("apple"), 1'000);
  builder.add(std::nullopt, as_bytes("kiwi"), 2'000);
  builder.add(as_bytes("k3"), as_bytes("banana"), 3'500);
  auto client = spu();
  ASSERT_TRUE(client.produce("t", *builder.finish(Compression::none)).error_code.ok());
  const auto found = read("t", {ad_hoc("golden/rs_filt")});
  EXPECT_THAT(found.records, ElementsAre("0=k1:apple", "2=k3:banana"));
  EXPECT_THAT(found.times, ElementsAre(1'000, 3'500));
}

TEST_F(Processed, ReadsCompressedBatches) {
  for (const auto codec : {Compression::gzip, Compression::snappy, Compression::lz4,
                           Compression::zstd, Compression::none}) {
    fill("t", {"apple", "kiwi"}, codec);
  }
  EXPECT_THAT(read("t", {ad_hoc("golden/rs_filt")}).records,
              ElementsAre("0=apple", "2=apple", "4=apple", "6=apple", "8=apple"));
}

TEST_F(Processed, AStartInsideABatchLeavesOutWhatIsBefore) {
  fill("t", {"9", "1", "2", "3"});
  // The module would remember 9 if it saw it.
  EXPECT_THAT(read("t", {ad_hoc("golden/rs_probe")}, 2).records,
              ElementsAre("2=2:1700000000000:2", "3=3:1700000000000:3"));
}

TEST_F(Processed, AFilterThatDropsEverythingStillTellsHowFarItIs) {
  for (int i = 0; i < 20; ++i) fill("t", {"x", "y"});
  const auto found = read("t", {ad_hoc("golden/rs_filt")});
  EXPECT_TRUE(found.ended);
  EXPECT_TRUE(found.records.empty());
  EXPECT_EQ(found.next, 40);
  EXPECT_LE(found.frames, 10) << "one a batch, instead of one a second";
}

TEST_F(Processed, WhatIsDroppedLaterIsToldToo) {
  fill("t", {"apple"});
  auto client = spu();
  const auto id = open(client, request_of("t", {ad_hoc("golden/rs_filt")}));
  auto frame = client.take_stream(id);
  ASSERT_TRUE(frame);
  report(client, *frame);
  fill("t", {"x", "y"});
  frame = client.take_stream(id);  // after a second: there may be more to tell by then
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->next_filter_offset, 3);
  Seen seen;
  look_at(frame->records.bytes, seen);
  EXPECT_TRUE(seen.records.empty());
  EXPECT_EQ(seen.counted, 2);
}

TEST_F(Processed, NewRecordsComeAsTheyAreStored) {
  auto client = spu();
  const auto id = open(client, request_of("t", {ad_hoc("golden/rs_filt")}));
  Seen seen;
  for (int i = 0; i < 5; ++i) {
    fill("t", {"x", "a" + std::to_string(i)});
    const auto frame = client.take_stream(id);
    ASSERT_TRUE(frame);
    look_at(frame->records.bytes, seen);
    report(client, *frame);
  }
  EXPECT_THAT(seen.records, ElementsAre("1=a0", "3=a1", "5=a2", "7=a3", "9=a4"));
  EXPECT_EQ(seen.counted, 10);
}

TEST_F(Processed, OutputLargerThanWasAskedForComesInMoreFrames) {
  std::vector<std::string> wanted;
  for (int batch = 0; batch < 10; ++batch) {
    std::vector<std::string> values;
    for (int i = 0; i < 10; ++i) {
      values.push_back("a" + std::string(100, '.') + std::to_string(i));
      wanted.push_back(std::to_string(batch * 10 + i) + "=" + values.back());
    }
    fill("t", values);
  }
  for (const auto bytes_max : {1, 300, 1'000, 5'000}) {
    const auto found = read("t", {ad_hoc("golden/rs_filt")}, 0, bytes_max);
    EXPECT_EQ(found.records, wanted) << bytes_max;
    EXPECT_LE(found.largest_frame, std::max(static_cast<std::size_t>(bytes_max), std::size_t{300}));
  }
}

TEST_F(Processed, OneRecordThatBecomesMoreThanAFrameIsNotLost) {
  std::string value;
  for (int i = 0; i < 200; ++i) value += std::to_string(i) + ",";
  fill("t", {"first", value, "last"});
  const auto found = read("t", {ad_hoc("golden/rs_arr")}, 0, 500);
  ASSERT_EQ(found.records.size(), 202U);
  EXPECT_EQ(found.records.front(), "0=first");
  for (int i = 0; i < 200; ++i) EXPECT_EQ(found.records[i + 1], "1=" + std::to_string(i));
  EXPECT_EQ(found.records.back(), "2=last");
  EXPECT_GT(found.frames, 5);
}

TEST_F(Processed, AClientThatGoesBackGetsTheRecordsAgain) {
  for (int i = 0; i < 6; ++i) fill("t", {"a" + std::to_string(i)});
  auto client = spu();
  const auto id = open(client, request_of("t", {ad_hoc("golden/rs_filt")}, 0, 1));
  std::vector<std::string> found;
  const auto take = [&] {
    const auto frame = client.take_stream(id);
    if (!frame) return wire::StreamFetchResponse{};
    Seen seen;
    look_at(frame->records.bytes, seen);
    found.insert(found.end(), seen.records.begin(), seen.records.end());
    return *frame;
  };
  auto frame = take();
  frame = take();
  frame = take();
  EXPECT_THAT(found, ElementsAre("0=a0", "1=a1", "2=a2"));
  const auto go_on_from = [&](std::int64_t offset) {
    client.send(static_cast<std::uint16_t>(wire::SpuApi::update_offsets), 0,
                wire::UpdateOffsetsRequest{{{offset, frame.stream_id}}});
  };
  go_on_from(3);
  go_on_from(1);
  // What was on its way comes first.
  found.clear();
  while (found.empty() || found.back() != "1=a1") {
    if (take().stream_id == 0) break;
  }
  ASSERT_EQ(found.empty() ? "nothing" : found.back(), "1=a1");
  found.clear();
  for (int i = 0; i < 4; ++i) take();
  EXPECT_THAT(found, ElementsAre("2=a2", "3=a3", "4=a4", "5=a5"));
}

TEST_F(Processed, StreamsGoOverSegmentsAndMeetTheEndOfRetention) {
  wire::TopicSpec spec;
  spec.storage = wire::TopicStorage{1'024, 4'096};
  make_topic("small", spec);
  for (int i = 0; i < 60; ++i) fill("small", {"a" + std::to_string(i), std::string(150, 'x')});
  auto client = spu();
  broker_->apply_retention();
  const auto start = client.offsets("small").start_offset;
  ASSERT_GT(start, 0);
  const auto evicted = read("small", {ad_hoc("golden/rs_filt")}, 0);
  EXPECT_EQ(evicted.error, wire::ErrorCode(Code::offset_evicted, {std::int64_t{0}, start}));
  const auto found = read("small", {ad_hoc("golden/rs_filt")}, start);
  EXPECT_EQ(found.records.size(), static_cast<std::size_t>((120 - start) / 2));
  EXPECT_EQ(found.records.back(), "118=a59");
}

TEST_F(Processed, LooksBackAtTheLastRecordsBeforeTheFirst) {
  fill("t", {"3", "10"});
  auto invocation = ad_hoc("golden/rs_probe");
  invocation.lookback = wire::Lookback{.last = 1};
  EXPECT_TRUE(read("t", {invocation}).records.empty());  // 10 is known
  invocation.lookback = wire::Lookback{.last = 0};
  EXPECT_EQ(read("t", {invocation}).records.size(), 2U);
}

TEST_F(Processed, LooksBackAtYoungRecords) {
  fill("t", {"3", "10"});  // of 2023
  auto invocation = ad_hoc("golden/rs_probe");
  invocation.lookback = wire::Lookback{.age = std::chrono::hours(1)};
  EXPECT_EQ(read("t", {invocation}).records.size(), 2U);
  invocation.lookback = wire::Lookback{.age = std::chrono::hours(24 * 365 * 50)};
  EXPECT_TRUE(read("t", {invocation}).records.empty());
}

TEST_F(Processed, ALookBackThatFailsEndsTheStream) {
  fill("t", {"no number"});
  auto invocation = ad_hoc("golden/rs_probe");
  invocation.lookback = wire::Lookback{.last = 1};
  const auto found = read("t", {invocation});
  EXPECT_EQ(found.error.code, Code::smartmodule_lookback_error);
  EXPECT_THAT(found.error.text(), HasSubstr("invalid digit"));
}

// Before version 18 there was one module, in other fields.
TEST_F(Processed, OlderRequestsNameTheirModuleElsewhere) {
  fill("t", {"apple", "kiwi"});
  auto client = spu();
  auto request = request_of("t", {});
  request.smartmodule = ad_hoc("golden/rs_filt");
  auto frame = client.spu(request, 17);
  ASSERT_TRUE(frame);
  EXPECT_THAT(values_of(frame->records.bytes), ElementsAre("apple"));

  auto older = spu();
  request.smartmodule.reset();
  request.wasm_module = wasm_of("golden/rs_filt");
  frame = older.spu(request, 15);
  ASSERT_TRUE(frame);
  EXPECT_THAT(values_of(frame->records.bytes), ElementsAre("apple"));
  EXPECT_EQ(frame->next_filter_offset, 2);
}

}  // namespace
}  // namespace sluice::broker
