// SPDX-License-Identifier: Apache-2.0

// What happens when the server goes away, is slow, or answers with errors: nothing acknowledged
// is lost, order is kept, and closing returns by its deadline.

#include <atomic>
#include <fstream>
#include <future>
#include <map>
#include <mutex>
#include <set>

#include "client_fixture.hpp"

namespace sluice::testing {
namespace {

using namespace std::chrono_literals;
constexpr std::uint16_t produce_key = 0;
constexpr std::uint16_t stream_fetch_key = 1003;

struct Ledger {
  std::mutex mutex;
  std::set<int> acknowledged;
  std::set<int> failed;
};

// Everything in the topic, by value, in offset order.
std::vector<int> read_all(Client& client, const std::string& topic) {
  auto consumer = client.consumer(topic, {.start = StartAt::beginning(), .until_end = true});
  std::vector<int> out;
  while (const auto records = consumer.next()) {
    for (const auto& record : *records) out.push_back(std::stoi(std::string(record.value)));
  }
  return out;
}

// Every id arrives, and the first appearances are in order: repeats are allowed, overtaking not.
void expect_complete_in_order(const std::vector<int>& read, int count) {
  int next = 0;
  for (const auto id : read) {
    ASSERT_LE(id, next) << "a later record came first";
    if (id == next) ++next;
  }
  EXPECT_EQ(next, count);
}

Callback<Delivered> note(Ledger& ledger, int id) {
  return [&ledger, id](Outcome<Delivered> outcome) {
    const std::lock_guard lock(ledger.mutex);
    (outcome.ok() ? ledger.acknowledged : ledger.failed).insert(id);
  };
}

std::string make_topic(Client& client, const TopicConfig& config = {}) {
  auto name = fresh_topic("faults");
  client.admin().create_topic(name, config);
  return name;
}

}  // namespace

TEST(ProducerFaults, ARestartOfTheServerLosesAndReordersNothing) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  auto producer = client.producer(topic, {.batch_bytes = 2'000});
  Ledger ledger;
  constexpr int count = 60'000;
  for (int i = 0; i < count; ++i) {
    const auto value = std::to_string(i);
    producer.send({.key = {}, .value = value}, note(ledger, i));
    if (i % 20'000 == 10'000) {
      server.stop();
      server.start();
      // A clean stop may answer all it has: this way a request is lost for sure.
      server.faults().add({.api_key = produce_key, .action = broker::CloseBefore{}, .count = 1});
    }
  }
  producer.flush();
  EXPECT_EQ(ledger.acknowledged.size(), static_cast<std::size_t>(count));
  EXPECT_GT(producer.stats().retries, 0U);
  expect_complete_in_order(read_all(client, topic), count);
}

TEST(ProducerFaults, ErrorsAndLostAnswersAtEveryStepKeepTheOrder) {
  TestServer server;
  auto client = Client::connect(server.profile(), {.reconnect_delay_min = 1ms});
  const auto fault_actions = std::vector<broker::FaultAction>{
      broker::CloseBefore{}, broker::CloseAfter{}, broker::HalfWrite{7},
      broker::AnswerError{wire::Code::not_leader_for_partition},
      broker::AnswerError{wire::Code::storage_error}};
  for (const auto& action : fault_actions) {
    const auto topic = make_topic(client);
    for (int at = 0; at < 4; ++at) {
      server.faults().add({.api_key = produce_key, .action = action, .skip = at * 2, .count = 1});
    }
    auto producer = client.producer(topic, {.batch_bytes = 500});
    for (int i = 0; i < 3'000; ++i) {
      const auto value = std::to_string(i);
      producer.send({.key = {}, .value = value});
    }
    producer.flush();
    expect_complete_in_order(read_all(client, topic), 3'000);
    server.faults().clear();
  }
}

TEST(ProducerFaults, APermanentErrorFailsItsRecordsAndLaterSendsUntilCleared) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  auto producer = client.producer(topic);
  server.faults().add(
      {.api_key = produce_key, .action = broker::AnswerError{wire::Code::permission_denied}});
  EXPECT_THROW(producer.send_and_wait({.key = {}, .value = "1"}), Failure);
  EXPECT_THROW(producer.send({.key = {}, .value = "2"}), Failure);
  producer.clear_errors();
  producer.send_and_wait({.key = {}, .value = "3"});
  EXPECT_EQ(read_all(client, topic), std::vector<int>{3});
}

TEST(ProducerFaults, AtMostOnceNeverRepeats) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  server.faults().add({.api_key = produce_key, .action = broker::CloseAfter{}, .skip = 1});
  auto producer = client.producer(topic, {.delivery = DeliverySemantic::at_most_once});
  Ledger ledger;
  for (int i = 0; i < 100; ++i) {
    const auto value = std::to_string(i);
    producer.send({.key = {}, .value = value}, note(ledger, i));
    EXPECT_TRUE(eventually([&] {
      const std::lock_guard lock(ledger.mutex);
      return ledger.acknowledged.size() + ledger.failed.size() == static_cast<std::size_t>(i) + 1;
    }));
  }
  EXPECT_EQ(ledger.failed.size(), 1U);
  const auto read = read_all(client, topic);
  EXPECT_EQ(std::set(read.begin(), read.end()).size(), read.size());
}

TEST(ProducerFaults, RetriesEndAfterTheirTimeAndSayWhy) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  auto producer = client.producer(topic, {.retry_for = 300ms});
  server.stop();
  Ledger ledger;
  producer.send({.key = {}, .value = "1"}, note(ledger, 1));
  try {
    producer.flush(20s);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::timed_out) << failure.what();
  }
  EXPECT_EQ(ledger.failed.size(), 1U);
}

