// SPDX-License-Identifier: Apache-2.0

// The small pure parts: partitioner, profiles, metadata, the consumer's queue, conversions.

#include <gtest/gtest.h>

#include "client/admin_convert.hpp"
#include "client/consumer_queue.hpp"
#include "client/metadata.hpp"
#include "client/profile_text.hpp"
#include "client/siphash.hpp"
#include "sluice/producer.hpp"

namespace sluice::client {

// From tests/data/wire/rs_produce_key_partitions.jsonl: 12 keys, 4 partitions, official client.
TEST(PartitionForKey, AgreesWithTheOfficialClient) {
  constexpr std::uint32_t expected[] = {0, 1, 1, 2, 3, 3, 0, 1, 1, 1, 1, 1};
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(partition_for_key("key" + std::to_string(i), 4).value, expected[i]) << i;
  }
}

TEST(PartitionForKey, TakesEveryLength) {
  std::string key;
  for (int i = 0; i < 300; ++i, key += 'k') EXPECT_LT(partition_for_key(key, 7).value, 7U);
  EXPECT_NE(hash_key(""), hash_key(std::string_view("\0", 1)));
}

// ---- profiles ----------------------------------------------------------------------------

constexpr std::string_view official_profile = R"(version = "2.0"
current_profile = "local"

[profile.local]
cluster = "local"

[cluster.local]
endpoint = "127.0.0.1:9003"
use_spu_local_address = true

[cluster.local.tls]
tls_policy = "disabled"

[cluster.local.metadata.installation]
type = "local"

[profile.cloud]
cluster = "cloud"

[cluster.cloud]
addr = "router.example:9003"

[cluster.cloud.tls]
tls_policy = "verified"
tls_source = "inline"

[cluster.cloud.tls.certs]
domain = "fluvio.local"
key = "K"
cert = "C"
ca_cert = "CA"
)";

TEST(ProfileText, ReadsWhatOfficialClientsWrite) {
  const auto parsed = parse_profiles(official_profile, "config");
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->current, "local");
  ASSERT_EQ(parsed->profiles.size(), 2U);
  const auto& cloud = parsed->profiles[0].profile;
  EXPECT_EQ(cloud.endpoint, "router.example:9003");
  EXPECT_EQ(cloud.tls.policy, TlsPolicy::verified);
  EXPECT_EQ(cloud.tls.domain, "fluvio.local");
  EXPECT_EQ(cloud.tls.ca_cert, "CA");
  EXPECT_TRUE(parsed->profiles[1].profile.use_spu_local_address);
}

TEST(ProfileText, WhatIsWrittenReadsBackTheSame) {
  ProfileFile file{.path = "x", .current = "b", .profiles = {}};
  file.profiles.push_back({.name = "a", .endpoint = "h:1", .client_id = "me"});
  file.profiles.push_back({.name = "b", .endpoint = "[::1]:2"});
  file.profiles[1].tls = {.policy = TlsPolicy::verified,
                          .domain = "d",
                          .key = "-----BEGIN\nk\n",
                          .cert = "c\n",
                          .ca_cert = "ca\n"};
  file.profiles.push_back({.name = "c", .endpoint = "h:3"});
  file.profiles[2].tls.policy = TlsPolicy::anonymous;
  const auto text = format_profiles(file);
  ASSERT_TRUE(text) << text.error().message();
  const auto parsed = parse_profiles(*text, "x");
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ(parsed->current, "b");
  ASSERT_EQ(parsed->profiles.size(), 3U);
  EXPECT_EQ(parsed->profiles[0].profile.client_id, "me");
  EXPECT_EQ(parsed->profiles[1].profile.tls.key, "-----BEGIN\nk\n");
  EXPECT_EQ(parsed->profiles[2].profile.tls.policy, TlsPolicy::anonymous);
}

