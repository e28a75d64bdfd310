// SPDX-License-Identifier: Apache-2.0
#include "connector/health.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/fakes.hpp"

namespace sluice::connector {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

const Identity identity{
    .connector = "c", .version = "1.0.0", .direction = "source", .name = "n", .topic = "t\"x"};

struct HealthTest : testing::Test {
  fakes::ManualClock clock;
  Stats stats{clock};

  void SetUp() override { stats.phase(Phase::running); }
  Readiness ready() { return readiness(stats.snapshot(), clock.now(), seconds(30)); }
  std::string metrics() { return metrics_text(identity, stats.snapshot(), ready(), clock.wall()); }
};

TEST_F(HealthTest, ReadyWhenRunningWithNothingToDo) {
  EXPECT_TRUE(ready().ready);
}

TEST_F(HealthTest, NotReadyWhileStartingOrDraining) {
  stats.phase(Phase::starting);
  EXPECT_THAT(ready().reasons, ElementsAre("the connector is starting"));
  stats.phase(Phase::draining);
  EXPECT_THAT(ready().reasons, ElementsAre("the connector is draining"));
}

TEST_F(HealthTest, NotReadyWithoutTheOutside) {
  stats.outside(Outside::disconnected);
  stats.error({Errc::connection_refused, "127.0.0.1:1883 refuses", {}});
  EXPECT_THAT(ready().reasons, ElementsAre("not connected to the outside: 127.0.0.1:1883 refuses"));
}

TEST_F(HealthTest, NotReadyWithoutTheCluster) {
  stats.cluster_away(true);
  EXPECT_THAT(ready().reasons, ElementsAre("not connected to the cluster"));
  stats.cluster_away(false);
  EXPECT_TRUE(ready().ready);
}

TEST_F(HealthTest, NotReadyWhenWorkWaitsAndNothingIsDone) {
  stats.progress();
  stats.read(2, 10);
  clock.advance(seconds(30));
  EXPECT_TRUE(ready().ready);
  clock.advance(seconds(1));
  EXPECT_THAT(ready().reasons, ElementsAre("2 records wait, and none was done for 31 s"));

  stats.delivered(1, 5);
  EXPECT_TRUE(ready().ready);
}

TEST_F(HealthTest, AnIdleConnectorStaysReady) {
  stats.read(1, 1);
  stats.delivered(1, 1);
  clock.advance(std::chrono::hours(5));
  EXPECT_TRUE(ready().ready);
}

TEST_F(HealthTest, ReadinessIsJson) {
  stats.phase(Phase::starting);
  EXPECT_EQ(readiness_json(ready()),
            "{\"ready\":false,\"reasons\":[\"the connector is starting\"]}\n");
  stats.phase(Phase::running);
  EXPECT_EQ(readiness_json(ready()), "{\"ready\":true}\n");
}

TEST_F(HealthTest, MetricsHaveTheLedger) {
  stats.read(7, 50);
  stats.delivered(3, 30);
  stats.failed(1);
  stats.filtered("not json");
  stats.dead_lettered(1);
  stats.error({Errc::tls, "", {}});
  const auto text = metrics();
  EXPECT_THAT(text, HasSubstr("sluice_connector_records_read_total 7\n"));
  EXPECT_THAT(text, HasSubstr("sluice_connector_records_delivered_total 3\n"));
  EXPECT_THAT(text, HasSubstr("sluice_connector_records_failed_total 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_connector_records_filtered_total{reason=\"not json\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_connector_records_dead_lettered_total 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_connector_records_in_flight 1\n"));
  EXPECT_THAT(text, HasSubstr("sluice_connector_errors_total{code=\"tls\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("topic=\"t\\\"x\""));
}

TEST_F(HealthTest, MetricsHaveEachSmartModule) {
  EXPECT_THAT(metrics(), testing::Not(HasSubstr("transform")));
  stats.add_step("clean", "filter").add({.calls = 2, .records_in = 10, .records_out = 4});
  stats.add_step("jolt", "map").add({.faults = 1, .time = std::chrono::milliseconds(1'500)});
  const auto text = metrics();
  for (const auto* line : {
           R"(transform_calls_total{step="0",module="clean",kind="filter"} 2)",
           R"(transform_records_in_total{step="0",module="clean",kind="filter"} 10)",
           R"(transform_records_out_total{step="0",module="clean",kind="filter"} 4)",
           R"(transform_faults_total{step="1",module="jolt",kind="map"} 1)",
           R"(transform_seconds_total{step="1",module="jolt",kind="map"} 1.5)",
       }) {
    EXPECT_THAT(text, HasSubstr("sluice_connector_" + std::string(line) + "\n"));
  }
}

TEST_F(HealthTest, MetricsSayHowOldTheCheckpointIs) {
  EXPECT_THAT(metrics(), testing::Not(HasSubstr("checkpoint_age_seconds")));
  stats.checkpoint_stored();
  clock.advance(seconds(12));
  EXPECT_THAT(metrics(), HasSubstr("sluice_connector_checkpoint_age_seconds 12\n"));
}

TEST_F(HealthTest, ReasonsAreBounded) {
  for (int i = 0; i < 1'000; ++i) stats.filtered(std::to_string(i));
  const auto now = stats.snapshot();
  EXPECT_LE(now.filtered.size(), 65U);
  EXPECT_EQ(now.records_filtered, 1'000U);
  std::uint64_t sum = 0;
  for (const auto& [reason, count] : now.filtered) sum += count;
  EXPECT_EQ(sum, 1'000U);
}

TEST_F(HealthTest, APausedConnectorIsAliveAndNotReady) {
  stats.paused(true);
  EXPECT_THAT(ready().reasons, ElementsAre("the connector is paused"));
  EXPECT_THAT(status_json(identity, stats.snapshot(), ready()),
              HasSubstr(R"("state":"paused","paused":true)"));
  EXPECT_THAT(metrics(), HasSubstr("sluice_connector_paused 1\n"));
  stats.phase(Phase::draining);
  EXPECT_THAT(status_json(identity, stats.snapshot(), ready()), HasSubstr(R"("state":"draining")"));
}

TEST_F(HealthTest, StatusHasTheLastErrors) {
  for (int i = 0; i < 30; ++i) stats.error({Errc::tls, "error " + std::to_string(i), {}});
  const auto now = stats.snapshot();
  ASSERT_EQ(now.recent_errors.size(), 20U);
  EXPECT_EQ(now.recent_errors.front().text, "error 10");
  EXPECT_THAT(status_json(identity, now, ready()),
              HasSubstr(R"("code":"tls","text":"error 29"}])"));
}

TEST_F(HealthTest, StatusIsJsonWhateverTheTextsHold) {
  stats.error({Errc::io, "bytes \xff\x01 \"quoted\"", {}});
  const auto text = status_json(identity, stats.snapshot(), ready());
  EXPECT_THAT(text, HasSubstr("\"topic\":\"t\\\"x\""));
  EXPECT_THAT(text, HasSubstr("\\u0001 \\\"quoted\\\""));
}

}  // namespace
}  // namespace sluice::connector
