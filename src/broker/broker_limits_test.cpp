// SPDX-License-Identifier: Apache-2.0
// Strangers on the ports: wrong frames, absurd sizes, too many, too slow. Each may lose its own
// connection and nothing else.

#include <gtest/gtest.h>

#include "broker/broker_fixture.hpp"

namespace sluice::broker {
namespace {

using namespace test;

class BrokerLimitsTest : public BrokerTest {
 protected:
  // The server closes the connection on it, and goes on serving others.
  void expect_closes(std::uint16_t port, ByteView bytes, const std::string& what) {
    TestClient client(port);
    client.send_bytes(bytes);
    client.half_close();  // a frame that is too short waits for more, until there is none
    EXPECT_TRUE(client.is_closed()) << what;
  }
  // Waits until nobody can connect: the stop has begun.
  void spu_refuses() {
    EXPECT_TRUE(eventually([&] { return !spu().connected(); }));
  }
};

Bytes with_length(std::uint32_t length, ByteView payload) {
  Bytes frame;
  wire::WireWriter writer(frame);
  writer.big_endian(length);
  writer.append(payload);
  return frame;
}

Bytes request_frame(std::uint16_t key, wire::Version version, ByteView body) {
  Bytes payload;
  wire::WireWriter writer(payload);
  wire::put(writer, wire::RequestHeader{key, version, 1, "stranger"}, 0);
  writer.append(body);
  return with_length(static_cast<std::uint32_t>(payload.size()), payload);
}

Bytes produce_body() {
  const auto batch = batch_of({"value"});
  return wire::encode(TestClient::produce_request("t", batch), 25);
}

TEST_F(BrokerLimitsTest, BodiesCutAtEveryByteCloseOnlyTheirConnection) {
  start();
  make_topic("t");
  const auto body = produce_body();
  for (std::size_t size = 0; size < body.size(); ++size) {
    const auto frame = request_frame(0, 25, ByteView(body).first(size));
    ASSERT_NO_FATAL_FAILURE(
        expect_closes(ports_.spu, frame, "produce cut at byte " + std::to_string(size)));
  }
  const auto create = wire::encode(
      wire::pack("Topic", wire::CreateBody<wire::TopicSpec>{"x", false, {}, {}}, 19), 19);
  for (std::size_t size = 0; size < create.size(); ++size) {
    const auto frame = request_frame(1001, 19, ByteView(create).first(size));
    ASSERT_NO_FATAL_FAILURE(
        expect_closes(ports_.sc, frame, "create cut at byte " + std::to_string(size)));
  }
  EXPECT_GT(body.size() + create.size(), 100U);
  expect_serves();
  auto client = spu();
  EXPECT_EQ(client.offsets("t").last_stable_offset, 0);
}

TEST_F(BrokerLimitsTest, FramesCutAtEveryByteLeaveNothingBehind) {
  start();
  make_topic("t");
  const auto frame = request_frame(0, 25, produce_body());
  for (std::size_t size = 0; size < frame.size(); ++size) {
    ASSERT_NO_FATAL_FAILURE(expect_closes(ports_.spu, ByteView(frame).first(size),
                                          "frame cut at byte " + std::to_string(size)));
  }
  expect_serves();
}

TEST_F(BrokerLimitsTest, AbsurdLengthsAreRefusedBeforeAnythingIsAllocated) {
  start();
  for (const std::uint32_t length :
       {0U, 1U, 9U, 67'108'865U, 0x7fffffffU, 0x80000000U, 0xffffffffU}) {
    expect_closes(ports_.spu, with_length(length, {}), "length " + std::to_string(length));
    expect_closes(ports_.sc, with_length(length, {}), "length " + std::to_string(length));
  }
  expect_serves();
}

TEST_F(BrokerLimitsTest, UnknownKeysTagsAndTypesClose) {
  start();
  make_topic("t");
  for (const int key : {2, 3, 17, 19, 999, 1001, 1004, 1009, 2000, 0xffff}) {
    expect_closes(ports_.spu, request_frame(static_cast<std::uint16_t>(key), 25, {}),
                  "data key " + std::to_string(key));
  }
  for (const int key : {0, 1, 17, 1000, 1005, 1007, 2000, 0xffff}) {
    expect_closes(ports_.sc, request_frame(static_cast<std::uint16_t>(key), 19, {}),
                  "control key " + std::to_string(key));
  }
  const auto list = wire::encode(wire::pack("Nonsense", wire::ListBody{}, 19), 19);
  expect_closes(ports_.sc, request_frame(1003, 19, list), "list of an unknown type");
  expect_closes(ports_.sc, request_frame(1004, 19, list), "watch of an unknown type");
  auto body = produce_body();
  body[0] = std::byte{7};  // an option that is neither there nor not
  expect_closes(ports_.spu, request_frame(0, 25, body), "option tag 7");
  expect_serves();
}

// An answer that repeats a name must not be longer than a string can be.
TEST_F(BrokerLimitsTest, TheLongestNamesAreRefusedAndNothingBreaks) {
  start();
  auto client = sc();
  const std::string longest(wire::string_bytes_max, 'n');
  EXPECT_EQ(client.create_topic(longest).error_code.code, wire::Code::topic_invalid_name);
  EXPECT_EQ(client.delete_topic(longest).error_code.code, wire::Code::topic_not_found);
  const auto create = [&](std::string_view label, const auto& body) {
    return client.sc<wire::StatusResponse>(wire::ScApi::create, label, body)->error_code.code;
  };
  const wire::CreateBody<wire::CustomSpuSpec> spu_body{longest, false, {}, {.id = 5001}};
  EXPECT_EQ(create("CustomSpu", spu_body), wire::Code::spu_already_exists);
  wire::CreateBody<wire::SmartModuleSpec> module{longest, false, {}, {}};
  EXPECT_EQ(create("SmartModule", module), wire::Code::smartmodule_error);
  module.spec.meta = wire::SmartModuleMetadata{{longest, longest, longest, longest}, {}};
  EXPECT_EQ(create("SmartModule", module), wire::Code::smartmodule_error);
  const wire::DeleteBody<std::string> remove{longest};
  EXPECT_EQ(
      client.sc<wire::StatusResponse>(wire::ScApi::remove, "SmartModule", remove)->error_code.code,
      wire::Code::smartmodule_not_found);
  auto data = spu();
  EXPECT_EQ(data.offsets(longest).error_code.code, wire::Code::partition_not_leader);
  EXPECT_EQ(data.take_stream(data.open_stream(longest))->error_code.code,
            wire::Code::not_leader_for_partition);
  expect_serves();
}

TEST_F(BrokerLimitsTest, EveryFlippedByteOfARequestIsSurvived) {
  start();
  make_topic("t");
  const auto frame = request_frame(0, 25, produce_body());
  for (std::size_t at = 4; at < frame.size(); ++at) {
    auto damaged = frame;
    damaged[at] ^= std::byte{0xff};
    expect_closes(ports_.spu, damaged, "byte " + std::to_string(at));
  }
  expect_serves();
}

TEST_F(BrokerLimitsTest, MoreConnectionsThanAllowedAreClosedAtOnce) {
  options_.limits.connections_max = 3;
  start();
  std::vector<TestClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(ports_.spu);
    ASSERT_TRUE(clients.back().spu(wire::ApiVersionsRequest{"1.0.0", "", ""}, 2));
  }
  auto refused = spu();
  EXPECT_TRUE(refused.is_closed());
  clients.pop_back();
  EXPECT_TRUE(eventually([&] {
    auto client = spu();
    return client.spu(wire::ApiVersionsRequest{"1.0.0", "", ""}, 2).has_value();
  }));
}

TEST_F(BrokerLimitsTest, WhoSaysNothingIsClosed) {
  options_.limits.handshake_timeout = std::chrono::milliseconds(50);
  start();
  auto silent = spu();
  EXPECT_TRUE(silent.is_closed());
}

TEST_F(BrokerLimitsTest, WhoStopsInsideAFrameIsClosed) {
  options_.limits.handshake_timeout = patience;
  options_.limits.frame_timeout = std::chrono::milliseconds(50);
  start();
  auto halting = spu();
  ASSERT_TRUE(halting.spu(wire::ApiVersionsRequest{"1.0.0", "", ""}, 2));
  halting.send_bytes(with_length(1000, to_bytes("only this")));
  EXPECT_TRUE(halting.is_closed());
}

// A frame takes its share of the server's memory when its length is known: four that came a byte
// at a time would keep everybody else waiting for ever.
TEST_F(BrokerLimitsTest, WhoDripsAFrameIsClosedToo) {
  options_.limits.frame_timeout = std::chrono::milliseconds(200);
  start();
  auto dripping = spu();
  ASSERT_TRUE(dripping.spu(wire::ApiVersionsRequest{"1.0.0", "", ""}, 2));
  dripping.send_bytes(with_length(100'000, {}));
  EXPECT_TRUE(eventually([&] { return !dripping.send_bytes(to_bytes("x")); }));
}

// Each topic of the request takes six bytes, and ten times that in memory.
TEST_F(BrokerLimitsTest, ARequestOfMillionsOfItemsIsRefused) {
  start();
  Bytes body;
  wire::WireWriter writer(body);
  constexpr std::uint32_t topics = 2'000'000;
  writer.big_endian(topics);
  for (std::uint32_t i = 0; i < topics; ++i) {
    writer.string("");
    writer.big_endian(std::uint32_t{0});
  }
  auto client = spu();
  ASSERT_TRUE(client.spu(wire::ApiVersionsRequest{"1.0.0", "", ""}, 2));
  client.send_bytes(request_frame(1002, 25, body));
  EXPECT_TRUE(client.is_closed());
  expect_serves();
}

TEST_F(BrokerLimitsTest, RequestsInFlightAreBoundedAndAllAnswered) {
  options_.limits.frame_bytes_max = 200'000;
  options_.limits.request_bytes_max = 200'000;
  start();
  make_topic("t");
  std::vector<std::thread> producers;
  std::atomic<int> stored{0};
  for (int i = 0; i < 6; ++i) {
    producers.emplace_back([&] {
      auto client = spu();
      const auto batch = batch_of({std::string(150'000, 'x')});
      for (int n = 0; n < 5; ++n) stored += client.produce("t", batch).error_code.ok() ? 1 : 0;
    });
  }
  for (auto& thread : producers) thread.join();
  EXPECT_EQ(stored, 30);
}

TEST_F(BrokerLimitsTest, AConsumerThatDoesNotReadStallsNobody) {
  start();
  make_topic("t");
  auto producer = spu();
  const auto batch = batch_of({std::string(1'000'000, 'x')});
  auto stuck = spu();
  stuck.open_stream("t");
  auto reader = spu();
  const auto id = reader.open_stream("t");
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(producer.produce("t", batch).error_code.ok());
    const auto frame = reader.take_stream(id);
    ASSERT_TRUE(frame);
    reader.send(1005, 0, wire::UpdateOffsetsRequest{{{i + 1, frame->stream_id}}});
  }
}

TEST_F(BrokerLimitsTest, StreamsOfAConnectionAreBounded) {
  options_.limits.streams_max = 2;
  start();
  make_topic("t");
  auto client = spu();
  client.open_stream("t");
  client.open_stream("t");
  EXPECT_EQ(client.take_stream(client.open_stream("t"))->error_code.code, wire::Code::other);
}

TEST_F(BrokerLimitsTest, AStopAnswersWhatIsInFlightAndEndsByItsDeadline) {
  start();
  make_topic("t");
  auto idle = spu();
  ASSERT_TRUE(idle.spu(wire::ApiVersionsRequest{"1.0.0", "", ""}, 2));
  auto watching = spu();
  watching.open_stream("t");
  const auto began = std::chrono::steady_clock::now();
  broker_->stop(patience);
  EXPECT_LT(std::chrono::steady_clock::now() - began, patience) << "nothing was in flight";
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(watching.is_closed());
}

TEST_F(BrokerLimitsTest, AStopLetsTheAnswerThatIsBeingWrittenOut) {
  start();
  make_topic("t");
  auto client = spu();
  const auto batch = batch_of({std::string(1'000'000, 'x')});
  for (int i = 0; i < 8; ++i) ASSERT_TRUE(client.produce("t", batch).error_code.ok());
  wire::FetchRequest request;
  request.max_bytes = 8 << 20;
  request.topics = {{"t", {{.partition = 0, .max_bytes = 8 << 20}}}};
  const auto id = client.send(1, 25, request);  // more than the sockets hold
  ASSERT_TRUE(client.wait_readable());
  std::thread stopping([&] { broker_->stop(patience); });
  spu_refuses();
  const auto answer = client.take<wire::FetchResponse>(id, 25);
  stopping.join();
  ASSERT_TRUE(answer);
  EXPECT_EQ(values_of(answer->topics[0].partitions[0].records.bytes).size(), 8U);
}

}  // namespace
}  // namespace sluice::broker
