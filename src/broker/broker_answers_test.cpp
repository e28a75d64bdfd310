// SPDX-License-Identifier: Apache-2.0
// Peers that ask for much and do not read: what they cost is bounded, they are closed in the
// end, and meanwhile the others are served.

#include <algorithm>

#include <gtest/gtest.h>

#include "broker/broker_fixture.hpp"

namespace sluice::broker {
namespace {

using namespace test;

constexpr int record_count = 8;
constexpr int answer_bytes = 8 << 20;

class BrokerAnswers : public BrokerTest {
 protected:
  BrokerAnswers() {
    options_.data_threads = 1;
    options_.limits.answer_bytes_max = 10 << 20;
    options_.limits.bytes_per_ms_min = 1 << 20;
  }

  void start_with_records() {
    start();
    make_topic("t");
    auto client = spu();
    const auto batch = batch_of({std::string(1'000'000, 'x')});
    for (int i = 0; i < record_count; ++i) {
      ASSERT_TRUE(client.produce("t", batch).error_code.ok());
    }
  }
  // Asks for all of it: more than the sockets hold.
  static std::int32_t ask_for_much(TestClient& client) {
    wire::FetchRequest request;
    request.max_bytes = answer_bytes;
    request.topics = {{"t", {{.partition = 0, .max_bytes = answer_bytes}}}};
    return client.send(1, 25, request);
  }
  static std::int32_t ask_for_smartmodules(TestClient& client, wire::ScApi key) {
    const auto body = key == wire::ScApi::list ? wire::pack("SmartModule", wire::ListBody{}, 19)
                                               : wire::pack("SmartModule", wire::WatchBody{}, 19);
    return client.send(static_cast<std::uint16_t>(key), 19, body);
  }
  void load_smartmodule() {
    auto admin = sc();
    const wire::CreateBody<wire::SmartModuleSpec> module{
        "large", false, {}, {.wasm = Bytes(answer_bytes, std::byte{1})}};
    const auto made = admin.sc<wire::StatusResponse>(wire::ScApi::create, "SmartModule", module);
    ASSERT_TRUE(made && made->error_code.ok());
  }
  [[nodiscard]] std::size_t count_handled(std::uint16_t key) {
    const auto requests = broker_->faults().requests();
    return static_cast<std::size_t>(std::count_if(
        requests.begin(), requests.end(), [&](const auto& one) { return one.api_key == key; }));
  }
  // Without reading: a closed socket takes no more requests.
  static bool is_cut_off(TestClient& client) {
    const auto frame =
        wire::encode_request_frame({18, 2, 99, "test"}, wire::ApiVersionsRequest{"1.0.0", "", ""});
    return eventually([&] { return !client.send_bytes(frame); });
  }
};

TEST_F(BrokerAnswers, ThatWaitToBeReadAreBoundedAndAllComeInTheEnd) {
  options_.limits.answer_timeout = std::chrono::seconds(60);
  ASSERT_NO_FATAL_FAILURE(start_with_records());
  broker_->faults().record_requests(1000);
  std::vector<TestClient> greedy;
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 6; ++i) {
    greedy.emplace_back(ports_.spu);
    ids.push_back(ask_for_much(greedy.back()));
  }
  ASSERT_TRUE(greedy[0].wait_readable());
  auto other = spu();
  EXPECT_TRUE(other.produce("t", batch_of({"served"})).error_code.ok());
  EXPECT_LE(count_handled(1), 2U) << "answers for 10 MiB, of 8 MiB each";
  for (std::size_t i = 0; i < greedy.size(); ++i) {
    const auto answer = greedy[i].take<wire::FetchResponse>(ids[i], 25);
    ASSERT_TRUE(answer) << i;
    EXPECT_GE(values_of(answer->topics[0].partitions[0].records.bytes).size(), 8U);
  }
}

TEST_F(BrokerAnswers, ThatAreNotReadCloseTheirConnection) {
  options_.limits.answer_timeout = std::chrono::milliseconds(100);
  ASSERT_NO_FATAL_FAILURE(start_with_records());
  auto deaf = spu();
  ask_for_much(deaf);
  EXPECT_TRUE(is_cut_off(deaf));
  expect_serves();
}

TEST_F(BrokerAnswers, OfTheControlPlaneThatAreNotReadCloseTheirConnectionToo) {
  options_.limits.answer_timeout = std::chrono::milliseconds(100);
  start();
  ASSERT_NO_FATAL_FAILURE(load_smartmodule());
  for (const auto key : {wire::ScApi::list, wire::ScApi::watch}) {
    auto deaf = sc();
    ask_for_smartmodules(deaf, key);
    EXPECT_TRUE(is_cut_off(deaf)) << static_cast<int>(key);
  }
  make_topic("t");
}

TEST_F(BrokerAnswers, AWatchWaitsForRoomAndComesWhenOthersHaveRead) {
  options_.limits.answer_timeout = std::chrono::seconds(60);
  start();
  ASSERT_NO_FATAL_FAILURE(load_smartmodule());
  std::vector<TestClient> watchers;
  std::vector<std::int32_t> ids;
  for (int i = 0; i < 5; ++i) {
    watchers.emplace_back(ports_.sc);
    ids.push_back(ask_for_smartmodules(watchers.back(), wire::ScApi::watch));
  }
  ASSERT_TRUE(watchers[0].wait_readable());
  make_topic("served");
  for (std::size_t i = 0; i < watchers.size(); ++i) {
    ASSERT_TRUE(watchers[i].take<wire::TypeBuffer>(ids[i], 19)) << i;
  }
}

// A consumer that pauses is no stranger: its stream stands still as long as it likes.
TEST_F(BrokerAnswers, AStreamThatIsNotReadStaysOpen) {
  options_.limits.answer_timeout = std::chrono::milliseconds(1);
  ASSERT_NO_FATAL_FAILURE(start_with_records());
  auto paused = spu();
  const auto id = paused.open_stream("t", 0, answer_bytes);
  ASSERT_TRUE(paused.wait_readable());
  auto deaf = spu();
  ask_for_much(deaf);
  ASSERT_TRUE(is_cut_off(deaf));  // so the deadline has passed
  std::size_t values = 0;
  for (auto frame = paused.take_stream(id); frame; frame = paused.take_stream(id)) {
    values += values_of(frame->records.bytes).size();
    if (values == record_count) break;
    paused.send(
        1005, 0,
        wire::UpdateOffsetsRequest{{{static_cast<std::int64_t>(values), frame->stream_id}}});
  }
  EXPECT_EQ(values, static_cast<std::size_t>(record_count));
}

}  // namespace
}  // namespace sluice::broker
