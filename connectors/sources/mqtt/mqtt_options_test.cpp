// SPDX-License-Identifier: Apache-2.0
#include "mqtt_options.hpp"

#include <gtest/gtest.h>

namespace sluice::mqtt {
namespace {

using namespace std::chrono_literals;

struct Read {
  MqttOptions options;
  ParseOutcome outcome;
};

Read read(std::vector<std::string> words) {
  Read out;
  OptionSet set;
  set.bind(out.options);
  out.outcome = parse_options(set, {.words = std::move(words), .section = "mqtt"});
  return out;
}

TEST(MqttOptions, TakesTheNamesOfAllGenerations) {
  const auto a = read({"-m", "tcp://h:1883", "--mqtt-topic", "a/+", "-q", "2", "--timeout", "30"});
  ASSERT_TRUE(a.outcome.ok()) << a.outcome.report();
  EXPECT_EQ(a.options.qos, 2);
  EXPECT_EQ(a.options.broker.keep_alive, 30s);

  const auto c = read({"--url", "mqtts://u:p@h", "--topic", "a", "--topic", "$share/g/b/#",
                       "--payload-output-type", "json"});
  ASSERT_TRUE(c.outcome.ok()) << c.outcome.report();
  EXPECT_EQ(c.options.topics, (std::vector<std::string>{"a", "$share/g/b/#"}));
  EXPECT_EQ(c.options.broker.url.user(), "u");
}

TEST(MqttOptions, RefusesWhatCannotWork) {
  const std::vector<std::vector<std::string>> rows = {
      {"--mqtt-url", "mqtt://h"},
      {"--mqtt-topic", "t"},
      {"--mqtt-url", "http://h", "--mqtt-topic", "t"},
      {"--mqtt-url", "mqtt://h/path", "--mqtt-topic", "t"},
      {"--mqtt-url", "mqtt://h?client_id=x", "--mqtt-topic", "t"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", ""},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "a#"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "#/a"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "a/b+/c"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "$share/g"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "$share//t"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "t", "--qos", "3"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "t", "--qos", "-1"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "t", "--payload-output-type", "xml"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "t", "--mqtt-version", "4"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "t", "--keep-alive", "1d"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "t", "--max-in-flight", "0"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "t", "--max-in-flight", "65536"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "t", "--max-packet-size", "1"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "t", "--ca-file", "ca.pem"},
      {"--mqtt-url", "mqtts://h", "--mqtt-topic", "t", "--cert-file", "c.pem"},
      {"--mqtt-url", "mqtts://h", "--mqtt-topic", "t", "--key-file", "k.pem"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "t", "--session-expiry", "200y"},
      {"--mqtt-url", "mqtt://h", "--mqtt-topic", "t", "--user", std::string(70'000, 'x')},
  };
  for (const auto& words : rows) {
    const auto got = read(words);
    EXPECT_FALSE(got.outcome.ok()) << ::testing::PrintToString(words).substr(0, 200);
    if (!got.outcome.ok()) {
      EXPECT_EQ(describe(got.outcome.failure().code()).exit_code, 2);
    }
  }
}

TEST(MqttOptions, AcceptsTopicFilters) {
  for (const auto filter : {"a", "/", "+", "#", "a/+/b/#", "+/+", "$SYS/#", "a//b"}) {
    EXPECT_EQ(topic_filter_problem(filter), "") << filter;
  }
}

}  // namespace
}  // namespace sluice::mqtt
