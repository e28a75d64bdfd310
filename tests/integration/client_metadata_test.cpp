// SPDX-License-Identifier: Apache-2.0

// What the client does when the cluster changes under it: partitions move, topics go, system
// topics are not there yet.

#include "client_fixture.hpp"
#include "fake_cluster.hpp"

namespace sluice::testing {
namespace {

using namespace std::chrono_literals;

struct TwoSpus {
  TwoSpus() {
    cluster.put_spu(1, first.port());
    cluster.put_spu(2, second.port());
    cluster.put_topic("t", 1);
  }
  FakeSpu first;
  FakeSpu second;
  FakeCluster cluster;
};

}  // namespace

// Before the offsets topic exists there is no connection to seek on: it was used all the same.
TEST(ConsumerMetadata, SeekWorksWhileTheStoredOffsetCannotBeAskedFor) {
  TwoSpus with;
  auto client = Client::connect(with.cluster.profile(), {.reconnect_delay_min = 500ms});
  auto consumer = client.consumer("t", {.consumer_id = "c", .strategy = OffsetStrategy::manual});
  EXPECT_TRUE(eventually([&] { return consumer.stats().reconnects > 0; }));
  consumer.seek({0}, {5});
  EXPECT_EQ(consumer.next(100ms).state, Next::State::idle);
  EXPECT_TRUE(eventually([&] { return with.first.count(wire::SpuApi::stream_fetch) > 0; }));
}

// A stream at the end of its partition is silent, so a consumer never noticed that the
// partition had moved while the old leader kept the connection.
TEST(ConsumerMetadata, FollowsAPartitionThatMoves) {
  TwoSpus with;
  auto client = Client::connect(with.cluster.profile());
  auto consumer = client.consumer("t");
  EXPECT_TRUE(eventually([&] { return with.first.count(wire::SpuApi::stream_fetch) == 1; }));
  with.cluster.put_topic("t", 2);
  EXPECT_TRUE(eventually([&] { return with.second.count(wire::SpuApi::stream_fetch) == 1; }));
}

// Each error frame counted as success and set the pause back to its minimum.
TEST(ConsumerMetadata, WaitsLongerAfterEachErrorOfAStream) {
  TwoSpus with;
  with.first.stream_error(wire::Code::not_leader_for_partition);
  auto client = Client::connect(with.cluster.profile(), {.reconnect_delay_min = 10ms});
  const auto started = std::chrono::steady_clock::now();
  auto consumer = client.consumer("t");
  EXPECT_TRUE(eventually([&] { return with.first.count(wire::SpuApi::stream_fetch) >= 8; }));
  // Half of 10, 20, 40 ... 640 ms at least.
  EXPECT_GE(std::chrono::steady_clock::now() - started, 600ms);
}

// Each handshake counted as success: a control plane that then ended the connection was asked
// again fifty times a second.
TEST(ClientMetadata, WaitsLongerAfterEachConnectionThatEndsAtOnce) {
  TwoSpus with;
  auto client = Client::connect(with.cluster.profile(), {.reconnect_delay_min = 10ms});
  const auto before = with.cluster.spu_watch_count();
  const auto started = std::chrono::steady_clock::now();
  with.cluster.refuse_watches();
  EXPECT_TRUE(eventually([&] { return with.cluster.spu_watch_count() >= before + 8; }));
  EXPECT_GE(std::chrono::steady_clock::now() - started, 300ms);
}

// The control plane went away while it was asked whether the topic is really gone. Nobody asked
// again, and what was queued waited for ever.
TEST(ProducerMetadata, HearsThatItsTopicIsGoneEvenWhenTheFirstQuestionIsLost) {
  TwoSpus with;
  auto client = Client::connect(with.cluster.profile());
  auto producer = client.producer("t", {.retry_for = std::nullopt});
  with.cluster.refuse_lists(1);
  with.cluster.remove_topic("t");
  EXPECT_TRUE(eventually([&] { return with.cluster.refused_lists_left() == 0; }));
  try {
    producer.send({.key = {}, .value = "1"});
    producer.flush(20s);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::topic_not_found) << failure.what();
  }
}

}  // namespace sluice::testing
