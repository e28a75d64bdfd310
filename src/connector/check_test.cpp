// SPDX-License-Identifier: Apache-2.0
#include "connector/check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/fakes.hpp"

namespace sluice::connector {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

JobSettings settings_for(const std::string& topic) {
  JobSettings settings;
  settings.common.topic = topic;
  settings.common.name = "n";
  settings.common.connect_timeout = fakes::patience;
  return settings;
}

// What the cluster check says, with the cluster that `prepare` made.
EndCheck check_with(const JobSettings& settings,
                    const std::function<void(fakes::FakeCluster&)>& prepare,
                    const std::string& consumer_id = {}) {
  const Connect connect = [&] {
    auto cluster = std::make_unique<fakes::FakeCluster>();
    prepare(*cluster);
    return cluster;
  };
  return check_cluster(settings, connect, consumer_id);
}

TEST(ClusterCheck, SaysThatTheTopicWillBeMadeAndMakesNothing) {
  const auto check = check_with(settings_for("t"), [](auto& cluster) {
    cluster.topic_failure = Error{Errc::internal, "a topic was made", {}};
  });
  EXPECT_FALSE(check.problem);
  EXPECT_THAT(check.found,
              ElementsAre("connected to fake:9003",
                          "the topic `t` is not there and will be made, with 1 partition"));
}

TEST(ClusterCheck, ReadsFromTheDataNodes) {
  const auto there = [](auto& cluster) { cluster.topics.emplace_back("t", TopicConfig{}); };
  EXPECT_THAT(check_with(settings_for("t"), there).found.back(), "the topic `t` is there");

  auto impatient = settings_for("t");
  impatient.common.connect_timeout = milliseconds(200);
  const auto silent = check_with(impatient, [&](auto& cluster) {
    there(cluster);
    cluster.script->end_after = false;
  });
  ASSERT_TRUE(silent.problem);
  EXPECT_EQ(silent.problem->code, Errc::timed_out);
}

TEST(ClusterCheck, NamesAMissingSmartModule) {
  auto settings = settings_for("t");
  settings.smartmodules.map = "clean";
  const auto check = check_with(settings, [](auto&) {});
  ASSERT_TRUE(check.problem);
  EXPECT_EQ(check.problem->code, Errc::smartmodule);
  EXPECT_THAT(check.problem->context, HasSubstr("`clean`"));
}

TEST(ClusterCheck, ShowsTheOffsetsOfASink) {
  const auto check = check_with(
      settings_for("t"), [](auto& cluster) { cluster.offsets[PartitionId{0}] = Offset{41}; }, "n");
  EXPECT_THAT(check.found.back(), "offsets of 1 partition are stored for `n`");
}

TEST(ClusterCheck, SaysWhyThereIsNoConnection) {
  const Connect refuse = []() -> std::unique_ptr<Cluster> {
    throw Failure(Errc::connection_refused, "127.0.0.1:1");
  };
  const auto check = check_cluster(settings_for("t"), refuse, {});
  EXPECT_EQ(check_json(check),
            "{\"end\":\"cluster\",\"ok\":false,\"detail\":\"127.0.0.1:1\","
            "\"code\":\"connection_refused\"}\n");
}

TEST(OutsideCheck, SaysWhatWasFound) {
  const auto check = check_outside({}, fakes::patience, [](CheckContext& context) {
    context.found("a");
    context.found("b");
  });
  EXPECT_EQ(check_json(check),
            "{\"end\":\"outside\",\"ok\":true,\"detail\":\"a; b\",\"code\":\"\"}\n");
}

TEST(OutsideCheck, SaysThatNothingWasChecked) {
  const auto check = check_outside({}, fakes::patience, [](CheckContext&) {});
  EXPECT_FALSE(check.problem);
  EXPECT_THAT(check.found, ElementsAre(HasSubstr("not checked")));
}

TEST(OutsideCheck, HasAnEndWhenTheAuthorsCodeHasNone) {
  const auto hold = std::make_shared<std::atomic<bool>>(true);
  const auto check = check_outside({}, milliseconds(1), [hold](CheckContext&) {
    while (*hold) std::this_thread::yield();
  });
  EXPECT_TRUE(check.is_stuck);
  ASSERT_TRUE(check.problem);
  EXPECT_EQ(check.problem->code, Errc::timed_out);
  *hold = false;
}

TEST(OutsideCheck, WhatTheCheckThrowsIsTheProblem) {
  const auto check = check_outside({}, fakes::patience, [](CheckContext&) {
    throw Failure(Errc::permission_denied, "wrong password");
  });
  ASSERT_TRUE(check.problem);
  EXPECT_EQ(check.problem->context, "wrong password");
}

}  // namespace
}  // namespace sluice::connector