TEST(ProducerFaults, AFullQueueRefusesAndThenWaits) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  auto producer = client.producer(topic, {.queue_bytes_max = 10'000});
  // No answer makes room before the server was away.
  server.faults().add({.api_key = produce_key, .action = broker::Delay{1h}, .count = 1});
  const std::string value(1'000, '1');
  int accepted = 0;
  while (producer.try_send({.key = {}, .value = value})) ++accepted;
  EXPECT_GT(accepted, 5);
  EXPECT_LE(accepted, 10);
  auto waiting =
      std::async(std::launch::async, [&] { producer.send({.key = {}, .value = value}); });
  EXPECT_EQ(waiting.wait_for(20ms), std::future_status::timeout);
  server.broker().stop(50ms);
  server.stop();
  server.start();
  waiting.get();
  EXPECT_TRUE(producer.close(20s));
}

// The first of two flushes that end together closed the producer, which ended the second: the
// walk over the list went on with what was gone.
TEST(ProducerFaults, AFlushMayCloseTheProducerWhileAnotherWaits) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  server.faults().add({.api_key = produce_key, .action = broker::Delay{200ms}, .count = 1});
  std::optional<Producer> producer(client.producer(topic));
  std::atomic<int> ended{0};
  producer->send({.key = {}, .value = "1"});
  producer->flush_async([&ended, handle = std::optional(*producer)](Outcome<Done>) mutable {
    handle->close(1s);
    handle.reset();
    ++ended;
  });
  for (int i = 0; i < 3; ++i) producer->flush_async([&ended](Outcome<Done>) { ++ended; });
  EXPECT_TRUE(eventually([&] { return ended == 4; }));
}

TEST(ConsumerFaults, ARestartOfTheServerSkipsAndRepeatsNothing) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  constexpr int count = 50'000;
  {
    auto producer = client.producer(topic);
    for (int i = 0; i < count; ++i) {
      const auto value = std::to_string(i);
      producer.send({.key = {}, .value = value});
    }
    producer.flush();
  }
  auto consumer = client.consumer(
      topic, {.start = StartAt::beginning(), .fetch_bytes_max = 50'000, .buffer_bytes_max = 1});
  int next = 0;
  int restarts = 0;
  while (next < count) {
    const auto records = consumer.next();
    ASSERT_TRUE(records);
    for (const auto& record : *records) ASSERT_EQ(record.value, std::to_string(next++));
    if (next > count / 4 * (restarts + 1) && restarts < 3) {
      server.stop();
      server.start();
      ++restarts;
    }
  }
  EXPECT_EQ(restarts, 3);
  EXPECT_GE(consumer.stats().reconnects, 1U);
}

TEST(ConsumerFaults, LostAnswersAndErrorsAtEveryStepSkipAndRepeatNothing) {
  TestServer server;
  auto client = Client::connect(server.profile(), {.reconnect_delay_min = 1ms});
  const auto topic = make_topic(client);
  constexpr int count = 5'000;
  {
    auto producer = client.producer(topic, {.batch_bytes = 1'000});
    for (int i = 0; i < count; ++i) {
      const auto value = std::to_string(i);
      producer.send({.key = {}, .value = value});
    }
    producer.flush();
  }
  for (const std::uint16_t key :
       {std::uint16_t{18}, std::uint16_t{1002}, stream_fetch_key, std::uint16_t{1005}}) {
    for (const auto& action : std::vector<broker::FaultAction>{
             broker::CloseBefore{}, broker::CloseAfter{}, broker::HalfWrite{5},
             broker::AnswerError{wire::Code::not_leader_for_partition}}) {
      if (key == 18 && std::holds_alternative<broker::AnswerError>(action)) continue;
      server.faults().add({.api_key = key, .action = action, .skip = 1, .count = 2});
      auto fresh = Client::connect(server.profile(), {.reconnect_delay_min = 1ms});
      auto consumer = fresh.consumer(
          topic, {.start = StartAt::beginning(), .fetch_bytes_max = 20'000, .until_end = true});
      int next = 0;
      while (const auto records = consumer.next()) {
        for (const auto& record : *records) ASSERT_EQ(record.value, std::to_string(next++));
      }
      EXPECT_EQ(next, count) << "key " << key << ", action " << action.index();
      server.faults().clear();
    }
  }
}

TEST(ConsumerFaults, CommitsAreStoredAfterAReconnectEvenWithNothingNew) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  client.producer(topic).send_and_wait({.key = {}, .value = "1"});
  auto consumer = client.consumer(
      topic,
      {.start = StartAt::beginning(), .consumer_id = "c", .strategy = OffsetStrategy::manual});
  const auto records = consumer.next();
  ASSERT_TRUE(records);
  server.stop();
  server.start();
  consumer.commit(*records);
  consumer.flush_offsets(20s);
  EXPECT_EQ(client.admin().list_consumer_offsets().size(), 1U);
}

// What was processed was forgotten with the position: after a restart it came again.
TEST(ConsumerOffsets, ASeekKeepsWhatIsCommittedAndNotYetStored) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  auto producer = client.producer(topic);
  for (int i = 0; i < 10; ++i) producer.send({.key = {}, .value = "1"});
  producer.flush();
  auto consumer = client.consumer(topic, {.start = StartAt::beginning(),
                                          .consumer_id = "c",
                                          .strategy = OffsetStrategy::manual,
                                          .flush_period = 1h});
  const auto stored = [&] {
    consumer.flush_offsets(20s);
    return client.admin().list_consumer_offsets().at(0).offset.value;
  };
  ASSERT_TRUE(consumer.next());
  consumer.commit({0}, {7});
  consumer.seek({0}, {2});
  EXPECT_EQ(stored(), 7);
  // Whoever goes back may also store that.
  consumer.commit({0}, {2});
  EXPECT_EQ(stored(), 2);
  consumer.commit({0}, {5});
  consumer.commit({0}, {4});
  EXPECT_EQ(stored(), 5);
}

// A reader at its end had no use for a connection, so none came, and nothing was stored.
TEST(ConsumerFaults, CommitsAreStoredAfterTheEndEvenWhenTheConnectionIsLost) {
  for (const auto by_close : {false, true}) {
    TestServer server;
    auto client = Client::connect(server.profile());
    const auto topic = make_topic(client);
    client.producer(topic).send_and_wait({.key = {}, .value = "1"});
    auto consumer = client.consumer(topic, {.start = StartAt::beginning(),
                                            .until_end = true,
                                            .consumer_id = "c",
                                            .strategy = OffsetStrategy::manual});
    const auto records = consumer.next();
    ASSERT_TRUE(records);
    EXPECT_FALSE(consumer.next());
    server.stop();
    server.start();
    consumer.commit(*records);
    if (by_close) {
      EXPECT_TRUE(consumer.close(20s));
    } else {
      consumer.flush_offsets(20s);
    }
    EXPECT_FALSE(consumer.next());
    EXPECT_EQ(consumer.stats().records, 1U);
    EXPECT_EQ(client.admin().list_consumer_offsets().size(), 1U);
  }
}

// The records in front of the broken batch were lost with it, those behind it were handed out
// as if nothing were missing, and the error came last.
TEST(ConsumerFaults, ABatchThatRottedIsAnErrorInItsPlaceAndCanBeSkipped) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  const auto log = server.log_file(topic + "-0");
  auto producer = client.producer(topic, {.linger = 1h});  // each flush is one batch
  std::uintmax_t broken_end = 0;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 10; ++j) {
      const auto value = std::to_string(i * 10 + j);
      producer.send({.key = {}, .value = value});
    }
    producer.flush();
    if (i == 1) broken_end = std::filesystem::file_size(log);
  }
  {
    std::fstream file(log, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(broken_end) - 2);
    file.put('\x7f');
  }
  auto consumer = client.consumer(topic, {.start = StartAt::beginning(), .until_end = true});
  std::vector<int> read;
  std::string said;
  const auto read_on = [&] {
    while (const auto records = consumer.next()) {
      for (const auto& record : *records) read.push_back(std::stoi(std::string(record.value)));
    }
  };
  for (int i = 0; i < 2; ++i) {
    try {
      read_on();
      FAIL() << "the broken batch was passed over";
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), Errc::crc_mismatch) << failure.what();
      said = failure.what();
    }
  }
  EXPECT_EQ(read, (std::vector{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_NE(said.find("`seek` to offset 20 "), std::string::npos) << said;
  read.clear();
  consumer.seek({0}, {20});
  read_on();
  EXPECT_EQ(read, (std::vector{20, 21, 22, 23, 24, 25, 26, 27, 28, 29}));
}

// Added to the time of day it overflowed: `next` came back at once, records failed unsent.
TEST(ConsumerFaults, TheLongestWaitIsNoShortOne) {
  constexpr auto longest = std::chrono::milliseconds::max();
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  auto consumer = client.consumer(topic, {.start = StartAt::beginning()});
  auto waiting = std::async(std::launch::async, [&] { return consumer.next(longest).state; });
  auto producer = client.producer(topic, {.retry_for = longest});
  producer.send({.key = {}, .value = "1"});
  EXPECT_NO_THROW(producer.flush(longest));
  EXPECT_EQ(waiting.get(), Next::State::records);
  EXPECT_TRUE(producer.close(longest));
  client.close(longest);
}

// It would wait for itself; every other call that waits said so, this one hung.
TEST(ConsumerFaults, NextInACallbackIsRefusedInsteadOfHanging) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  auto consumer = client.consumer(topic, {.start = StartAt::end()});
  std::promise<Errc> said;
  auto future = said.get_future();
  client.producer(topic).send({.key = {}, .value = "1"}, [&](Outcome<Delivered>) {
    try {
      static_cast<void>(consumer.next());
      said.set_value(Errc::internal);
    } catch (const Failure& failure) {
      said.set_value(failure.code());
    }
  });
  EXPECT_EQ(future.get(), Errc::invalid_argument);
}

TEST(CloseDeadline, HoldsWhileTheServerIsAway) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  // A close does not wait behind its deadline for an I/O thread that gets no processor, and then
  // nothing is told: seldom, so not with each of several.
  std::vector<Producer> producers;
  for (int i = 0; i < 4; ++i) producers.push_back(client.producer(topic));
  auto consumer = client.consumer(topic, {.start = StartAt::beginning()});
  server.stop();
  Ledger ledger;
  const auto started = std::chrono::steady_clock::now();
  for (auto& producer : producers) {
    producer.send({.key = {}, .value = "1"}, note(ledger, 1));
    EXPECT_FALSE(producer.close(200ms));
  }
  {
    const std::lock_guard lock(ledger.mutex);
    EXPECT_EQ(ledger.failed.size(), 1U);
  }
  EXPECT_TRUE(consumer.close(200ms));
  client.close(500ms);
  EXPECT_LT(std::chrono::steady_clock::now() - started, 30s);
  auto& producer = producers.front();
  EXPECT_THROW(producer.send({.key = {}, .value = "2"}), Failure);
  EXPECT_THROW(producer.flush(1s), Failure);
  EXPECT_EQ(consumer.next(1s).state, Next::State::ended);
}

