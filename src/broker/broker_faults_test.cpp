// SPDX-License-Identifier: Apache-2.0
// What tests of others ask of the server, and what trouble of its own it must live through.

#include <gtest/gtest.h>

#include "broker/broker_fixture.hpp"

namespace sluice::broker {
namespace {

using namespace test;
using wire::Code;

class BrokerFaults : public BrokerTest {
 protected:
  void start_with_topic() {
    start();
    make_topic("t");
  }
  void fault(FaultAction action, std::uint16_t key = 0) {
    broker_->faults().add({.listener = Listener::spu, .api_key = key, .action = std::move(action)});
  }
  [[nodiscard]] std::int64_t stored() {
    auto client = spu();
    return client.offsets("t").last_stable_offset;
  }
};

TEST_F(BrokerFaults, CloseAfterStoresAndLosesTheAnswer) {
  start_with_topic();
  fault(CloseAfter{});
  auto client = spu();
  client.send(0, 25, TestClient::produce_request("t", batch_of({"a"})));
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(stored(), 1);
}

TEST_F(BrokerFaults, CloseBeforeStoresNothing) {
  start_with_topic();
  fault(CloseBefore{});
  auto client = spu();
  client.send(0, 25, TestClient::produce_request("t", batch_of({"a"})));
  EXPECT_TRUE(client.is_closed());
  EXPECT_EQ(stored(), 0);
}

TEST_F(BrokerFaults, DroppedRequestsAndAnswersLeaveTheConnectionOpen) {
  start_with_topic();
  fault(DropRequest{});
  fault(DropAnswer{});
  auto client = spu();
  for (int i = 0; i < 2; ++i) {
    client.send(0, 25, TestClient::produce_request("t", batch_of({"a"})));
  }
  // The third is answered: one of the first two was stored.
  EXPECT_EQ(client.produce("t", batch_of({"a"})).base_offset, 1);
}

TEST_F(BrokerFaults, HalfWriteSendsSoManyBytesAndCloses) {
  start_with_topic();
  fault(HalfWrite{9});
  auto client = spu();
  client.send(0, 25, TestClient::produce_request("t", batch_of({"a"})));
  EXPECT_FALSE(client.receive());
  EXPECT_EQ(stored(), 1);
}

TEST_F(BrokerFaults, AnErrorIsAnsweredAndNothingIsStored) {
  start_with_topic();
  fault(AnswerError{Code::storage_error});
  auto client = spu();
  EXPECT_EQ(client.produce("t", batch_of({"a"})).error_code.code, Code::storage_error);
  EXPECT_EQ(client.produce("t", batch_of({"a"})).base_offset, 0);
  fault(AnswerError{Code::not_leader_for_partition}, 1003);
  EXPECT_EQ(client.take_stream(client.open_stream("t"))->error_code.code,
            Code::not_leader_for_partition);
}

TEST_F(BrokerFaults, ADelayHoldsUpTheConnectionAndNoOther) {
  start_with_topic();
  broker_->faults().record_requests(1);
  fault(Delay{std::chrono::hours(1)});
  auto slow = spu();
  slow.send(0, 25, TestClient::produce_request("t", batch_of({"slow"})));
  // The delay is for the first request: the other must not be it.
  ASSERT_TRUE(eventually([&] { return !broker_->faults().requests().empty(); }));
  auto fast = spu();
  EXPECT_EQ(fast.produce("t", batch_of({"fast"})).base_offset, 0);
  EXPECT_EQ(fast.produce("t", batch_of({"fast"})).base_offset, 1);
}

TEST_F(BrokerFaults, ALongDelayDoesNotHoldUpAStop) {
  start_with_topic();
  broker_->faults().record_requests(1);
  fault(Delay{std::chrono::hours(1)});
  auto client = spu();
  client.send(0, 25, TestClient::produce_request("t", batch_of({"slow"})));
  ASSERT_TRUE(eventually([&] { return !broker_->faults().requests().empty(); }));
  broker_->stop(std::chrono::milliseconds(50));
  EXPECT_TRUE(client.is_closed());
}

TEST_F(BrokerFaults, RecordsRequestsWhenAsked) {
  start_with_topic();
  broker_->faults().record_requests(10);
  auto client = spu();
  ASSERT_TRUE(client.produce("t", batch_of({"a"})).error_code.ok());
  const auto records = broker_->faults().requests();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].api_key, 0);
  EXPECT_EQ(records[0].client_id, "test");
}