TEST(ProfileText, WritingKeepsWhatItDoesNotKnowAndWhatDidNotChange) {
  constexpr std::string_view existing = R"(
version = "2.0"
current_profile = "cloud"
[profile.cloud]
cluster = "far"
[profile.gone]
cluster = "gone"
[cluster.far]
endpoint = "far:9003"
[cluster.far.tls]
tls_policy = "verified"
tls_source = "files"
[cluster.far.tls.certs]
domain = "far"
key = "/pki/key.pem"
cert = "/pki/cert.pem"
ca_cert = "/pki/ca.pem"
[cluster.far.metadata.installation]
type = "cloud"
[cluster.gone]
endpoint = "gone:9003"
[cluster.lonely]
endpoint = "lonely:9003"
)";
  auto before = parse_profiles(existing, "f");
  ASSERT_TRUE(before) << before.error().message();
  ProfileFile file{.path = "f", .current = "local", .profiles = {before->profiles[0].profile}};
  file.profiles.push_back({.name = "local", .endpoint = "127.0.0.1:9003"});

  const auto text = format_profiles(file, existing);

  ASSERT_TRUE(text) << text.error().message();
  for (const auto* kept : {"installation", "/pki/key.pem", "files", "lonely:9003"}) {
    EXPECT_NE(text->find(kept), std::string::npos) << kept << " is lost in\n" << *text;
  }
  EXPECT_EQ(text->find("gone"), std::string::npos) << *text;
  const auto after = parse_profiles(*text, "f");
  ASSERT_TRUE(after) << after.error().message();
  EXPECT_EQ(after->current, "local");
  ASSERT_EQ(after->profiles.size(), 2U);
  EXPECT_TRUE(after->profiles[0].profile.tls.in_files);
}

// A changed profile was written with `tls_source = "inline"`, and the paths as if they were PEM.
TEST(ProfileText, CertificatesInFilesStayInFilesWhenTheProfileChanges) {
  constexpr std::string_view existing = R"(current_profile = "far"
[profile.far]
cluster = "far"
[cluster.far]
endpoint = "far:9003"
[cluster.far.tls]
tls_policy = "verified"
tls_source = "files"
[cluster.far.tls.certs]
domain = "far"
key = "/pki/key.pem"
cert = "/pki/cert.pem"
ca_cert = "/pki/ca.pem"
)";
  const auto before = parse_profiles(existing, "f");
  ASSERT_TRUE(before) << before.error().message();
  ProfileFile file{.path = "f", .current = "far", .profiles = {before->profiles[0].profile}};
  file.profiles[0].endpoint = "farther:9003";
  const auto text = format_profiles(file, existing);
  ASSERT_TRUE(text) << text.error().message();
  EXPECT_EQ(text->find("inline"), std::string::npos) << *text;
  for (const auto* kept : {"files", "/pki/key.pem", "farther:9003"}) {
    EXPECT_NE(text->find(kept), std::string::npos) << kept << " is lost in\n" << *text;
  }
}

