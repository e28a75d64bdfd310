// SPDX-License-Identifier: Apache-2.0
// Consumer offsets, fetches, SmartModules and watches over real sockets.

#include <gtest/gtest.h>

#include "broker/broker_fixture.hpp"

namespace sluice::broker {
namespace {

using namespace test;
using wire::Code;

class BrokerOffsets : public BrokerTest {};
class BrokerAdmin : public BrokerTest {};

std::vector<wire::ConsumerOffset> stored_offsets(TestClient& client) {
  const auto answer = client.spu(wire::FetchConsumerOffsetsRequest{});
  return answer ? answer->consumers : std::vector<wire::ConsumerOffset>{};
}

TEST_F(BrokerOffsets, AreStoredByStreamAndSurviveARestart) {
  start();
  make_topic("t");
  {
    auto client = spu();
    ASSERT_TRUE(client.produce("t", numbered_batches(0, 5)).error_code.ok());
    const auto frame = client.take_stream(client.open_stream("t", 0, 1 << 20, "c1"));
    const auto stored = client.spu(wire::UpdateConsumerOffsetRequest{3, frame->stream_id});
    ASSERT_TRUE(stored);
    EXPECT_EQ(stored->offset, 3);
    EXPECT_TRUE(stored->error_code.ok());
  }
  restart();
  auto client = spu();
  const auto offsets = stored_offsets(client);
  ASSERT_EQ(offsets.size(), 1U);
  EXPECT_EQ(offsets[0].consumer_id, "c1");
  EXPECT_EQ(offsets[0].offset, 3);
  const auto resumed = client.spu(wire::FetchOffsetsRequest{{{"t", {0}}}, "c1"}, 23);
  EXPECT_EQ(resumed->topics[0].partitions[0].start_offset, 4);
  EXPECT_TRUE(client.spu(wire::DeleteConsumerOffsetRequest{"t", 0, "c1"})->error_code.ok());
  EXPECT_TRUE(client.spu(wire::DeleteConsumerOffsetRequest{"t", 0, "nobody"})->error_code.ok());
  EXPECT_TRUE(stored_offsets(client).empty());
}

TEST_F(BrokerOffsets, NeedAStreamOfThisConnectionWithAConsumerId) {
  start();
  make_topic("t");
  auto client = spu();
  ASSERT_TRUE(client.produce("t", batch_of({"a"})).error_code.ok());
  EXPECT_EQ(client.spu(wire::UpdateConsumerOffsetRequest{0, 77})->error_code.code,
            Code::fetch_session_not_found);
  const auto frame = client.take_stream(client.open_stream("t"));
  EXPECT_EQ(client.spu(wire::UpdateConsumerOffsetRequest{0, frame->stream_id})->error_code,
            wire::ErrorCode(Code::other, {std::string("stream without consumer id")}));
  const auto flow = client.spu(wire::UpdateOffsetsRequest{{{5, 77}}}, 0);
  EXPECT_EQ(flow->offsets[0].error_code.code, Code::fetch_session_not_found);
}

TEST_F(BrokerOffsets, GoWithTheirTopic) {
  start();
  make_topic("t");
  auto client = spu();
  ASSERT_TRUE(client.produce("t", batch_of({"a"})).error_code.ok());
  const auto frame = client.take_stream(client.open_stream("t", 0, 1 << 20, "c1"));
  ASSERT_TRUE(client.spu(wire::UpdateConsumerOffsetRequest{0, frame->stream_id}));
  auto admin = sc();
  ASSERT_TRUE(admin.delete_topic("t").error_code.ok());
  ASSERT_TRUE(admin.create_topic("t").error_code.ok());
  auto fresh = spu();
  EXPECT_TRUE(stored_offsets(fresh).empty());
}

TEST_F(BrokerOffsets, OfUnknownPartitionsAreAnErrorOfTheEntry) {
  start();
  make_topic("t");
  auto client = spu();
  const auto answer = client.spu(wire::FetchOffsetsRequest{{{"t", {0, 9}}, {"nosuch", {0}}}, {}});
  ASSERT_EQ(answer->topics.size(), 2U);
  EXPECT_TRUE(answer->topics[0].partitions[0].error_code.ok());
  EXPECT_EQ(answer->topics[0].partitions[1].error_code.code, Code::partition_not_leader);
  EXPECT_EQ(answer->topics[1].partitions[0].error_code.code, Code::partition_not_leader);
}

TEST_F(BrokerOffsets, AFetchAnswersOnceWithWholeBatches) {
  start();
  make_topic("t");
  auto client = spu();
  ASSERT_TRUE(client.produce("t", numbered_batches(0, 20)).error_code.ok());
  wire::FetchRequest request;
  request.topics = {{"t", {{.partition = 0, .fetch_offset = 3, .max_bytes = 300}}},
                    {"nosuch", {{.partition = 0}}}};
  const auto answer = client.spu(request);
  ASSERT_TRUE(answer);
  const auto values = values_of(answer->topics[0].partitions[0].records.bytes);
  EXPECT_EQ(values, numbered(3, static_cast<int>(values.size())));
  EXPECT_GT(values.size(), 1U);
  EXPECT_EQ(answer->topics[1].partitions[0].error_code.code, Code::not_leader_for_partition);
}

TEST_F(BrokerAdmin, RefusesSmartModulesThatAreNotThereBeforeAnythingIsStored) {
  start();
  make_topic("t");
  auto client = spu();
  const auto batch = batch_of({"a"});
  auto produce = TestClient::produce_request("t", batch);
  produce.smartmodules = {{.wasm = wire::PredefinedWasm{"filter"}}};
  const auto refused = client.spu(produce);
  EXPECT_EQ(refused->topics[0].partitions[0].error_code,
            wire::ErrorCode(Code::smartmodule_not_found, {std::string("filter")}));
  EXPECT_EQ(client.offsets("t").last_stable_offset, 0);

  wire::StreamFetchRequest stream;
  stream.topic = "t";
  stream.smartmodules = {{.wasm = wire::AdHocWasm{}}};
  EXPECT_EQ(client.spu(stream)->error_code.code, Code::smartmodule_invalid);
}

// An empty frame would say nothing to a client: the loss of an object is a change.
TEST_F(BrokerAdmin, AWatchSendsEverythingAndThenChanges) {
  start();
  make_topic("a");
  auto watcher = sc();
  const auto buffer = wire::pack("Topic", wire::WatchBody{}, 19);
  const auto id = watcher.send(1004, 19, buffer);
  const auto take = [&] {
    const auto frame = watcher.take<wire::TypeBuffer>(id, 19);
    return frame ? *wire::unpack<wire::WatchResponseBody<wire::TopicSpec>>(*frame, 19)
                 : wire::WatchResponseBody<wire::TopicSpec>{};
  };
  const auto first = take();
  EXPECT_EQ(first.all.size(), 2U);  // the system topic too
  EXPECT_TRUE(first.changes.empty());

  make_topic("b");
  const auto created = take();
  ASSERT_EQ(created.changes.size(), 1U);
  EXPECT_TRUE(created.all.empty());
  EXPECT_EQ(created.changes[0].object.name, "b");
  EXPECT_GT(created.epoch, first.epoch);

  auto admin = sc();
  ASSERT_TRUE(admin.delete_topic("a").error_code.ok());
  const auto deleted = take();
  ASSERT_EQ(deleted.changes.size(), 1U);
  EXPECT_EQ(deleted.changes[0].kind, wire::ChangeKind::remove);
  EXPECT_EQ(deleted.changes[0].object.name, "a");
}

// A watcher kept a copy of each SmartModule that changed, its bytes and all.
TEST_F(BrokerAdmin, AWatchTellsOfARemovedSmartModuleWithoutItsBytes) {
  start();
  auto watcher = sc();
  const auto id = watcher.send(1004, 19, wire::pack("SmartModule", wire::WatchBody{}, 19));
  const auto take = [&] {
    const auto frame = watcher.take<wire::TypeBuffer>(id, 19);
    return frame ? *wire::unpack<wire::WatchResponseBody<wire::SmartModuleSpec>>(*frame, 19)
                 : wire::WatchResponseBody<wire::SmartModuleSpec>{};
  };
  ASSERT_TRUE(take().all.empty());
  auto admin = sc();
  const wire::CreateBody<wire::SmartModuleSpec> module{"m", false, {}, {.wasm = to_bytes("wasm")}};
  ASSERT_TRUE(admin.sc<wire::StatusResponse>(wire::ScApi::create, "SmartModule", module));
  const auto created = take();
  ASSERT_EQ(created.changes.size(), 1U);
  EXPECT_EQ(created.changes[0].object.spec.wasm, to_bytes("wasm"));
  const wire::DeleteBody<std::string> remove{"m"};
  ASSERT_TRUE(admin.sc<wire::StatusResponse>(wire::ScApi::remove, "SmartModule", remove));
  const auto removed = take();
  ASSERT_EQ(removed.changes.size(), 1U);
  EXPECT_EQ(removed.changes[0].kind, wire::ChangeKind::remove);
  EXPECT_EQ(removed.changes[0].object.name, "m");
  EXPECT_TRUE(removed.changes[0].object.spec.wasm.empty());
}

TEST_F(BrokerAdmin, ShowsOneSpuThatClientsCanReach) {
  options_.advertised_host = "broker.example";
  options_.advertised_port = 4711;
  start();
  auto client = sc();
  const auto listed = client.sc<wire::TypeBuffer>(wire::ScApi::list, "SPU", wire::ListBody{});
  const auto spus = wire::unpack<wire::ListResponseBody<wire::SpuSpec>>(*listed, 19);
  ASSERT_EQ(spus->items.size(), 1U);
  EXPECT_EQ(spus->items[0].name, "custom-spu-5001");
  EXPECT_EQ(spus->items[0].status, wire::SpuStatus::online);
  EXPECT_EQ(spus->items[0].spec.public_endpoint.port, 4711);
  EXPECT_EQ(spus->items[0].spec.public_endpoint.ingress[0].hostname, "broker.example");
}

TEST_F(BrokerAdmin, KeepsSmartModulesTableFormatsAndSpusOverARestart) {
  start();
  {
    auto client = sc();
    const auto create = [&](std::string_view label, const auto& body) {
      return client.sc<wire::StatusResponse>(wire::ScApi::create, label, body)->error_code.code;
    };
    const wire::CreateBody<wire::SmartModuleSpec> module{
        "m", false, {}, {.wasm = to_bytes("wasm")}};
    EXPECT_EQ(create("SmartModule", module), Code::none);
    EXPECT_EQ(create("SmartModule", module), Code::none);  // replaces it, as officially
    const wire::CreateBody<wire::TableFormatSpec> format{"f", false, {}, {.name = "f"}};
    EXPECT_EQ(create("TableFormat", format), Code::none);
    EXPECT_EQ(create("TableFormat", format), Code::table_format_already_exists);
    const wire::CreateBody<wire::CustomSpuSpec> spu_body{"custom-spu-7", false, {}, {.id = 7}};
    EXPECT_EQ(create("CustomSpu", spu_body), Code::none);
    EXPECT_EQ(create("CustomSpu", spu_body), Code::spu_already_exists);
    const wire::CreateBody<wire::SpuGroupSpec> group{"g", false, {}, {}};
    EXPECT_EQ(create("SpuGroup", group), Code::other);
    EXPECT_EQ(create("Nonsense", group), Code::other);
  }
  restart();
  auto client = sc();
  const auto count = [&]<typename Spec>(std::type_identity<Spec>) {
    const auto listed =
        client.sc<wire::TypeBuffer>(wire::ScApi::list, Spec::label, wire::ListBody{});
    return wire::unpack<wire::ListResponseBody<Spec>>(*listed, 19)->items.size();
  };
  EXPECT_EQ(count(std::type_identity<wire::SmartModuleSpec>{}), 1U);
  EXPECT_EQ(count(std::type_identity<wire::TableFormatSpec>{}), 1U);
  EXPECT_EQ(count(std::type_identity<wire::CustomSpuSpec>{}), 2U);
  EXPECT_EQ(count(std::type_identity<wire::SpuGroupSpec>{}), 0U);
  EXPECT_EQ(count(std::type_identity<wire::MirrorSpec>{}), 0U);
  const auto remove = [&](std::string_view label, const auto& key) {
    return client.sc<wire::StatusResponse>(wire::ScApi::remove, label, key)->error_code.code;
  };
  EXPECT_EQ(remove("SmartModule", wire::DeleteBody<std::string>{"m"}), Code::none);
  EXPECT_EQ(remove("SmartModule", wire::DeleteBody<std::string>{"m"}), Code::smartmodule_not_found);
  EXPECT_EQ(remove("TableFormat", wire::DeleteBody<std::string>{"f"}), Code::none);
  EXPECT_EQ(remove("CustomSpu", wire::DeleteBody<wire::CustomSpuKey>{7}), Code::none);
  EXPECT_EQ(remove("CustomSpu", wire::DeleteBody<wire::CustomSpuKey>{5001}), Code::spu_error);
}

}  // namespace
}  // namespace sluice::broker