TEST_F(BrokerFaults, AFullDiskIsPartitionFullAndTheServerRecovers) {
  start_with_topic();
  auto client = spu();
  ASSERT_TRUE(client.produce("t", batch_of({"r0"})).error_code.ok());
  broker_->faults().storage().fill_disk_after(10);
  EXPECT_EQ(client.produce("t", batch_of({"x"})).error_code,
            wire::ErrorCode(Code::partition_full, {std::string("t"), std::int64_t{0}}));
  auto admin = sc();
  EXPECT_EQ(admin.create_topic("u").error_code.code, Code::storage_error);
  broker_->faults().storage().free_disk();
  EXPECT_EQ(client.produce("t", batch_of({"r1"})).base_offset, 1);
  EXPECT_TRUE(admin.create_topic("u").error_code.ok());
  restart();
  auto again = spu();
  EXPECT_EQ(consume_all(again, "t"), numbered(0, 2));
}

TEST_F(BrokerFaults, OneDirectoryHasOneServer) {
  start();
  Broker second(options_);
  try {
    second.start();
    FAIL() << "both run";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::already_running);
    EXPECT_NE(std::string(failure.what()).find("data"), std::string::npos);
  }
}

TEST_F(BrokerFaults, APortThatIsTakenIsSaid) {
  start();
  auto options = options_;
  options.data_directory = dir_.path() / "other";
  options.sc_port = ports_.sc;
  Broker second(options);
  try {
    second.start();
    FAIL() << "both listen";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::address_in_use);
    EXPECT_NE(std::string(failure.what()).find(std::to_string(ports_.sc)), std::string::npos);
  }
}

TEST_F(BrokerFaults, DamagedMetadataStopsTheStartAndNamesTheFile) {
  start_with_topic();
  broker_.reset();
  const auto path = dir_.path() / "data/metadata/Topic/t.meta";
  auto content = *read_file(path, 10'000);
  content.back() ^= std::byte{1};
  ASSERT_TRUE(replace_file(path, content, {}));
  Broker damaged(options_);
  try {
    damaged.start();
    FAIL() << "started";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::data_corrupt);
    EXPECT_NE(std::string(failure.what()).find("t.meta"), std::string::npos);
  }
}

TEST_F(BrokerFaults, FinishesADeletionThatACrashInterrupted) {
  start_with_topic();
  auto client = spu();
  ASSERT_TRUE(client.produce("t", batch_of({"a"})).error_code.ok());
  const auto saved = dir_.path() / "saved";
  // The state on disk at the moment after the mark, as a crash would leave it.
  broker_->faults().storage().at("topic.marked-deleted", [&] {
    fs::copy(dir_.path() / "data", saved, fs::copy_options::recursive);
  });
  auto admin = sc();
  ASSERT_TRUE(admin.delete_topic("t").error_code.ok());
  broker_.reset();
  options_.data_directory = saved;
  start();
  auto again = sc();
  EXPECT_TRUE(eventually([&] { return !fs::exists(saved / "metadata/Topic/t.meta"); }));
  EXPECT_FALSE(fs::exists(saved / "logs/t-0"));
  // The name is free a moment behind its file.
  EXPECT_TRUE(eventually([&] { return again.create_topic("t").error_code.ok(); }));
}

