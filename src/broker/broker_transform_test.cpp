// SPDX-License-Identifier: Apache-2.0
// SmartModules before the log: a producer's own, and those of topics that deduplicate.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/deduplicator.hpp"
#include "broker/smartmodule_fixture.hpp"

namespace sluice::broker {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using wire::Code;

class ProduceSmartModules : public SmartModuleTest {
 protected:
  wire::ProducePartitionResult produce(TestClient& client, ByteView records,
                                       std::vector<Invocation> chain,
                                       const std::string& topic = "t") {
    auto request = TestClient::produce_request(topic, records);
    request.smartmodules = std::move(chain);
    const auto answer = client.spu(request);
    if (!answer) return {0, Code::unknown_server_error};
    return answer->topics[0].partitions[0];
  }
  // `offset=key:value` and times of all that is stored.
  Seen stored(const std::string& topic = "t") {
    auto client = spu();
    Seen seen;
    const auto end = client.offsets(topic).last_stable_offset;
    if (end == 0) return seen;
    const auto id = client.open_stream(topic);
    while (seen.counted < end) {
      const auto frame = client.take_stream(id);
      if (!frame) break;
      look_at(frame->records.bytes, seen);
    }
    return seen;
  }
};

TEST_F(ProduceSmartModules, StoresWhatIsLeftWithOffsetsInARow) {
  start();
  make_topic("t");
  wire::BatchBuilder builder;
  builder.add(std::nullopt, as_bytes("kiwi"), 1'000);
  builder.add(as_bytes("k"), as_bytes("apple"), 2'000);
  builder.add(std::nullopt, as_bytes("plum"), 3'000);
  builder.add(std::nullopt, as_bytes("banana"), 4'000);
  auto client = spu();
  fill("t", {"first"});
  const auto result =
      produce(client, *builder.finish(Compression::gzip), {ad_hoc("golden/rs_filt")});
  EXPECT_TRUE(result.error_code.ok());
  EXPECT_EQ(result.base_offset, 1);
  fill("t", {"last"});
  const auto found = stored();
  EXPECT_THAT(found.records, ElementsAre("0=first", "1=k:apple", "2=banana", "3=last"));
  EXPECT_EQ(found.times[1], 2'000);
  EXPECT_EQ(found.times[2], 4'000);
}

TEST_F(ProduceSmartModules, SeveralBatchesBecomeOne) {
  start();
  make_topic("t");
  auto client = spu();
  ASSERT_TRUE(
      produce(client, numbered_batches(0, 5, "a"), {ad_hoc("golden/rs_mapk")}).error_code.ok());
  const auto found = stored();
  EXPECT_EQ(found.batches, 1);
  EXPECT_EQ(found.records.front(), "0=a0:none");
  EXPECT_EQ(found.records.back(), "4=a4:none");
}

TEST_F(ProduceSmartModules, NothingLeftIsASuccess) {
  start();
  make_topic("t");
  fill("t", {"first"});
  auto client = spu();
  const auto result = produce(client, batch_of({"x", "y"}), {ad_hoc("golden/rs_filt")});
  EXPECT_TRUE(result.error_code.ok());
  EXPECT_EQ(result.base_offset, 0);
  EXPECT_EQ(client.offsets("t").last_stable_offset, 1);
}

TEST_F(ProduceSmartModules, ARecordThatFailsKeepsItsWholeEntryOut) {
  start();
  make_topic("t");
  auto client = spu();
  const auto result = produce(client, batch_of({"1", "bad", "3"}), {ad_hoc("golden/rs_probe")});
  EXPECT_EQ(result.error_code,
            wire::ErrorCode(Code::smartmodule_runtime_error,
                            {std::string("invalid digit found in string"), std::int64_t{1},
                             std::int64_t{4}, std::optional<std::string>(), std::string("bad")}));
  EXPECT_EQ(client.offsets("t").last_stable_offset, 0);
}

TEST_F(ProduceSmartModules, AnErrorConcernsItsPartitionOnly) {
  start();
  make_topic("t", {.replicas = wire::ComputedReplicas{2, 1, false}});
  const auto good = batch_of({"1"});
  const auto bad = batch_of({"bad"});
  wire::ProduceRequest request;
  request.topics = {{"t", {{0, {bad}}, {1, {good}}}}};
  request.smartmodules = {ad_hoc("golden/rs_probe")};
  auto client = spu();
  const auto answer = client.spu(request);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->topics[0].partitions[0].error_code.code, Code::smartmodule_runtime_error);
  EXPECT_TRUE(answer->topics[0].partitions[1].error_code.ok());
  EXPECT_EQ(client.offsets("t", 1).last_stable_offset, 1);
}

TEST_F(ProduceSmartModules, LookBackComesBeforeTheRecords) {
  start();
  make_topic("t");
  fill("t", {"5"});
  auto invocation = ad_hoc("golden/rs_probe");
  invocation.lookback = wire::Lookback{.last = 1};
  auto client = spu();
  ASSERT_TRUE(produce(client, batch_of({"4", "6"}), {invocation}).error_code.ok());
  EXPECT_EQ(stored().records.size(), 2U);
}

// A request that takes its time is not overtaken by the next of the same connection.
TEST_F(ProduceSmartModules, TheOrderOfAConnectionHolds) {
  start();
  make_topic("t");
  auto client = spu();
  std::vector<std::int32_t> ids;
  std::vector<std::string> wanted;
  for (int i = 0; i < 60; ++i) {
    const auto value = "a" + std::to_string(i);
    const auto batch = batch_of({value});
    auto request = TestClient::produce_request("t", batch);
    if (i % 3 != 2) request.smartmodules = {ad_hoc("golden/rs_filt")};
    ids.push_back(client.send(0, wire::data_version, request));
    wanted.push_back(std::to_string(i) + "=" + value);
  }
  for (int i = 0; i < 60; ++i) {
    const auto answer = client.take<wire::ProduceResponse>(ids[i], wire::data_version);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->topics[0].partitions[0].base_offset, i);
  }
  EXPECT_EQ(stored().records, wanted);
}

TEST_F(ProduceSmartModules, AModuleThatSpinsHoldsUpNoOtherProducer) {
  options_.data_threads = 1;
  start();
  make_topic("t");
  auto hostile = spu();
  const auto batch = batch_of({"spin"});
  auto request = TestClient::produce_request("t", batch);
  request.smartmodules = {ad_hoc("golden/rs_filt")};
  hostile.send(0, wire::data_version, request);
  auto client = spu();
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(client.produce("t", batch_of({"r"})).error_code.ok());
  }
  broker_->stop(std::chrono::milliseconds(100));
}

TEST(DeduplicationInvocation, IsWhatTheOfficialServerMakesOfIt) {
  wire::Deduplication spec;
  spec.count = 7;
  spec.age = std::chrono::seconds(2);
  spec.uses = "g/dedup@0.1.0";
  spec.with = {{"x", "y"}};
  const auto invocation = invocation_of(spec);
  EXPECT_EQ(std::get<wire::PredefinedWasm>(invocation.wasm).name, "g/dedup@0.1.0");
  const std::map<std::string, std::string> params{{"count", "7"}, {"age", "2000"}, {"x", "y"}};
  EXPECT_EQ(invocation.params, params);
  ASSERT_TRUE(invocation.lookback);
  EXPECT_EQ(invocation.lookback->last, 7U);
  EXPECT_EQ(invocation.lookback->age, std::chrono::seconds(2));
}

class TopicDeduplication : public ProduceSmartModules {
 protected:
  void begin() {
    start();
    ASSERT_TRUE(load("seen", "basic/dedup_seen").error_code.ok());
    wire::TopicSpec spec;
    spec.deduplication = wire::Deduplication{.count = 100, .uses = "seen"};
    make_topic("t", spec);
  }
  wire::StatusResponse create_with(const std::string& uses) {
    wire::TopicSpec spec;
    spec.deduplication = wire::Deduplication{.count = 10, .uses = uses};
    auto client = sc();
    return client.create_topic("other", spec);
  }
  std::vector<std::string> values() {
    auto client = spu();
    return consume_all(client, "t");
  }
};

TEST_F(TopicDeduplication, LeavesOutWhatIsThere) {
  begin();
  fill("t", {"a", "b", "a", "c"});
  fill("t", {"b", "d"});
  EXPECT_THAT(stored().records, ElementsAre("0=a", "1=b", "2=c", "3=d"));
}

TEST_F(TopicDeduplication, CopiesOnlyAreAnsweredWithTheEnd) {
  begin();
  fill("t", {"a", "b"});
  auto client = spu();
  const auto result = client.produce("t", batch_of({"b", "a"}));
  EXPECT_TRUE(result.error_code.ok());
  EXPECT_EQ(result.base_offset, 2);
  EXPECT_EQ(client.offsets("t").last_stable_offset, 2);
}

TEST_F(TopicDeduplication, LooksBackAfterARestart) {
  begin();
  fill("t", {"a", "b"});
  broker_->stop();
  restart();
  fill("t", {"b", "c"});
  EXPECT_THAT(values(), ElementsAre("a", "b", "c"));
}

TEST_F(TopicDeduplication, RunsBehindAProducersOwnModules) {
  begin();
  auto client = spu();
  const auto batch = batch_of({"a,b", "b,c"});
  ASSERT_TRUE(produce(client, batch, {ad_hoc("golden/rs_arr")}).error_code.ok());
  EXPECT_THAT(values(), ElementsAre("a", "b", "c"));
}

TEST_F(TopicDeduplication, HoldsForProducersAtTheSameTime) {
  begin();
  std::vector<TestClient> clients;
  for (int i = 0; i < 4; ++i) clients.push_back(spu());
  std::vector<std::int32_t> ids;
  for (auto& client : clients) {
    for (int i = 0; i < 50; ++i) {
      const auto batch = batch_of({"v" + std::to_string(i)});
      ids.push_back(client.send(0, wire::data_version, TestClient::produce_request("t", batch)));
    }
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const auto answer = clients[i / 50].take<wire::ProduceResponse>(ids[i], wire::data_version);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->topics[0].partitions[0].error_code.ok());
  }
  auto found = values();
  std::sort(found.begin(), found.end());
  auto wanted = numbered(0, 50, "v");
  std::sort(wanted.begin(), wanted.end());
  EXPECT_EQ(found, wanted);
}

// Nothing of that request was stored: its first record is not a copy the next time. What was
// stored before still is, though the module was started again.
TEST_F(TopicDeduplication, WhatAFailedModuleSawDoesNotCount) {
  begin();
  fill("t", {"z"});
  auto client = spu();
  const auto failed = client.produce("t", batch_of({"a", "trap"}));
  EXPECT_EQ(failed.error_code.code, Code::smartmodule_runtime_error);
  fill("t", {"z", "a"});
  EXPECT_THAT(values(), ElementsAre("z", "a"));
}

TEST_F(TopicDeduplication, WhatTheDiskRefusedDoesNotCount) {
  begin();
  fill("t", {"a"});
  broker_->faults().storage().fill_disk_after(0);
  auto client = spu();
  const auto full = client.produce("t", batch_of({"a", "b"}));
  EXPECT_FALSE(full.error_code.ok());
  broker_->faults().clear();
  fill("t", {"a", "b"});
  EXPECT_THAT(values(), ElementsAre("a", "b"));
}

TEST_F(TopicDeduplication, AModuleInUseIsNeitherReplacedNorDeleted) {
  begin();
  EXPECT_TRUE(load("seen", "basic/dedup_seen").error_code.ok());  // the same: nothing changes
  const auto replaced = load("seen", "golden/rs_filt");
  EXPECT_EQ(replaced.error_code.code, Code::smartmodule_error);
  EXPECT_THAT(replaced.error_message.value_or(""), HasSubstr("topic 't'"));
  EXPECT_EQ(unload("seen").error_code.code, Code::smartmodule_error);
  auto admin = sc();
  ASSERT_TRUE(admin.delete_topic("t").error_code.ok());
  EXPECT_TRUE(unload("seen").error_code.ok());
}

TEST_F(TopicDeduplication, ATopicNeedsAModuleThatIsThere) {
  begin();
  EXPECT_EQ(create_with("nosuch").error_code.code, Code::deduplication_smartmodule_not_loaded);
  EXPECT_EQ(create_with("g/n@x").error_code.code, Code::deduplication_smartmodule_name_invalid);
  EXPECT_EQ(create_with("").error_code.code, Code::deduplication_smartmodule_name_invalid);
  EXPECT_TRUE(create_with("seen").error_code.ok());
}

TEST_F(TopicDeduplication, AModuleThatCannotStartRefusesProducers) {
  start();
  ASSERT_TRUE(load_bytes("broken", to_bytes("not wasm")).error_code.ok());
  wire::TopicSpec spec;
  spec.deduplication = wire::Deduplication{.count = 1, .uses = "broken"};
  make_topic("t", spec);
  auto client = spu();
  EXPECT_EQ(client.produce("t", batch_of({"a"})).error_code.code, Code::smartmodule_invalid);
  EXPECT_EQ(client.offsets("t").last_stable_offset, 0);
}

}  // namespace
}  // namespace sluice::broker
