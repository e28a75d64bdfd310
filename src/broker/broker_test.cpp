// SPDX-License-Identifier: Apache-2.0
// The server over real sockets: what clients rely on, request by request.

#include "broker/broker.hpp"

#include <gtest/gtest.h>

#include "broker/broker_fixture.hpp"

namespace sluice::broker {
namespace {

using namespace test;
using wire::Code;

TEST_F(BrokerTest, AnswersWithTheOfficialVersionTables) {
  start();
  auto sc_client = sc();
  const auto control = sc_client.spu(wire::ApiVersionsRequest{"0.50.2", "linux", "x86_64"}, 2);
  ASSERT_TRUE(control);
  EXPECT_EQ(control->api_keys.size(), 6U);
  EXPECT_EQ(control->platform_version, "0.18.2");
  auto spu_client = spu();
  const auto data = spu_client.spu(wire::ApiVersionsRequest{}, 0);
  ASSERT_TRUE(data);
  EXPECT_EQ(data->platform_version, "0.0.0");
  EXPECT_EQ(data->api_keys[3].max, 15);  // a client without a version gets older streams
}

TEST_F(BrokerTest, ClosesOnAControlClientWhoseVersionIsNone) {
  start();
  auto client = sc();
  client.send(18, 2, wire::ApiVersionsRequest{"latest", "linux", "x"});
  EXPECT_TRUE(client.is_closed());
}

TEST_F(BrokerTest, CreatesATopicOnceAndListsIt) {
  start();
  auto client = sc();
  EXPECT_TRUE(client.create_topic("orders").error_code.ok());
  const auto again = client.create_topic("orders");
  EXPECT_EQ(again.error_code.code, Code::topic_already_exists);
  EXPECT_EQ(again.error_message, "Topic 'orders' already exists");

  const auto listed = client.sc<wire::TypeBuffer>(wire::ScApi::list, "Topic", wire::ListBody{});
  const auto topics = wire::unpack<wire::ListResponseBody<wire::TopicSpec>>(*listed, 19);
  ASSERT_EQ(topics->items.size(), 1U);  // the system topic is hidden
  EXPECT_EQ(topics->items[0].name, "orders");
  EXPECT_EQ(topics->items[0].status.resolution, wire::TopicResolution::provisioned);
}

TEST_F(BrokerTest, ADryRunChecksAndCreatesNothing) {
  start();
  auto client = sc();
  const wire::CreateBody<wire::TopicSpec> body{"dry", true, {}, {}};
  EXPECT_TRUE(client.sc<wire::StatusResponse>(wire::ScApi::create, "Topic", body)->error_code.ok());
  EXPECT_TRUE(client.create_topic("dry").error_code.ok());
}

TEST_F(BrokerTest, GuardsItsSystemTopic) {
  start();
  auto client = sc();
  const auto refused = client.delete_topic("consumer-offset");
  EXPECT_EQ(refused.error_code,
            wire::ErrorCode(Code::system_spec_deletion_attempt,
                            {std::string("topic"), std::string("consumer-offset")}));
  EXPECT_EQ(client.delete_topic("consumer-offset", true).error_code.code,
            Code::system_spec_deletion_attempt);
  const wire::UpdateTopicBody add{"consumer-offset", wire::AddPartition{1}};
  EXPECT_EQ(client.sc<wire::StatusResponse>(wire::ScApi::update, "Topic", add)->error_code.code,
            Code::system_spec_updating_attempt);
}

TEST_F(BrokerTest, StoresRecordsAndGivesThemBackAfterARestart) {
  start();
  make_topic("t");
  {
    auto client = spu();
    EXPECT_EQ(client.produce("t", numbered_batches(0, 5)).base_offset, 0);
    EXPECT_EQ(client.produce("t", batch_of({"r5", "r6"})).base_offset, 5);
    EXPECT_EQ(consume_all(client, "t"), numbered(0, 7));
  }
  restart();
  auto client = spu();
  EXPECT_EQ(client.offsets("t").last_stable_offset, 7);
  EXPECT_EQ(consume_all(client, "t"), numbered(0, 7));
  EXPECT_EQ(client.produce("t", batch_of({"r7"})).base_offset, 7);
}

TEST_F(BrokerTest, AnswersEachEntryOfAProduceRequest) {
  start();
  make_topic("t", {.replicas = wire::ComputedReplicas{2, 1, false}});
  const auto one = batch_of({"a"});
  const auto two = batch_of({"b", "c"});
  wire::ProduceRequest request;
  request.topics = {{"t", {{0, {one}}, {0, {two}}, {1, {one}}, {9, {one}}, {0, {}}}},
                    {"nosuch", {{0, {one}}}},
                    {"t", {}}};
  auto client = spu();
  const auto answer = client.spu(request);
  ASSERT_TRUE(answer && answer->topics.size() == 3);
  const auto& parts = answer->topics[0].partitions;
  EXPECT_EQ(parts[0].base_offset, 0);
  EXPECT_EQ(parts[1].base_offset, 1);
  EXPECT_EQ(parts[2].base_offset, 0);
  EXPECT_EQ(parts[3].error_code.code, Code::not_leader_for_partition);
  EXPECT_TRUE(parts[4].error_code.ok());
  EXPECT_EQ(answer->topics[1].partitions[0].error_code.code, Code::not_leader_for_partition);
  EXPECT_TRUE(answer->topics[2].partitions.empty());
}

TEST_F(BrokerTest, AnswersPipelinedProducesInOrder) {
  start();
  make_topic("t");
  auto client = spu();
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 600; ++i) {
    const auto batch = batch_of({"r" + std::to_string(i)});
    ids.push_back(client.send(0, 25, TestClient::produce_request("t", batch)));
  }
  for (int i = 0; i < 600; ++i) {
    const auto answer = client.take<wire::ProduceResponse>(ids[static_cast<std::size_t>(i)], 25);
    ASSERT_TRUE(answer);
    ASSERT_EQ(answer->topics[0].partitions[0].base_offset, i);
  }
  EXPECT_EQ(consume_all(client, "t"), numbered(0, 600));
}

TEST_F(BrokerTest, StreamsABacklogWholeWhateverTheFrameSize) {
  start();
  make_topic("t");
  auto client = spu();
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(client.produce("t", numbered_batches(i * 10, 10)).error_code.ok());
  }
  for (const int bytes_max : {1, 90, 1000, 50'000, 10'000'000}) {
    auto reader = spu();
    EXPECT_EQ(consume_all(reader, "t", 0, bytes_max), numbered(0, 2000)) << bytes_max;
  }
}

TEST_F(BrokerTest, PushesRecordsToAWaitingStream) {
  start();
  make_topic("t");
  auto consumer = spu();
  auto producer = spu();
  const auto id = consumer.open_stream("t");
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(producer.produce("t", numbered_batches(i, 1)).error_code.ok());
    const auto frame = consumer.take_stream(id);
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->stream_id, 1U);
    EXPECT_EQ(values_of(frame->records.bytes), numbered(i, 1));
  }
}