// The offsets are forgotten after the mark: a crash in between left them for the next topic of
// that name, whose first records its consumers then never saw.
TEST_F(BrokerFaults, ADeletionThatACrashInterruptedTakesTheConsumerOffsetsToo) {
  start_with_topic();
  auto client = spu();
  ASSERT_TRUE(client.produce("t", numbered_batches(0, 5)).error_code.ok());
  const auto frame = client.take_stream(client.open_stream("t", 0, 1 << 20, "c1"));
  ASSERT_TRUE(client.spu(wire::UpdateConsumerOffsetRequest{4, frame->stream_id}));
  const auto saved = dir_.path() / "saved";
  broker_->faults().storage().at("topic.marked-deleted", [&] {
    fs::copy(dir_.path() / "data", saved, fs::copy_options::recursive);
  });
  auto admin = sc();
  ASSERT_TRUE(admin.delete_topic("t").error_code.ok());
  broker_.reset();
  options_.data_directory = saved;
  start();
  auto again = sc();
  ASSERT_TRUE(eventually([&] { return again.create_topic("t").error_code.ok(); }));
  auto consumer = spu();
  EXPECT_TRUE(consumer.spu(wire::FetchConsumerOffsetsRequest{})->consumers.empty());
  const auto resumed = consumer.spu(wire::FetchOffsetsRequest{{{"t", {0}}}, "c1"}, 23);
  EXPECT_EQ(resumed->topics[0].partitions[0].start_offset, 0);
}

// To delete a topic is how one gets out of it.
TEST_F(BrokerFaults, AFullDiskDoesNotKeepATopicFromBeingDeleted) {
  start_with_topic();
  auto client = spu();
  ASSERT_TRUE(client.produce("t", batch_of({"a"})).error_code.ok());
  const auto frame = client.take_stream(client.open_stream("t", 0, 1 << 20, "c1"));
  ASSERT_TRUE(client.spu(wire::UpdateConsumerOffsetRequest{0, frame->stream_id}));
  broker_->faults().storage().fill_disk_after(0);
  auto admin = sc();
  EXPECT_TRUE(admin.delete_topic("t").error_code.ok());
  EXPECT_FALSE(fs::exists(dir_.path() / "data/logs/t-0"));
  broker_->faults().clear();
  restart();
  auto again = sc();
  EXPECT_TRUE(again.create_topic("t").error_code.ok());
  auto consumer = spu();
  EXPECT_TRUE(consumer.spu(wire::FetchConsumerOffsetsRequest{})->consumers.empty());
}

TEST_F(BrokerFaults, ACrashBeforeTheMetadataLeavesNoTopic) {
  start();
  const auto saved = dir_.path() / "saved";
  broker_->faults().storage().at("topic.created-logs", [&] {
    fs::copy(dir_.path() / "data", saved, fs::copy_options::recursive);
  });
  make_topic("t");
  broker_.reset();
  options_.data_directory = saved;
  start();
  auto client = spu();
  EXPECT_EQ(client.offsets("t").error_code.code, Code::partition_not_leader);
  make_topic("t");
  EXPECT_EQ(client.produce("t", batch_of({"a"})).base_offset, 0);
}

TEST_F(BrokerFaults, RetentionRemovesOldRecordsAndStreamsHearOfIt) {
  auto options = wire::TopicSpec{.storage = wire::TopicStorage{1024, 2048}};
  start();
  make_topic("t", options);
  auto client = spu();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(client.produce("t", numbered_batches(i, 1)).error_code.ok());
  }
  broker_->apply_retention();
  const auto offsets = client.offsets("t");
  EXPECT_GT(offsets.start_offset, 0);
  const auto frame = client.take_stream(client.open_stream("t", 0));
  EXPECT_EQ(frame->error_code,
            wire::ErrorCode(Code::offset_evicted, {std::int64_t{0}, offsets.start_offset}));
}

}  // namespace
}  // namespace sluice::broker
