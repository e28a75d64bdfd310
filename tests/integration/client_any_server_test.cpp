// SPDX-License-Identifier: Apache-2.0

// What holds against every server: the embedded one, and a real cluster when there is one.

#include <atomic>
#include <map>
#include <set>
#include <thread>

#include "client_fixture.hpp"

namespace sluice::testing {
namespace {

std::string value_of(std::uint64_t id, std::size_t size) {
  auto value = std::to_string(id);
  value.resize(std::max(size, value.size()), '.');
  return value;
}

void produce(Client& client, const std::string& topic, std::uint64_t count, std::size_t size,
             ProducerOptions options = {}) {
  auto producer = client.producer(topic, std::move(options));
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto value = value_of(i, size);
    producer.send({.key = std::nullopt, .value = value});
  }
  producer.flush();
  EXPECT_EQ(producer.stats().records_acked, count);
}

// The offsets and values of a whole read to the end.
std::vector<std::pair<std::int64_t, std::string>> read_to_end(Client& client,
                                                              const std::string& topic,
                                                              ConsumerOptions options) {
  options.until_end = true;
  auto consumer = client.consumer(topic, std::move(options));
  std::vector<std::pair<std::int64_t, std::string>> out;
  while (const auto records = consumer.next()) {
    for (const auto& record : *records) out.emplace_back(record.offset.value, record.value);
  }
  return out;
}

}  // namespace

TEST_P(AnyServer, WhatIsSentIsReadBack) {
  const auto name = topic("hello");
  auto producer = client().producer(name);
  const auto first = producer.send_and_wait({.key = "k", .value = "hello"});
  const auto second = producer.send_and_wait({.key = std::nullopt, .value = ""});
  EXPECT_EQ(first.offset.value, 0);
  EXPECT_EQ(second.offset.value, 1);

  auto consumer = client().consumer(name, {.start = StartAt::beginning(), .until_end = true});
  const auto records = consumer.next();

  ASSERT_TRUE(records);
  EXPECT_EQ((*records)[0].key, "k");
  EXPECT_EQ((*records)[0].value, "hello");
  EXPECT_GT((*records)[0].timestamp.count(), 1'600'000'000'000);
  EXPECT_EQ(records->back().key, std::nullopt);
  EXPECT_EQ(records->back().value, "");
}