TEST(ProfileText, EachMistakeIsSaidWithItsPlace) {
  struct Case {
    std::string_view text;
    std::string_view place;
    std::string_view part;
  };
  const std::vector<Case> cases{
      {"a = ", "f:1:", ""},
      {"current_profile = 3", "f:1:19: ", "text in quotes"},
      {"[profile.x]\ncluster = \"y\"", "f:2:11: ", "not in the file"},
      {"[profile.x]\n", "f:1:1: ", "`cluster` is missing"},
      {"profile = 1", "f:1:11: ", "must be a table"},
      {"[profile.x]\ncluster = \"x\"\n[cluster.x]\nendpoint = \"nonsense\"",
       "f:4:12: ", "host:port"},
      {"[profile.x]\ncluster = \"x\"\n[cluster.x]\nendpoint = \"h:1\"\nuse_spu_local_address = 1",
       "f:5:25: ", "true or false"},
      {"[profile.x]\ncluster = \"x\"\n[cluster.x]\nendpoint = \"h:1\"\n[cluster.x.tls]\n"
       "tls_policy = \"maybe\"",
       "f:6:14: ", "`maybe`"},
      {"[profile.x]\ncluster = \"x\"\n[cluster.x]\nendpoint = \"h:1\"\n[cluster.x.tls]\n"
       "tls_policy = \"\"",
       "f:6:14: ", "not one of disabled, anonymous, verified"},
      {"[profile.x]\ncluster = \"x\"\n[cluster.x]\nendpoint = \"h:1\"\n[cluster.x.tls]\n"
       "tls_policy = \"verified\"\ntls_source = \"web\"",
       "f:7:14: ", "`web`"},
      {"[profile.x]\ncluster = \"x\"\n[cluster.x]\nendpoint = \"h:1\"\n[cluster.x.tls]\n"
       "tls_policy = \"verified\"\ntls_source = \"files\"",
       "f:5:1: ", "`certs` is missing"},
  };
  for (const auto& one : cases) {
    const auto parsed = parse_profiles(one.text, "f");
    const auto of_file = !one.text.starts_with("[profile.x]");
    ASSERT_EQ(!parsed, of_file) << one.text;
    if (!of_file) {
      ASSERT_TRUE(parsed->profiles.at(0).fault) << one.text;
    }
    const auto error = of_file ? parsed.error() : *parsed->profiles[0].fault;
    EXPECT_EQ(error.code, Errc::invalid_config);
    EXPECT_TRUE(error.context.starts_with(one.place)) << error.context;
    EXPECT_NE(error.context.find(one.part), std::string::npos) << error.context;
  }
}

// ---- metadata ----------------------------------------------------------------------------

namespace {

wire::Metadata<wire::TopicSpec> topic(const std::string& name, std::uint32_t partitions) {
  wire::Metadata<wire::TopicSpec> object;
  object.name = name;
  object.spec.replicas = wire::ComputedReplicas{.partitions = partitions};
  return object;
}

wire::Metadata<wire::PartitionSpec> partition(const std::string& name, std::int32_t leader) {
  wire::Metadata<wire::PartitionSpec> object;
  object.name = name;
  object.spec.leader = leader;
  object.status.resolution = wire::PartitionResolution::online;
  return object;
}

}  // namespace

TEST(Metadata, FollowsSnapshotsAndChanges) {
  Metadata metadata;
  std::vector<std::string> heard;
  metadata.topics.observe([&](const auto& object, bool deleted) {
    heard.push_back((deleted ? "-" : "+") + object.name);
  });
  metadata.topics.apply({.all = {topic("a", 1), topic("b", 2)}});
  metadata.topics.apply({.changes = {{wire::ChangeKind::remove, topic("a", 1)}}});
  metadata.topics.apply({});  // nothing, which says nothing
  EXPECT_FALSE(metadata.partition_count("a"));
  EXPECT_EQ(metadata.partition_count("b"), 2U);
  metadata.topics.restart();
  metadata.topics.apply({.all = {topic("c", 1)}});  // after a reconnect
  EXPECT_EQ(heard, (std::vector<std::string>{"+a", "+b", "-a", "-b", "+c"}));
}

TEST(Metadata, TheFirstFrameIsTheTruthEvenWhenEmpty) {
  Metadata metadata;
  EXPECT_FALSE(metadata.topics.known());
  metadata.topics.apply({});
  EXPECT_TRUE(metadata.topics.known());
}

// A watch that another one's callback stopped was told once more, after its `stop`.
TEST(Metadata, AnObserverThatAnotherForgotHearsNothing) {
  Objects<wire::TopicSpec> topics;
  std::uint64_t second = 0;
  int heard = 0;
  topics.observe([&](const auto&, bool) { topics.forget(second); });
  second = topics.observe([&](const auto&, bool) { ++heard; });
  topics.apply({.all = {topic("t", 1)}});
  EXPECT_EQ(heard, 0);
}

