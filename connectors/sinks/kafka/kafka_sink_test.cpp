// SPDX-License-Identifier: Apache-2.0
// The sink against librdkafka's own cluster of mock brokers: what a real one does at will only.
#include "kafka_sink.hpp"

#include <array>

#include <gtest/gtest.h>
#include <librdkafka/rdkafka_mock.h>

#include "common/testing/fake_sink_context.hpp"
#include "topics.hpp"

namespace sluice::kafka {
namespace {

class KafkaSinkTest : public ::testing::Test {
 protected:
  KafkaSinkTest() {
    std::array<char, 256> text{};
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text.data(), text.size());
    cluster_ = rd_kafka_mock_cluster_new(handle_, 1);
    rd_kafka_mock_topic_create(cluster_, "t", 1, 1);
    options_.connection.brokers = {rd_kafka_mock_cluster_bootstraps(cluster_)};
    options_.delivery_timeout = std::chrono::seconds(20);
    // The mock is silent about the settings of topics: `open` waits so long for them.
    options_.connection.connect_timeout = std::chrono::seconds(3);
    auto* const conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(cluster_),
                      text.data(), text.size());
    reader_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text.data(), text.size());
  }
  ~KafkaSinkTest() override {
    rd_kafka_destroy(reader_);
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(handle_);
  }
  template <typename... Codes>
  void fail_produce(Codes... codes) {
    constexpr std::int16_t produce = 0;
    rd_kafka_mock_push_request_errors(cluster_, produce, sizeof...(codes), codes...);
  }
  static std::vector<SinkRecord> records(int count) {
    std::vector<SinkRecord> out;
    for (int i = 0; i < count; ++i) out.push_back({.offset = {i}, .value = "value"});
    return out;
  }

  // How many records the topic has, without the marks of transactions, which the mock does not
  // make.
  [[nodiscard]] std::int64_t written() const {
    std::int64_t low = 0;
    std::int64_t high = 0;
    rd_kafka_query_watermark_offsets(reader_, "t", 0, &low, &high, 10'000);
    return high;
  }

  rd_kafka_t* handle_ = nullptr;
  rd_kafka_t* reader_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
  KafkaSinkOptions options_;
  common::FakeSinkContext context_;
};

TEST_F(KafkaSinkTest, WritesAndSaysThatItIsConnected) {
  KafkaSink sink(options_);
  sink.open(context_);
  EXPECT_EQ(context_.times_connected, 1);
  EXPECT_EQ(sink.stored_offsets(), std::nullopt);
  sink.write(records(100));
  sink.close();
}

TEST_F(KafkaSinkTest, RepeatsWhatABrokerCouldNotDoNow) {
  KafkaSink sink(options_);
  sink.open(context_);
  fail_produce(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT);
  sink.write(records(3));
}

// A broker refuses a whole batch for one record: the others must not be taken for bad.
TEST_F(KafkaSinkTest, GivesEachOfARefusedBatchAChanceAlone) {
  KafkaSink sink(options_);
  sink.open(context_);
  fail_produce(RD_KAFKA_RESP_ERR_INVALID_RECORD, RD_KAFKA_RESP_ERR_NO_ERROR,
               RD_KAFKA_RESP_ERR_INVALID_RECORD);
  try {
    sink.write(records(3));
    FAIL() << "one is refused again";
  } catch (const RecordsRefused& failure) {
    ASSERT_EQ(failure.refused().size(), 1);
    EXPECT_EQ(failure.refused()[0].at, 1);
    EXPECT_EQ(failure.refused()[0].error.code, Errc::outside_rejected);
  }
}

TEST_F(KafkaSinkTest, RefusesARecordThatIsTooLargeAndWritesTheOthers) {
  KafkaSink sink(options_);
  sink.open(context_);
  const std::string large(2'000'000, 'x');
  auto batch = records(3);
  batch[1].value = large;
  try {
    sink.write(batch);
    FAIL() << "it is over message.max.bytes";
  } catch (const RecordsRefused& failure) {
    ASSERT_EQ(failure.refused().size(), 1);
    EXPECT_EQ(failure.refused()[0].at, 1);
    EXPECT_EQ(failure.refused()[0].error.code, Errc::record_too_large);
  }
}