TEST_P(AnyServer, TwoHundredThousandRecordsOfOneKilobyteArriveWithoutOneMissing) {
  constexpr std::uint64_t count = 200'000;
  const auto name = topic("many");
  produce(client(), name, count, 1'000);

  auto consumer = client().consumer(name, {.start = StartAt::beginning(), .until_end = true});
  std::uint64_t next = 0;
  while (const auto records = consumer.next()) {
    for (const auto& record : *records) {
      ASSERT_EQ(record.offset.value, static_cast<std::int64_t>(next));
      ASSERT_EQ(record.value.size(), 1'000U);
      ASSERT_EQ(record.value.substr(0, record.value.find('.')), std::to_string(next));
      ++next;
    }
  }
  EXPECT_EQ(next, count);
}

TEST_P(AnyServer, EveryCodecArrives) {
  for (const auto codec : {Compression::none, Compression::gzip, Compression::snappy,
                           Compression::lz4, Compression::zstd}) {
    const auto name = topic("codec");
    produce(client(), name, 5'000, 100, {.compression = codec});
    const auto read = read_to_end(client(), name, {.start = StartAt::beginning()});
    ASSERT_EQ(read.size(), 5'000U) << static_cast<int>(codec);
    EXPECT_EQ(read.back().second, value_of(4'999, 100));
  }
}

TEST_P(AnyServer, EveryStartPositionIsWhereItSays) {
  const auto name = topic("starts");
  produce(client(), name, 1'000, 50);
  const auto first_from = [&](StartAt start) {
    const auto read = read_to_end(client(), name, {.start = start});
    return read.empty() ? -1 : read.front().first;
  };
  EXPECT_EQ(first_from(StartAt::beginning()), 0);
  EXPECT_EQ(first_from(StartAt::beginning(17)), 17);
  EXPECT_EQ(first_from(StartAt::beginning(5'000)), -1);  // clamped to the end
  EXPECT_EQ(first_from(StartAt::end()), -1);
  EXPECT_EQ(first_from(StartAt::end(10)), 990);
  EXPECT_EQ(first_from(StartAt::end(5'000)), 0);
  EXPECT_EQ(first_from(StartAt::absolute({123})), 123);
  EXPECT_EQ(first_from(StartAt::absolute({1'000})), -1);
  try {
    first_from(StartAt::absolute({1'001}));
    FAIL() << "an offset behind the end is an error";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::offset_out_of_range) << failure.what();
  }
}

TEST_P(AnyServer, AnEmptyTopicEndsAtOnce) {
  const auto name = topic("empty");
  EXPECT_TRUE(read_to_end(client(), name, {.start = StartAt::beginning()}).empty());
}

TEST_P(AnyServer, AConsumerAtTheEndSeesWhatComesLater) {
  const auto name = topic("tail");
  auto producer = client().producer(name);
  producer.send_and_wait({.key = {}, .value = "before"});
  auto consumer = client().consumer(name, {.start = StartAt::absolute({1})});
  EXPECT_EQ(consumer.next(std::chrono::milliseconds(50)).state, Next::State::idle);

  producer.send_and_wait({.key = {}, .value = "after"});

  const auto next = consumer.next(std::chrono::seconds(20));
  ASSERT_EQ(next.state, Next::State::records);
  EXPECT_EQ(next.records.front().value, "after");
}

TEST_P(AnyServer, ABacklogArrivesWholeThroughATinyFetch) {
  const auto name = topic("tiny");
  produce(client(), name, 20'000, 200);  // batches of 16 KiB

  const auto read =
      read_to_end(client(), name, {.start = StartAt::beginning(), .fetch_bytes_max = 100});

  ASSERT_EQ(read.size(), 20'000U);
  EXPECT_EQ(read.back().second, value_of(19'999, 200));
}

TEST_P(AnyServer, RecordsOfOneKeyAreInOrderInTheOfficialPartition) {
  const auto name = topic("keys", {.partitions = 4});
  auto producer = client().producer(name);
  for (int i = 0; i < 4'000; ++i) {
    const auto key = "key-" + std::to_string(i % 40);
    const auto value = std::to_string(i);
    producer.send({.key = key, .value = value});
  }
  producer.flush();

  auto consumer = client().consumer(name, {.start = StartAt::beginning(), .until_end = true});
  std::map<std::string, int> last;
  std::size_t count = 0;
  while (const auto records = consumer.next()) {
    for (const auto& record : *records) {
      const std::string key(*record.key);
      EXPECT_EQ(records->partition(), partition_for_key(key, 4));
      const auto id = std::stoi(std::string(record.value));
      if (last.contains(key)) EXPECT_GT(id, last[key]);
      last[key] = id;
      ++count;
    }
  }
  EXPECT_EQ(count, 4'000U);
}

TEST_P(AnyServer, RecordsWithoutKeyGoRound) {
  const auto name = topic("round", {.partitions = 3});
  produce(client(), name, 3'000, 10);
  for (std::uint32_t i = 0; i < 3; ++i) {
    ConsumerOptions options{.partitions = {{i}}, .start = StartAt::beginning()};
    EXPECT_EQ(read_to_end(client(), name, options).size(), 1'000U);
  }
}

TEST_P(AnyServer, EachCallbackHearsItsOwnOffset) {
  const auto name = topic("callbacks");
  auto producer = client().producer(name, {.linger = std::chrono::milliseconds(5)});
  std::vector<std::int64_t> offsets(5'000, -1);
  std::atomic<int> called{0};
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    producer.send({.key = {}, .value = "x"}, [&, i](Outcome<Delivered> outcome) {
      offsets[i] = outcome.value().offset.value;
      ++called;
    });
  }
  producer.flush();
  EXPECT_EQ(called, 5'000);
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    ASSERT_EQ(offsets[i], static_cast<std::int64_t>(i));
  }
}

TEST_P(AnyServer, ManagedOffsetsResumeAfterWhatWasProcessed) {
  const auto name = topic("managed");
  produce(client(), name, 100, 10, {.batch_bytes = 300});  // several batches
  const auto id = "consumer-of-" + name;
  const ConsumerOptions options{
      .start = StartAt::beginning(), .consumer_id = id, .strategy = OffsetStrategy::manual};
  {
    auto consumer = client().consumer(name, options);
    const auto records = consumer.next();
    ASSERT_TRUE(records);
    consumer.commit({0}, {41});
    consumer.flush_offsets();
    EXPECT_TRUE(consumer.close(std::chrono::seconds(20)));
  }
  bool listed = false;
  for (const auto& row : client().admin().list_consumer_offsets()) {
    if (row.consumer_id == id) listed = row.offset.value == 41 && row.topic == name;
  }
  EXPECT_TRUE(listed);

  auto again = client().consumer(name, options);
  const auto records = again.next();
  ASSERT_TRUE(records);
  EXPECT_EQ(records->front().offset.value, 42);
  again.close(std::chrono::seconds(5));
  EXPECT_EQ(client().admin().delete_consumer_offset(id, name, {0}), Deleted::deleted);
  EXPECT_EQ(client().admin().delete_consumer_offset(id, name, {0}), Deleted::was_missing);
}

TEST_P(AnyServer, AutomaticOffsetsCountOnlyWhatTheNextCallConfirms) {
  const auto name = topic("auto");
  auto producer = client().producer(name);
  producer.send_and_wait({.key = {}, .value = "first"});
  const ConsumerOptions options{.start = StartAt::beginning(),
                                .consumer_id = "auto-" + name,
                                .strategy = OffsetStrategy::auto_after_processing};
  {
    auto consumer = client().consumer(name, options);
    ASSERT_TRUE(consumer.next());  // handed out, not confirmed
    consumer.close(std::chrono::seconds(5));
  }
  {
    auto consumer = client().consumer(name, options);
    const auto again = consumer.next();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->front().value, "first");
    EXPECT_EQ(consumer.next(std::chrono::milliseconds(1)).state, Next::State::idle);
    EXPECT_TRUE(consumer.close(std::chrono::seconds(20)));  // stores it
  }
  producer.send_and_wait({.key = {}, .value = "second"});
  auto consumer = client().consumer(name, options);
  const auto records = consumer.next();
  ASSERT_TRUE(records);
  EXPECT_EQ(records->front().value, "second");
  consumer.close(std::chrono::seconds(5));
  client().admin().delete_consumer_offset("auto-" + name, name, {0});
}

TEST_P(AnyServer, SeekGoesBackAndForth) {
  const auto name = topic("seek");
  produce(client(), name, 100, 10);
  auto consumer = client().consumer(name, {.start = StartAt::beginning()});
  ASSERT_TRUE(consumer.next());
  for (const auto target : {50, 3, 99}) {
    consumer.seek({0}, {target});
    const auto records = consumer.next();
    ASSERT_TRUE(records);
    EXPECT_EQ(records->front().offset.value, target);
  }
}

TEST_P(AnyServer, TheAsynchronousTwinDoesTheSame) {
  const auto name = topic("async");
  auto producer = client().producer(name);
  auto consumer = client().consumer(name, {.start = StartAt::beginning()});
  std::atomic<int> read{0};
  std::atomic<bool> flushed{false};
  consumer.next_async(
      [&](Outcome<Next> next) { read = static_cast<int>(next.value().records.size()); });
  producer.send({.key = {}, .value = "a"});
  producer.flush_async([&](Outcome<Done> done) { flushed = done.ok(); });
  EXPECT_TRUE(eventually([&] { return flushed && read > 0; }));
}

TEST_P(AnyServer, AdminCallsSayWhatIs) {
  auto admin = client().admin();
  const auto name = topic("admin", {.partitions = 2,
                                    .retention_time = std::chrono::seconds(3'600),
                                    .segment_bytes = 1'000'000,
                                    .compression = TopicCodec::zstd});
  EXPECT_EQ(admin.create_topic(name), Created::existed_already);
  const auto info = admin.describe_topic(name);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->config.partitions, 2U);
  EXPECT_EQ(info->config.retention_time, std::chrono::seconds(3'600));
  EXPECT_EQ(info->config.compression, TopicCodec::zstd);
  admin.add_partitions(name, 1);
  EXPECT_EQ(admin.list_partitions(name).size(), 3U);
  EXPECT_EQ(admin.list_spus().size(), 1U);
  EXPECT_FALSE(admin.describe_topic("no-such-topic"));
  EXPECT_EQ(admin.delete_topic("no-such-topic"), Deleted::was_missing);
  try {
    admin.create_topic("No_Such-");
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::invalid_argument) << failure.what();
  }
  try {
    (void)client().producer(name, {.compression = Compression::gzip});
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::compression) << failure.what();
  }
}

// Only the partitions that were there at the start were read: whatever a producer, which does
// take new ones, put into them was never seen.
TEST_P(AnyServer, AConsumerOfAllPartitionsReadsTheOnesAddedLater) {
  const auto name = topic("grows");
  const auto id = fresh_topic("group");
  auto consumer = client().consumer(
      name, {.start = StartAt::end(), .consumer_id = id, .strategy = OffsetStrategy::manual});
  auto bounded = client().consumer(name, {.start = StartAt::beginning(), .until_end = true});
  auto chosen = client().consumer(name, {.partitions = {{0}}, .start = StartAt::beginning()});
  client().admin().add_partitions(name, 2);
  constexpr int count = 100;
  for (const std::uint32_t partition : {1U, 2U}) {
    auto producer = client().producer(name, {.partition = PartitionId{partition}});
    for (int i = 0; i < count; ++i) {
      const auto value = std::to_string(i);
      producer.send({.key = {}, .value = value});
    }
    producer.flush();
  }
  std::map<std::uint32_t, int> read;
  while (read[1] < count || read[2] < count) {
    const auto next = consumer.next(std::chrono::seconds(20));
    ASSERT_EQ(next.state, Next::State::records) << read[1] << " and " << read[2];
    for (const auto& record : next.records) {
      ASSERT_EQ(record.value, std::to_string(read[next.records.partition().value]++));
    }
    consumer.commit(next.records);
  }
  consumer.flush_offsets();
  std::map<std::uint32_t, std::int64_t> stored;
  for (const auto& row : client().admin().list_consumer_offsets()) {
    if (row.consumer_id == id) stored[row.partition.value] = row.offset.value;
  }
  EXPECT_EQ(stored, (std::map<std::uint32_t, std::int64_t>{{1, count - 1}, {2, count - 1}}));
  consumer.seek({2}, {count - 1});
  EXPECT_EQ(consumer.next(std::chrono::seconds(20)).records.size(), 1U);
  EXPECT_FALSE(bounded.next());
  EXPECT_EQ(chosen.next(std::chrono::milliseconds(100)).state, Next::State::idle);
  EXPECT_THROW(chosen.seek({1}, {0}), Failure);
}

// Added, and taken by the I/O thread, while other threads use the consumer.
TEST_P(AnyServer, PartitionsMayBeAddedWhileTheConsumerIsUsed) {
  const auto name = topic("grows-in-use");
  auto consumer = client().consumer(name, {.start = StartAt::beginning()});
  const std::jthread other([&](const std::stop_token& done) {
    while (!done.stop_requested()) {
      static_cast<void>(consumer.stats());
      EXPECT_THROW(consumer.seek({99}, {0}), Failure);  // looks among those that are there
    }
  });
  std::set<std::uint32_t> seen;
  for (std::uint32_t partition = 1; partition <= 3; ++partition) {
    client().admin().add_partitions(name, 1);
    client()
        .producer(name, {.partition = PartitionId{partition}})
        .send_and_wait({.key = {}, .value = "x"});
  }
  while (seen.size() < 3) {
    const auto next = consumer.next(std::chrono::seconds(20));
    if (next.state != Next::State::records) break;
    seen.insert(next.records.partition().value);
  }
  EXPECT_EQ(seen, (std::set<std::uint32_t>{1, 2, 3}));
}

TEST_P(AnyServer, SmartModulesAndTableFormatsAreKept) {
  auto admin = client().admin();
  const auto name = fresh_topic("module");
  const std::string wasm("\0asm\1\0\0\0", 8);
  admin.create_smartmodule(name, wasm);
  EXPECT_EQ(admin.download_smartmodule(name), wasm);
  EXPECT_EQ(admin.delete_smartmodule(name), Deleted::deleted);
  EXPECT_EQ(admin.delete_smartmodule(name), Deleted::was_missing);
  EXPECT_EQ(admin.download_smartmodule(name), std::nullopt);
  EXPECT_EQ(admin.create_table_format({.name = name}), Created::created);
  const auto formats = admin.list_table_formats();
  EXPECT_TRUE(std::ranges::any_of(formats, [&](const auto& row) { return row.name == name; }));
  EXPECT_EQ(admin.delete_table_format(name), Deleted::deleted);
}

TEST_P(AnyServer, AMissingTopicIsSaidAtOnce) {
  const auto started = std::chrono::steady_clock::now();
  for (const auto consume : {false, true}) {
    try {
      if (consume) {
        (void)client().consumer("no-such-topic");
      } else {
        (void)client().producer("no-such-topic");
      }
      FAIL();
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), Errc::topic_not_found) << failure.what();
    }
  }
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(30));
}

TEST_P(AnyServer, ADeletedTopicEndsItsConsumerWithAnError) {
  const auto name = topic("deleted");
  produce(client(), name, 10, 10);
  auto consumer = client().consumer(name, {.start = StartAt::beginning()});
  ASSERT_TRUE(consumer.next());
  client().admin().delete_topic(name);
  try {
    while (consumer.next(std::chrono::seconds(20)).state == Next::State::records) {
    }
    FAIL() << "idle or ended instead of an error";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::topic_not_found) << failure.what();
  }
}

TEST_P(AnyServer, AWatchTellsWhatIsThereAndWhatChanges) {
  std::mutex mutex;
  std::set<std::string> seen;
  std::set<std::string> deleted;
  auto watch = client().admin().watch_topics([&](const Watched<TopicInfo>& change) {
    const std::lock_guard lock(mutex);
    (change.deleted ? deleted : seen).insert(change.info.name);
  });
  const auto name = topic("watched");
  const auto has = [&](const std::set<std::string>& set) {
    const std::lock_guard lock(mutex);
    return set.contains(name);
  };
  EXPECT_TRUE(eventually([&] { return has(seen); }));
  client().admin().delete_topic(name);
  EXPECT_TRUE(eventually([&] { return has(deleted); }));
}

TEST_P(AnyServer, ReadCommittedBothWays) {
  const auto name = topic("committed");
  produce(client(), name, 1'000, 20, {.isolation = Isolation::read_committed});
  const auto read = read_to_end(
      client(), name, {.start = StartAt::beginning(), .isolation = Isolation::read_committed});
  EXPECT_EQ(read.size(), 1'000U);
}

INSTANTIATE_TEST_SUITE_P(Embedded, AnyServer, ::testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Real, AnyServer, ::testing::Values(true));

}  // namespace sluice::testing