// A callback kept the I/O thread busy over the deadline: whoever waited for a record then waited
// for ever, because nothing ran any more that could have told.
TEST(CloseDeadline, WakesWhoWaitsForARecordEvenWhenACallbackBlocks) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  auto producer = client.producer(topic);
  std::promise<void> blocked;
  std::promise<void> release;
  producer.send({.key = {}, .value = "1"}, [&](Outcome<Delivered>) {
    blocked.set_value();
    release.get_future().wait();
  });
  blocked.get_future().wait();
  auto waiting = std::async(std::launch::async, [&] {
    try {
      producer.send_and_wait({.key = {}, .value = "2"});
    } catch (const Failure& failure) {
      return failure.code();
    }
    return Errc::internal;
  });
  EXPECT_TRUE(eventually([&] { return producer.stats().records_sent == 2; }));
  client.close(100ms);
  release.set_value();
  EXPECT_EQ(waiting.wait_for(20s), std::future_status::ready);
  EXPECT_EQ(waiting.get(), Errc::cancelled);
}

// A request without an answer kept the producer, and that the client, its sockets and its
// thread, until the request timed out: a minute after the last handle had gone.
TEST(CloseDeadline, NothingIsLeftBehindWhenAnAnswerNeverComes) {
  const auto tasks = [] {
    const std::filesystem::directory_iterator all("/proc/self/task");
    return std::distance(begin(all), end(all));
  };
  TestServer server;
  const auto before = tasks();
  {
    auto client = Client::connect(server.profile());
    const auto topic = make_topic(client);
    auto producer = client.producer(topic);
    server.faults().add({.api_key = produce_key, .action = broker::DropAnswer{}, .count = -1});
    producer.send({.key = {}, .value = "1"});
    EXPECT_FALSE(producer.close(200ms));
  }
  EXPECT_TRUE(eventually([&] { return tasks() <= before; }, 40s));
}

