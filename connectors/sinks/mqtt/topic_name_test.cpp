// SPDX-License-Identifier: Apache-2.0
#include "topic_name.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <sluice/json_text.hpp>

#include "sink_options.hpp"

namespace sluice::mqtt {
namespace {

using namespace std::string_literals;

Outcome<std::string> made(std::string_view name, const SinkRecord& record) {
  std::string problem;
  const auto parsed = common::TextTemplate::parse(name, problem);
  EXPECT_TRUE(parsed) << problem;
  const common::RecordFields fields(record.value);
  return topic_name(parsed.value(), {.record = record, .topic = "t", .fields = fields});
}

SinkRecord with_key(std::string_view key) {
  return {.partition = {0}, .offset = {7}, .key = key, .value = R"({"bell":"a\u0007"})"};
}

TEST(TopicName, HasTheTextsOfItsPlaces) {
  EXPECT_EQ(made("a/{@key}", with_key("x/y z")).value(), "a/x/y z");
  EXPECT_EQ(made("größe/{@key}", with_key("\u00a0日本 \U0001f600")).value(),
            "größe/\u00a0日本 \U0001f600");
}

// A strict broker closed the connection over a binary key, and over the same one after each new
// connection: the sink never came past it.
TEST(TopicName, RefusesWhatABrokerWouldCloseTheConnectionFor) {
  struct Row {
    std::string key;
    std::string shown;
    std::string why;
  };
  const Row rows[] = {
      {"\xff\xfe", R"(\xFF\xFE)", "is not UTF-8 text"},
      {"caf\xe9", R"(caf\xE9)", "is not UTF-8 text"},
      {"\xed\xa0\x80", R"(\xED\xA0\x80)", "is not UTF-8 text"},
      {"a\0"s, R"(a\x00)", "has the control character U+0000"},
      {"a\n", R"(a\x0A)", "has the control character U+000A"},
      {"a\x1f", R"(a\x1F)", "has the control character U+001F"},
      {"\x7f", R"(\x7F)", "has the control character U+007F"},
      {"\u0080", R"(\xC2\x80)", "has the control character U+0080"},
      {"é\u009f", R"(\xC3\xA9\xC2\x9F)", "has the control character U+009F"},
      {"é+", "é+", "has a `+` or a `#`, which are for subscribers"},
      {"#", "#", "has a `+` or a `#`, which are for subscribers"},
  };
  for (const auto& [key, shown, why] : rows) {
    const auto topic = made("a/{@key}", with_key(key));
    ASSERT_FALSE(topic.ok()) << shown;
    EXPECT_EQ(topic.error().code, Errc::malformed) << shown;
    EXPECT_EQ(topic.error().message(), '`' + shown + "` cannot stand in a topic: it " + why);
  }
}

TEST(TopicName, RefusesAControlCharacterOfAJsonEscape) {
  const auto topic = made("a/{bell}", with_key("k"));
  ASSERT_FALSE(topic.ok());
  EXPECT_EQ(topic.error().code, Errc::malformed);
}

TEST(TopicName, ShowsTheBeginOfALongKeyOnly) {
  const auto topic = made("{@key}", with_key(std::string(1'000'000, '\xff')));
  ASSERT_FALSE(topic.ok());
  EXPECT_LT(topic.error().message().size(), 400U);
  EXPECT_TRUE(
      std::ranges::all_of(topic.error().message(), [](char c) { return c >= 0x20 && c < 0x7f; }));
  std::string umlauts = "x";
  while (umlauts.size() < 1000) umlauts += "ü";
  EXPECT_TRUE(is_utf8(printable(umlauts)));
  EXPECT_LT(printable(umlauts).size(), 100U);
}

TEST(TopicName, IsNeitherEmptyNorTooLong) {
  EXPECT_EQ(made("{@key}", with_key("")).error().code, Errc::malformed);
  EXPECT_TRUE(made("{@key}", with_key(std::string(65'535, 'x'))).ok());
  EXPECT_EQ(made("{@key}", with_key(std::string(65'536, 'x'))).error().code, Errc::malformed);
}

std::vector<OptionProblems::Item> problems_of(const std::string& topic) {
  SinkOptions options;
  options.broker.url = Url("mqtt://broker");
  options.topic = topic;
  OptionProblems problems;
  validate_options(options, problems);
  return problems.items();
}

TEST(TopicName, OfTheOptionKeepsTheSameRules) {
  EXPECT_TRUE(problems_of("a/{@key}/größe").empty());
  for (const char* topic : {"a/#", "a\t{@key}", "caf\xe9/{@key}", "a\u0085"}) {
    const auto problems = problems_of(topic);
    ASSERT_EQ(problems.size(), 1U) << printable(topic);
    EXPECT_EQ(problems[0].option, "mqtt-topic");
  }
}

}  // namespace
}  // namespace sluice::mqtt