TEST_F(KafkaSinkTest, SaysThatNothingOfATransactionIsThereWhenOneRecordIsRefused) {
  options_.transactional_id = "x";
  rd_kafka_mock_topic_create(cluster_, "sluice-offsets-x", 1, 1);
  KafkaSink sink(options_);
  sink.open(context_);
  EXPECT_EQ(sink.stored_offsets(), (std::map<PartitionId, Offset>{}));
  const std::string large(2'000'000, 'x');
  auto batch = records(3);
  batch[1].value = large;
  try {
    sink.write(batch);
    FAIL() << "it is over message.max.bytes";
  } catch (const PartialWrite& failure) {
    EXPECT_EQ(failure.written(), 0);
    EXPECT_EQ(failure.at(), 1);
  }
  EXPECT_EQ(sink.stored_offsets(), (std::map<PartitionId, Offset>{}));
  sink.write(records(3));
  EXPECT_EQ(sink.stored_offsets(), (std::map<PartitionId, Offset>{{{0}, {2}}}));
}

// A second instance had written them; the first one came back, wrote them again, and put the
// stored offset back.
TEST_F(KafkaSinkTest, LeavesOutWhatATransactionHasAlready) {
  options_.transactional_id = "x";
  rd_kafka_mock_topic_create(cluster_, "sluice-offsets-x", 1, 1);
  KafkaSink sink(options_);
  sink.open(context_);
  sink.write(records(5));
  ASSERT_EQ(written(), 5);
  sink.write(records(3));
  EXPECT_EQ(written(), 5);
  EXPECT_EQ(sink.stored_offsets(), (std::map<PartitionId, Offset>{{{0}, {4}}}));
  sink.write(records(7));
  EXPECT_EQ(written(), 7);
  EXPECT_EQ(sink.stored_offsets(), (std::map<PartitionId, Offset>{{{0}, {6}}}));
}

// The newer one was ended, and its records were written again.
TEST_F(KafkaSinkTest, DoesNotTakeTheIdBackFromANewerInstance) {
  options_.transactional_id = "x";
  rd_kafka_mock_topic_create(cluster_, "sluice-offsets-x", 1, 1);
  KafkaSink older(options_);
  older.open(context_);
  older.write(records(1));
  older.open(context_);
  EXPECT_EQ(older.stored_offsets(), (std::map<PartitionId, Offset>{{{0}, {0}}}));
  KafkaSink newer(options_);
  newer.open(context_);
  newer.write(records(3));
  try {
    older.open(context_);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::already_running) << failure.what();
  }
  newer.write(records(5));
  EXPECT_EQ(written(), 5);
}

// It had no row in the table of codes, so that a record was given up for it.
TEST_F(KafkaSinkTest, ATransactionInAWrongStateIsNoRecordsFault) {
  options_.transactional_id = "x";
  rd_kafka_mock_topic_create(cluster_, "sluice-offsets-x", 1, 1);
  constexpr std::int16_t end_transaction = 26;
  KafkaSink sink(options_);
  sink.open(context_);
  rd_kafka_mock_push_request_errors(cluster_, end_transaction, 1,
                                    RD_KAFKA_RESP_ERR_INVALID_TXN_STATE);
  try {
    sink.write(records(1));
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_TRUE(failure.error().retryable()) << failure.what();
  }
  sink.open(context_);
  sink.write(records(1));
}

TEST(OffsetsTopic, KeepsTheNewestOnlyWhenItIsCompactedAndNothingElse) {
  EXPECT_TRUE(keeps_newest("compact"));
  for (const auto* const policy : {"delete", "compact,delete", "delete,compact", ""}) {
    EXPECT_FALSE(keeps_newest(policy)) << policy;
  }
}

TEST(OffsetText, ReadsWhatItWrites) {
  StoredOffsets offsets{.topic = "a \"b\"", .owner = "me", .last = {{{0}, {41}}, {{7}, {0}}}};
  EXPECT_EQ(format_offsets(offsets),
            R"({"topic":"a \"b\"","owner":"me","offsets":{"0":41,"7":0}})");
  EXPECT_EQ(parse_offsets(format_offsets(offsets)).value(), offsets);
  offsets.owner.clear();  // as earlier versions wrote it
  EXPECT_EQ(parse_offsets(R"({"topic":"a \"b\"","offsets":{"0":41,"7":0}})").value(), offsets);
  for (const auto* const text :
       {"", "{}", R"({"topic":"t"})", R"({"topic":1,"offsets":{}})",
        R"({"topic":"t","owner":1,"offsets":{}})", R"({"topic":"t","offsets":{"x":1}})",
        R"({"topic":"t","offsets":{"0":-1}})", R"({"topic":"t","offsets":{"0":"1"}})"}) {
    const auto got = parse_offsets(text);
    ASSERT_FALSE(got.ok()) << text;
    EXPECT_EQ(got.error().code, Errc::data_corrupt);
  }
}

}  // namespace
}  // namespace sluice::kafka
