// SPDX-License-Identifier: Apache-2.0

// Consumers and producers with SmartModules, against the embedded server, and a real cluster
// when there is one. What only the embedded server does is said where it is tested.

#include <chrono>
#include <fstream>
#include <set>

#include "client_fixture.hpp"

namespace sluice::testing {
namespace {

std::string wasm_of(const std::string& name) {
  const std::filesystem::path path(SLUICE_TEST_DATA);
  std::ifstream file(path / "smartmodule/basic" / (name + ".wasm"), std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}
SmartModuleInvocation ad_hoc(const std::string& name,
                             std::map<std::string, std::string> params = {}) {
  return {.name = name, .wasm = wasm_of(name), .params = std::move(params)};
}

void produce(Client& client, const std::string& topic, const std::vector<std::string>& values) {
  auto producer = client.producer(topic);
  // One batch each: what a server makes of several is what is difficult.
  for (const auto& value : values) producer.send_and_wait({.key = std::nullopt, .value = value});
}

struct Read {
  std::vector<std::int64_t> offsets;
  std::vector<std::string> values;
  std::string error;
};
Read read_to_end(Client& client, const std::string& topic, ConsumerOptions options) {
  options.until_end = true;
  // The embedded server says how far it is: its silence is that of a busy machine.
  options.silence_max = std::chrono::seconds(AnyServer::GetParam() ? 5 : 60);
  if (options.start.from == StartAt::From::end) options.start = StartAt::beginning();
  auto consumer = client.consumer(topic, std::move(options));
  Read out;
  try {
    while (const auto records = consumer.next()) {
      for (const auto& record : *records) {
        out.offsets.push_back(record.offset.value);
        out.values.emplace_back(record.value);
      }
    }
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::smartmodule) << failure.what();
    out.error = failure.what();
  }
  consumer.close(std::chrono::seconds(10));
  return out;
}

using Values = std::vector<std::string>;
using Offsets = std::vector<std::int64_t>;

class SmartModules : public AnyServer {
 protected:
  [[nodiscard]] static bool is_real() { return GetParam(); }
};

}  // namespace

TEST_P(SmartModules, AnAdHocFilterLeavesRecordsOut) {
  const auto name = topic("filter");
  produce(client(), name, {"apple", "plum", "banana", "kiwi"});
  const auto read = read_to_end(client(), name, {.smartmodules = {ad_hoc("filter_contains_a")}});
  EXPECT_EQ(read.values, (Values{"apple", "banana"}));
  EXPECT_EQ(read.error, "");
  if (!is_real()) EXPECT_EQ(read.offsets, (Offsets{0, 2}));
}

TEST_P(SmartModules, ANamedOneGetsItsParameters) {
  const auto module = fresh_topic("named");
  client().admin().create_smartmodule(module, wasm_of("filter_key"));
  const auto name = topic("named");
  produce(client(), name, {"apple", "plum"});
  const auto with = [&](std::map<std::string, std::string> params) {
    return read_to_end(client(), name,
                       {.smartmodules = {{.name = module, .params = std::move(params)}}});
  };
  EXPECT_EQ(with({{"key", "pl"}}).values, (Values{"apple", "plum"}));
  EXPECT_EQ(with({{"key", "um"}}).values, Values{"plum"});
  const auto refused = with({});
  EXPECT_NE(refused.error.find("Missing param key"), std::string::npos) << refused.error;
  client().admin().delete_smartmodule(module);
  // A data node of a real cluster hears of it a little later.
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  std::string error;
  while (error.empty() && std::chrono::steady_clock::now() < until) {
    error = with({{"key", "a"}}).error;
  }
  EXPECT_NE(error.find(module), std::string::npos) << error;
}

TEST_P(SmartModules, ReadingEndsThoughEverythingIsLeftOut) {
  const auto name = topic("nothing");
  produce(client(), name, {"kiwi", "plum", "fig"});
  const auto read = read_to_end(client(), name, {.smartmodules = {ad_hoc("filter_contains_a")}});
  EXPECT_EQ(read.values, Values{});
  EXPECT_EQ(read.error, "");
}

TEST_P(SmartModules, AChainRunsInItsOrder) {
  const auto name = topic("chain");
  produce(client(), name, {"apple", "plum", "banana"});
  const auto read = read_to_end(
      client(), name,
      {.smartmodules = {ad_hoc("filter_contains_a"), ad_hoc("map_prefix", {{"prefix", "-"}})}});
  EXPECT_EQ(read.values, (Values{"-APPLE", "-BANANA"}));
}

TEST_P(SmartModules, AnAggregateStartsWithWhatItIsGiven) {
  const auto name = topic("aggregate");
  produce(client(), name, {"a", "b", "c"});
  auto module = ad_hoc("aggregate_concat");
  module.accumulator = "0";
  EXPECT_EQ(read_to_end(client(), name, {.smartmodules = {module}}).values,
            (Values{"0a", "0ab", "0abc"}));
}

TEST_P(SmartModules, RecordsComeBeforeTheErrorOverTheNext) {
  const auto name = topic("error");
  produce(client(), name, {"2", "4", "x", "6"});
  const auto read = read_to_end(client(), name, {.smartmodules = {ad_hoc("filter_map_halve")}});
  EXPECT_EQ(read.values, (Values{"1", "2"}));
  EXPECT_NE(read.error.find("not a whole number"), std::string::npos) << read.error;
}

TEST_P(SmartModules, AManagedOffsetNeverPassesWhatWasNotDelivered) {
  const auto name = topic("managed");
  produce(client(), name, {"a", "k", "ba", "k", "ca", "k"});
  ConsumerOptions options{.start = StartAt::beginning(),
                          .consumer_id = fresh_topic("me"),
                          .strategy = OffsetStrategy::manual,
                          .smartmodules = {ad_hoc("filter_contains_a")}};
  std::set<std::string> seen;
  // A consumer that stops after each record, and is started again.
  for (int round = 0; round < 20 && seen.size() < 3; ++round) {
    auto consumer = client().consumer(name, options);
    const auto next = consumer.next(std::chrono::seconds(20));
    ASSERT_EQ(next.state, Next::State::records);
    seen.emplace(next.records.front().value);
    consumer.commit(next.records.partition(), next.records.front().offset);
    EXPECT_TRUE(consumer.close(std::chrono::seconds(20)));
    produce(client(), name, {"k"});
  }
  EXPECT_EQ(seen, (std::set<std::string>{"a", "ba", "ca"}));
}

TEST_P(SmartModules, AProducersRecordsGoThroughThemAndHaveNoOffset) {
  const auto name = topic("produce");
  auto producer = client().producer(name, {.smartmodules = {ad_hoc("filter_contains_a")}});
  EXPECT_EQ(producer.send_and_wait({.key = std::nullopt, .value = "plum"}).offset.value, -1);
  EXPECT_EQ(producer.send_and_wait({.key = "k", .value = "apple"}).offset.value, -1);
  EXPECT_EQ(producer.stats().records_acked, 2U);
  EXPECT_EQ(read_to_end(client(), name, {}).values, Values{"apple"});
}

TEST_P(SmartModules, ARecordThatAProducersModuleRefusesIsNotStored) {
  const auto name = topic("refused");
  auto producer = client().producer(name, {.smartmodules = {ad_hoc("filter_map_halve")}});
  static_cast<void>(producer.send_and_wait({.key = std::nullopt, .value = "8"}));
  try {
    static_cast<void>(producer.send_and_wait({.key = std::nullopt, .value = "x"}));
    ADD_FAILURE() << "it was taken";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::smartmodule) << failure.what();
  }
  EXPECT_EQ(read_to_end(client(), name, {}).values, Values{"4"});
}

INSTANTIATE_TEST_SUITE_P(Embedded, SmartModules, ::testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Real, SmartModules, ::testing::Values(true));

}  // namespace sluice::testing