// Without `close` and callbacks nobody heard that records were lost.
TEST(CloseDeadline, AProducerThatGoesWithRecordsWarns) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  server.faults().add({.api_key = produce_key, .action = broker::DropAnswer{}, .count = -1});
  ::testing::internal::CaptureStderr();
  client.producer(topic).send({.key = {}, .value = "1"});
  const auto said = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(said.find("were not stored"), std::string::npos) << said;
  EXPECT_NE(said.find(topic), std::string::npos) << said;
}

TEST(CloseDeadline, WakesASenderAndAReaderThatWait) {
  TestServer server;
  auto client = Client::connect(server.profile());
  const auto topic = make_topic(client);
  auto producer = client.producer(topic, {.queue_bytes_max = 100});
  auto consumer = client.consumer(topic, {.start = StartAt::end()});
  server.faults().add({.api_key = produce_key, .action = broker::DropAnswer{}, .count = -1});
  std::atomic<bool> refused{false};
  std::thread sender([&] {
    try {
      for (int i = 0; i < 10; ++i) producer.send({.key = {}, .value = std::string(90, 'x')});
    } catch (const Failure& failure) {
      refused = failure.code() == Errc::cancelled;
    }
  });
  std::thread reader([&] {
    while (consumer.next()) {  // what was stored and not answered
    }
  });
  EXPECT_TRUE(eventually([&] { return producer.stats().queued_bytes > 0; }));
  client.close(300ms);
  sender.join();
  reader.join();
  EXPECT_TRUE(refused);
}

}  // namespace sluice::testing