TEST(Metadata, FindsLeadersAndAddresses) {
  Metadata metadata;
  metadata.topics.apply({.all = {topic("a-b", 2)}});
  metadata.partitions.apply({.all = {partition("a-b-0", 7)}});
  EXPECT_FALSE(metadata.complete("a-b"));
  metadata.partitions.apply({.changes = {{wire::ChangeKind::update, partition("a-b-1", 8)}}});
  EXPECT_TRUE(metadata.complete("a-b"));
  EXPECT_EQ(metadata.leader("a-b", {1}), SpuId{8});
  EXPECT_TRUE(metadata.online("a-b", {0}));
  EXPECT_FALSE(metadata.leader("a-b", {2}));

  wire::Metadata<wire::SpuSpec> spu;
  spu.name = "custom-spu-7";
  spu.spec.id = 7;
  spu.spec.public_endpoint = {.port = 9010, .ingress = {{.hostname = {}, .ip = "10.0.0.1"}}};
  spu.spec.public_endpoint_local = wire::Endpoint{.port = 9011, .host = "localhost"};
  metadata.spus.apply({.all = {spu}});
  EXPECT_EQ(metadata.spu({7}, false)->endpoint.text(), "10.0.0.1:9010");
  EXPECT_EQ(metadata.spu({7}, true)->endpoint.text(), "localhost:9011");
  EXPECT_FALSE(metadata.spu({8}, false));
}

TEST(PartitionName, SplitsAtTheLastDash) {
  EXPECT_EQ(parse_partition_name("a-b-12"), (std::pair{std::string("a-b"), PartitionId{12}}));
  for (const auto* bad : {"a", "a-", "a-x", "a-1x"}) EXPECT_FALSE(parse_partition_name(bad)) << bad;
}

// ---- the consumer's queue ----------------------------------------------------------------

namespace {

Chunk chunk_of(std::uint32_t partition, std::size_t bytes, std::uint64_t generation = 0) {
  return {.partition = {partition},
          .generation = generation,
          .frame = net::Frame::copy_of(Bytes(bytes)),
          .batches = {}};
}

}  // namespace

TEST(ConsumerQueue, HasRoomUntilItsBytesAreUsedAndTellsWhenThereIsAgain) {
  ConsumerQueue queue(100, 2);
  int told = 0;
  queue.set_on_room([&] { ++told; });
  queue.push(chunk_of(0, 60));
  EXPECT_TRUE(queue.has_room({0}));
  queue.push(chunk_of(0, 60));
  EXPECT_FALSE(queue.has_room({0}));
  EXPECT_TRUE(queue.has_room({1}));  // has nothing queued
  ASSERT_TRUE(queue.pop(net::TimePoint{}));
  EXPECT_EQ(told, 1);
  ASSERT_TRUE(queue.pop(net::TimePoint{}));
  EXPECT_EQ(told, 1);
  EXPECT_FALSE(queue.pop(net::TimePoint{}));
}

TEST(ConsumerQueue, AFailureComesAfterWhatWasBeforeItAndStays) {
  ConsumerQueue queue(100, 1);
  queue.push(chunk_of(0, 1));
  queue.push_failure({0}, 0, {Errc::server, "x", {}});
  EXPECT_TRUE(std::holds_alternative<Chunk>(*queue.pop(net::TimePoint{})));
  EXPECT_TRUE(std::holds_alternative<Error>(*queue.pop(net::TimePoint{})));
  EXPECT_TRUE(std::holds_alternative<Error>(*queue.pop(net::TimePoint{})));
  EXPECT_EQ(queue.restart({0}), 1U);
  EXPECT_FALSE(queue.pop(net::TimePoint{}));
}

// A partition that failed while others were busy was never heard of, as long as they were.
TEST(ConsumerQueue, AFailureIsHeardInItsTurnWhileOthersAreBusy) {
  ConsumerQueue queue(100, 2);
  queue.push_failure({0}, 0, {Errc::server, "x", {}});
  queue.push(chunk_of(1, 1));
  EXPECT_TRUE(std::holds_alternative<Error>(*queue.pop(net::TimePoint{})));
  EXPECT_TRUE(std::holds_alternative<Chunk>(*queue.pop(net::TimePoint{})));
  EXPECT_TRUE(std::holds_alternative<Error>(*queue.pop(net::TimePoint{})));
}

