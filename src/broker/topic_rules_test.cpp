// SPDX-License-Identifier: Apache-2.0
#include "broker/topic_rules.hpp"

#include <gtest/gtest.h>

#include "broker/catalog.hpp"
#include "broker/faults.hpp"
#include "broker/sc_session.hpp"

namespace sluice::broker {
namespace {

using wire::Code;

Code refusal(const wire::TopicSpec& spec, const std::string& name = "t") {
  const auto refused = refuse_topic(name, spec, 100);
  return refused ? refused->code.code : Code::none;
}

wire::TopicSpec computed(std::uint32_t partitions, std::uint32_t replicas = 1) {
  return {.replicas = wire::ComputedReplicas{partitions, replicas, false}};
}
wire::TopicSpec assigned(std::vector<wire::PartitionAssignment> maps) {
  return {.replicas = wire::AssignedReplicas{std::move(maps)}};
}
wire::TopicSpec stored(std::optional<std::uint32_t> segment, std::optional<std::uint64_t> all) {
  return {.storage = wire::TopicStorage{segment, all}};
}

TEST(TopicRules, NamesAreLowerCaseDigitsAndDashes) {
  for (const auto* good : {"a", "0", "a-b", "x1"}) EXPECT_EQ(refusal({}, good), Code::none);
  for (const auto* bad : {"", "-a", "a-", "A", "a_b", "a.b", "a/b", "../x", "ü"}) {
    EXPECT_EQ(refusal({}, bad), Code::topic_invalid_name) << bad;
  }
  EXPECT_EQ(refusal({}, std::string(63, 'a')), Code::none);
  EXPECT_EQ(refusal({}, std::string(64, 'a')), Code::topic_invalid_name);
}

TEST(TopicRules, LimitsOfTheStorageAreTheOfficialOnes) {
  EXPECT_EQ(refusal({.cleanup_policy = wire::SegmentCleanup{9}}),
            Code::topic_invalid_configuration);
  EXPECT_EQ(refusal({.cleanup_policy = wire::SegmentCleanup{10}}), Code::none);
  EXPECT_EQ(refusal(stored(1023, {})), Code::topic_invalid_configuration);
  EXPECT_EQ(refusal(stored(1024, 2047)), Code::topic_invalid_configuration);
  EXPECT_EQ(refusal(stored(1024, 2048)), Code::none);
  EXPECT_EQ(refusal(stored(4096, 2048)), Code::topic_invalid_configuration);
  EXPECT_EQ(refusal(stored({}, 2048)), Code::topic_invalid_configuration);
}

TEST(TopicRules, OneCopyOnTheOneSpu) {
  EXPECT_EQ(refusal(computed(0)), Code::topic_error);
  EXPECT_EQ(refusal(computed(1, 3)), Code::topic_error);
  EXPECT_EQ(refusal(computed(101)), Code::topic_error);
  EXPECT_EQ(refusal(computed(100)), Code::none);
  EXPECT_EQ(refusal(assigned({{0, {5001}, {}}, {1, {5001}, {}}})), Code::none);
  EXPECT_EQ(refusal(assigned({})), Code::topic_error);
  EXPECT_EQ(refusal(assigned({{1, {5001}, {}}})), Code::topic_error);
  EXPECT_EQ(refusal(assigned({{0, {5002}, {}}})), Code::topic_error);
  EXPECT_EQ(refusal(assigned({{0, {5001, 5002}, {}}})), Code::topic_error);
  EXPECT_EQ(refusal({.replicas = wire::MirrorReplicas{}}), Code::topic_invalid_replica_type);
}

TEST(TopicRules, ASmartModuleIsNamedAloneOrWithGroupAndVersion) {
  for (const auto* good : {"dedup", "g/dedup", "g/dedup@0.1.0", "a@b"}) {
    EXPECT_TRUE(is_smartmodule_reference(good)) << good;
  }
  for (const auto* bad : {"", "g/", "g/@1", "g/dedup@", "g/dedup@x"}) {
    EXPECT_FALSE(is_smartmodule_reference(bad)) << bad;
  }
}

TEST(SmartModuleKey, AReferenceBecomesTheStoredName) {
  EXPECT_EQ(smartmodule_key("on-a"), "on-a");
  EXPECT_EQ(smartmodule_key("fluvio/dedup@0.1.0"), "dedup-fluvio-0.1.0");
  EXPECT_EQ(smartmodule_key("fluvio/dedup"), "dedup-fluvio");
  EXPECT_EQ(smartmodule_key("dedup@0.1.0"), "dedup@0.1.0");
  EXPECT_EQ(smartmodule_key("a@b/c"), "c-a@b");
}

TEST(Semver, IsWhatTheControlPlaneAsksOfClients) {
  for (const auto* good : {"0.50.2", "1.2.3-dev-1", "10.0.0+x"}) EXPECT_TRUE(is_semver(good));
  for (const auto* bad : {"", "1", "1.2", "1.2.x", "a.b.c", "1..2"}) EXPECT_FALSE(is_semver(bad));
}

TEST(ByteBudgetTest, GivesInOrderWhatComesBack) {
  ByteBudget budget(100);
  std::vector<int> order;
  ASSERT_TRUE(budget.acquire(80, {}));
  EXPECT_FALSE(budget.acquire(50, [&] { order.push_back(1); }));
  EXPECT_FALSE(budget.acquire(10, [&] { order.push_back(2); }));  // not past the first
  budget.release(20);
  EXPECT_TRUE(order.empty());
  budget.release(60);
  EXPECT_EQ(order, (std::vector<int>{1, 2}));
  EXPECT_EQ(budget.free_bytes(), 40U);
}

TEST(ByteBudgetTest, ChargesWhatIsMadeAlreadyAndTellsWhenThereIsRoom) {
  ByteBudget budget(100);
  ASSERT_TRUE(budget.charge(150));
  EXPECT_FALSE(budget.has_room());
  EXPECT_TRUE(budget.charge(50));
  EXPECT_FALSE(budget.charge(1)) << "twice the capacity";
  int looked = 0;
  budget.when_room([&] { ++looked; });
  budget.release(50);
  EXPECT_EQ(looked, 0);
  budget.release(150);
  EXPECT_EQ(looked, 1);
  budget.when_room([&] { ++looked; });
  EXPECT_EQ(looked, 2);
  EXPECT_TRUE(budget.charge(1000)) << "alone";
  budget.release(1000);
  EXPECT_EQ(budget.free_bytes(), 100U);
}

TEST(FaultsTest, ARuleHitsAsOftenAsItSays) {
  Faults faults;
  faults.add(
      {.listener = Listener::spu, .api_key = 0, .action = DropAnswer{}, .skip = 1, .count = 2});
  const auto hit = [&](std::uint16_t key) {
    return faults.on_request(Listener::spu, {key, 25, 1, "c"}, 10).has_value();
  };
  EXPECT_FALSE(hit(0));
  EXPECT_FALSE(hit(1002));
  EXPECT_TRUE(hit(0));
  EXPECT_TRUE(hit(0));
  EXPECT_FALSE(hit(0));
}

TEST(FaultsTest, KeepsTheLastRequestsWhenAsked) {
  Faults faults;
  std::ignore = faults.on_request(Listener::sc, {1001, 19, 1, "before"}, 5);
  faults.record_requests(2);
  for (const auto* id : {"a", "b", "c"}) {
    std::ignore = faults.on_request(Listener::sc, {1001, 19, 1, id}, 5);
  }
  const auto records = faults.requests();
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].client_id, "b");
  EXPECT_EQ(records[1].api_key, 1001);
}

}  // namespace
}  // namespace sluice::broker
