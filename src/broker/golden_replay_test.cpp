// SPDX-License-Identifier: Apache-2.0
// Recorded requests to the official server, sent to ours: the answers must be the same bytes,
// wherever state and time do not make them differ.

#include <gtest/gtest.h>

#include "broker/broker_fixture.hpp"
#include "wire/golden_frames.hpp"

namespace sluice::broker {
namespace {

using namespace test;

constexpr std::uint16_t watch_key = 1004;

std::int32_t correlation_of(const wire::GoldenFrame& frame) {
  wire::WireReader reader(ByteView(frame.bytes).subspan(frame.from_client ? 4 : 0));
  return reader.big_endian<std::int32_t>();
}

class GoldenReplay : public BrokerTest {
 protected:
  GoldenReplay() { options_.platform_version = "0.18.2-dev-1"; }

  // Sends the requests of a recording in order; compares each answer but those in `differs`,
  // which are correlation ids. Watches are left out: their frames depend on the timing.
  void replay(const std::string& name, const std::set<std::int32_t>& differs = {}) {
    const auto frames =
        wire::detail::read_golden_file(fs::path(SLUICE_TEST_DATA) / "wire" / (name + ".jsonl"));
    ASSERT_FALSE(frames.empty()) << name;
    std::map<wire::Server, TestClient> clients;
    clients.emplace(wire::Server::sc, sc());
    clients.emplace(wire::Server::spu, spu());
    for (auto request = frames.begin(); request != frames.end(); ++request) {
      if (!request->from_client || request->api_key == watch_key) continue;
      auto& client = clients.at(request->server);
      Bytes frame;
      wire::WireWriter writer(frame);
      writer.big_endian(static_cast<std::uint32_t>(request->bytes.size()));
      writer.append(request->bytes);
      client.send_bytes(frame);
      const auto id = correlation_of(*request);
      const auto expected = std::find_if(request, frames.end(), [&](const auto& one) {
        return !one.from_client && one.server == request->server && one.api_key != watch_key &&
               correlation_of(one) == id;
      });
      if (expected == frames.end()) continue;
      const auto answer = client.receive();
      ASSERT_TRUE(answer) << request->name();
      ++compared_;
      if (!differs.contains(id)) EXPECT_EQ(*answer, expected->bytes) << request->name();
    }
  }
  void produce(const std::string& topic, std::uint32_t partition, int count) {
    auto client = spu();
    ASSERT_TRUE(client.produce(topic, numbered_batches(0, count), partition).error_code.ok());
  }

  int compared_ = 0;
};

TEST_F(GoldenReplay, AdminAnswersAreTheOfficialBytes) {
  start();
  make_topic("plain");
  for (const auto* name : {"rs_version",
                           "rs_topic_create_retention_err",
                           "rs_topic_create_exists_err",
                           "rs_topic_create_dryrun",
                           "rs_topic_delete_missing_err",
                           "rs_topic_delete_system_err",
                           "rs_smartmodule_delete_err",
                           "boot_rs_spu_register_again_err",
                           "rs_tableformat_create",
                           "rs_tableformat_list",
                           "rs_tableformat_delete",
                           "rs_spg_list",
                           "rs_topic_list_system",
                           "py_topic_create",
                           "py_topic_create_exists_err",
                           "py_topic_delete",
                           "py_topic_delete_missing_err",
                           "rs_topic_create_options",
                           "rs_topic_create_assigned",
                           "rs_topic_create_partitions",
                           "rs_topic_add_partition",
                           "rs_topic_delete"}) {
    // Our own list of what is stored may hold other objects than the recording's.
    ASSERT_NO_FATAL_FAILURE(replay(name)) << name;
  }
  EXPECT_GT(compared_, 40);
}

// Answer 5 is ours: the official server takes a wrong CRC (docs/decisions). From there on its
// log has one record more.
TEST_F(GoldenReplay, ProduceAnswersAreTheOfficialBytes) {
  start();
  make_topic("rawt");
  make_topic("t-gzip", {.compression = wire::TopicCompression::gzip});
  ASSERT_NO_FATAL_FAILURE(replay("raw_spu_produce", {5, 10, 12, 14}));
  EXPECT_EQ(compared_, 13);
  auto client = spu();
  EXPECT_EQ(client.offsets("rawt").last_stable_offset, 15);
}

TEST_F(GoldenReplay, OffsetAndStreamAnswersAreTheOfficialBytes) {
  start();
  make_topic("plain");
  make_topic("parts", {.replicas = wire::ComputedReplicas{4, 1, false}});
  produce("plain", 0, 223);
  produce("parts", 0, 4);
  produce("parts", 1, 8);
  // 2, 3 and 14 carry records, which are others here.
  ASSERT_NO_FATAL_FAILURE(replay("raw_spu_requests", {2, 3, 14}));
  EXPECT_EQ(compared_, 14);
}

}  // namespace
}  // namespace sluice::broker
