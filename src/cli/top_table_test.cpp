// SPDX-License-Identifier: Apache-2.0
#include "cli/top_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

using std::chrono::seconds;
using Json = nlohmann::ordered_json;

const auto start = *parse_utc("2026-11-26T12:00:00Z");

LocalConnector connector_with(std::int64_t read, std::int64_t pid = 7) {
  return {.name = "n",
          .socket = "/n",
          .status = {{"name", "n"},
                     {"connector", "c"},
                     {"direction", "sink"},
                     {"state", "running"},
                     {"topic", "t"},
                     {"pid", pid},
                     {"started", "2026-11-26T12:00:00Z"},
                     {"records", {{"read", read}, {"delivered", read / 2}, {"in_flight", 3}}},
                     {"errors", {{"tls", 2}, {"io", 1}}},
                     {"retries", 4},
                     {"lag", 5}},
          .problem = {}};
}

struct TopTableTest : testing::Test {
  TopTable table;
  Json row(const LocalConnector& connector, seconds after) {
    return Json::parse(table.next({&connector, 1}, start + after).json()).at(0);
  }
};

TEST_F(TopTableTest, TheFirstRatesAreThoseSinceTheStart) {
  const auto first = row(connector_with(1'000), seconds(10));
  EXPECT_EQ(first["in_per_second"], 100);
  EXPECT_EQ(first["out_per_second"], 50);
  EXPECT_EQ(first["errors"], 3);
  EXPECT_EQ(first["lag"], 5);
  EXPECT_EQ(first["uptime_seconds"], 10);
}

TEST_F(TopTableTest, TheNextAreSinceTheLastLook) {
  row(connector_with(1'000), seconds(10));
  EXPECT_EQ(row(connector_with(1'500), seconds(12))["in_per_second"], 250);
}

TEST_F(TopTableTest, ARestartBeginsAnew) {
  row(connector_with(1'000), seconds(10));
  EXPECT_EQ(row(connector_with(40, 8), seconds(20))["in_per_second"], 2);
}

TEST_F(TopTableTest, AConnectorThatSaysLessIsShown) {
  const LocalConnector bare{.name = "n", .socket = "/n", .status = {{"name", "n"}}, .problem = {}};
  EXPECT_TRUE(row(bare, seconds(1))["in_per_second"].is_null());
}

TEST_F(TopTableTest, OneThatDoesNotAnswerSaysSo) {
  const LocalConnector silent{.name = "n",
                              .socket = "/n",
                              .status = nullptr,
                              .problem = Error{Errc::timed_out, "no answer", {}}};
  const auto shown = row(silent, seconds(1));
  EXPECT_EQ(shown["state"], "no answer");
  EXPECT_EQ(shown["last_error"], "no answer");
}

TEST(TopTable, SaysThatNothingRuns) {
  EXPECT_EQ(TopTable().next({}, start).table(), "no connectors run here\n");
}

}  // namespace
}  // namespace sluice::cli