TEST_F(BrokerTest, NumbersStreamsFromOneOnEachConnection) {
  start();
  make_topic("t");
  auto client = spu();
  ASSERT_TRUE(client.produce("t", batch_of({"a"})).error_code.ok());
  const auto refused = client.take_stream(client.open_stream("nosuch"));
  EXPECT_EQ(refused->stream_id, 0U);
  EXPECT_EQ(refused->error_code.code, Code::not_leader_for_partition);
  EXPECT_EQ(client.take_stream(client.open_stream("t"))->stream_id, 1U);
  EXPECT_EQ(client.take_stream(client.open_stream("t"))->stream_id, 2U);
}

TEST_F(BrokerTest, TellsStreamsThatTheirTopicIsGone) {
  start();
  make_topic("t");
  auto consumer = spu();
  auto producer = spu();
  ASSERT_TRUE(producer.produce("t", batch_of({"a"})).error_code.ok());
  const auto id = consumer.open_stream("t");
  ASSERT_TRUE(consumer.take_stream(id));
  auto admin = sc();
  EXPECT_TRUE(admin.delete_topic("t").error_code.ok());
  EXPECT_EQ(consumer.take_stream(id)->error_code.code, Code::topic_deleted);
  EXPECT_EQ(producer.produce("t", batch_of({"a"})).error_code.code, Code::not_leader_for_partition);
  EXPECT_EQ(admin.delete_topic("t").error_code.code, Code::topic_not_found);
  EXPECT_FALSE(fs::exists(dir_.path() / "data/logs/t-0"));
  EXPECT_TRUE(admin.create_topic("t").error_code.ok());
  EXPECT_EQ(producer.offsets("t").last_stable_offset, 0);
}

TEST_F(BrokerTest, AddsPartitionsThatWorkAtOnce) {
  start();
  make_topic("t");
  auto admin = sc();
  const wire::UpdateTopicBody add{"t", wire::AddPartition{2}};
  EXPECT_TRUE(admin.sc<wire::StatusResponse>(wire::ScApi::update, "Topic", add)->error_code.ok());
  auto client = spu();
  EXPECT_TRUE(client.produce("t", batch_of({"a"}), 2).error_code.ok());
  EXPECT_FALSE(client.produce("t", batch_of({"a"}), 3).error_code.ok());
}

}  // namespace
}  // namespace sluice::broker