// Chunks behind one that did not decode were handed out: a gap, and a commit went past it.
TEST(ConsumerQueue, NothingComesBehindAChunkThatDidNotDecode) {
  ConsumerQueue queue(100, 2);
  queue.push(chunk_of(0, 1));
  queue.push(chunk_of(0, 2));
  queue.push(chunk_of(1, 3));
  EXPECT_TRUE(std::holds_alternative<Chunk>(*queue.pop(net::TimePoint{})));
  queue.fail({0}, 0, {Errc::crc_mismatch, "x", {}});
  EXPECT_TRUE(std::holds_alternative<Error>(*queue.pop(net::TimePoint{})));
  EXPECT_EQ(std::get<Chunk>(*queue.pop(net::TimePoint{})).partition.value, 1U);
  EXPECT_TRUE(std::holds_alternative<Error>(*queue.pop(net::TimePoint{})));
}

TEST(ConsumerQueue, ASeekMakesWhatIsQueuedVoid) {
  ConsumerQueue queue(100, 1);
  queue.push(chunk_of(0, 1));
  static_cast<void>(queue.restart({0}));
  queue.push(chunk_of(0, 2));  // still of the old position
  EXPECT_FALSE(queue.pop(net::TimePoint{}));
  queue.push(chunk_of(0, 3, 1));
  EXPECT_EQ(std::get<Chunk>(*queue.pop(net::TimePoint{})).size_bytes(), 3U);
}

TEST(ConsumerQueue, EndsWhenAllPartitionsHaveAndWhenClosed) {
  ConsumerQueue queue(100, 2);
  queue.push_end({0}, 0);
  EXPECT_FALSE(queue.pop(net::TimePoint{}));
  queue.push_end({1}, 0);
  EXPECT_TRUE(std::holds_alternative<ConsumerQueue::Ended>(*queue.pop(net::TimePoint{})));
  ConsumerQueue closed(100, 1);
  closed.close();
  EXPECT_TRUE(std::holds_alternative<ConsumerQueue::Ended>(*closed.pop(std::nullopt)));
}

// ---- conversions -------------------------------------------------------------------------

TEST(TopicConfig, SurvivesTheWayThroughTheWire) {
  TopicConfig config{.partitions = 3, .replication = 2, .ignore_rack_assignment = true};
  config.retention_time = std::chrono::seconds(100);
  config.segment_bytes = 2'000;
  config.partition_bytes_max = 9'000;
  config.deduplication = DeduplicationConfig{
      .count = 5, .age = std::chrono::milliseconds(7), .filter = "f", .with = {{"a", "b"}}};
  for (const auto codec : {TopicCodec::none, TopicCodec::gzip, TopicCodec::snappy, TopicCodec::lz4,
                           TopicCodec::zstd, TopicCodec::any}) {
    config.compression = codec;
    wire::Metadata<wire::TopicSpec> object{.name = "t", .spec = to_spec(config), .status = {}};
    const auto back = to_info(object).config;
    EXPECT_EQ(back.compression, codec);
    EXPECT_EQ(back.partitions, 3U);
    EXPECT_EQ(back.replication, 2U);
    EXPECT_EQ(back.retention_time, config.retention_time);
    EXPECT_EQ(back.partition_bytes_max, config.partition_bytes_max);
    EXPECT_EQ(back.deduplication->age, config.deduplication->age);
  }
  config.assignment = {{{1}, {2}}, {{2}, {1}}};
  const wire::Metadata<wire::TopicSpec> object{.name = "t", .spec = to_spec(config), .status = {}};
  EXPECT_EQ(to_info(object).config.assignment, config.assignment);
  EXPECT_EQ(to_info(object).config.partitions, 2U);
}

}  // namespace sluice::client
