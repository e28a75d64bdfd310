// SPDX-License-Identifier: Apache-2.0
#include "metric_line.hpp"

#include <gtest/gtest.h>

namespace sluice::graphite {
namespace {

struct Given {
  GraphiteOptions options;
  explicit Given(std::string path) { options.metric_path = std::move(path); }
  [[nodiscard]] Outcome<std::string> made(const SinkRecord& record) const {
    return MetricLine(options, "t").format(record, std::chrono::seconds(99));
  }
};

SinkRecord record(std::string_view value) {
  return {.timestamp = std::chrono::milliseconds(1'700'000'000'999), .key = "k", .value = value};
}

TEST(MetricLine, TheWholeValueIsTheNumber) {
  const Given given("a.b");
  EXPECT_EQ(given.made(record(" 21.5\n")).value(), "a.b 21.5 1700000000\n");
  EXPECT_EQ(given.made(record("-1e3")).value(), "a.b -1e3 1700000000\n");
  for (const auto* bad : {"", "x", "1 2", "nan", "inf", "1,5", "0x10", "true"}) {
    EXPECT_EQ(given.made(record(bad)).error().code, Errc::malformed) << bad;
  }
}

TEST(MetricLine, FieldsMakePathValueTimeAndTags) {
  Given given("plant.{site}.{@key}");
  given.options.value_field = "m.temp";
  given.options.time_field = "at";
  given.options.tags = {{"host", "{host}"}, {"fixed", "x"}};
  EXPECT_EQ(given.made(record(R"({"site":"n1","m":{"temp":"3"},"at":7.9,"host":"a.b"})")).value(),
            "plant.n1.k;fixed=x;host=a.b 3 7\n");
  EXPECT_EQ(given.made(record(R"({"site":"n1","m":{"temp":3},"at":1700000000000,"host":"a"})"))
                .error()
                .code,
            Errc::malformed);
  EXPECT_EQ(given.made(record(R"({"site":"n1","at":1,"host":"a"})")).error().code, Errc::malformed);
}

TEST(MetricLine, AFieldMakesNoLevelsTagsOrLines) {
  Given given("a.{f}");
  given.options.value_field = "v";
  given.options.tags = {{"g", "{f}"}};
  EXPECT_EQ(given.made(record("{\"f\":\"x.y z;q=1\\n\",\"v\":1}")).value(),
            "a.x_y_z_q_1_;g=x.y_z_q_1_ 1 1700000000\n");
  EXPECT_EQ(given.made(record(R"({"f":"","v":1})")).error().code, Errc::malformed);
}

TEST(MetricLine, TheTimeIsNowWhenItIsAskedForOrThereIsNoOther) {
  Given given("a");
  EXPECT_EQ(given.made({.value = "1"}).value(), "a 1 99\n");
  given.options.time = Time::now;
  EXPECT_EQ(given.made(record("1")).value(), "a 1 99\n");
}

TEST(MetricLine, WhatCarbonDoesNotReadIsTooLarge) {
  const Given given("{@key}");
  auto large = record("1");
  const std::string key(20'000, 'x');
  large.key = key;
  EXPECT_EQ(given.made(large).error().code, Errc::record_too_large);
}

TEST(GraphiteAddress, HostAndPort) {
  std::string problem;
  EXPECT_EQ(parse_address("carbon", problem)->port, 2003);
  EXPECT_EQ(parse_address("[::1]:5", problem)->host, "::1");
  EXPECT_EQ(parse_address("[::1]:5", problem)->port, 5);
  for (const auto* bad : {"", ":1", "h:x", "h:0", "h:70000", "[::1", "http://h"}) {
    EXPECT_FALSE(parse_address(bad, problem)) << bad;
  }
}

TEST(GraphitePath, IsCheckedBeforeTheStart) {
  EXPECT_EQ(template_problem("a.{b}.c", false), "");
  for (const auto* bad : {"", "a b", "a..b", ".a", "a;b", "{", "{}"}) {
    EXPECT_NE(template_problem(bad, false), "") << bad;
  }
}

}  // namespace
}  // namespace sluice::graphite
