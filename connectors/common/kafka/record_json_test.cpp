// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/record_json.hpp"

#include <gtest/gtest.h>

namespace sluice::common {
namespace {

using namespace std::chrono_literals;

std::string json_of(const KafkaRecordView& record) {
  std::string out;
  append_record_json(out, record);
  return out;
}

TEST(KafkaRecordJson, SaysAllOfARecord) {
  EXPECT_EQ(json_of({.topic = "t",
                     .partition = 2,
                     .offset = 7,
                     .timestamp = 5ms,
                     .key = "k",
                     .value = "say \"hi\"",
                     .headers = {{"h", "x"}, {"h", std::nullopt}}}),
            R"({"topic":"t","partition":2,"offset":7,"timestamp":5,"timestamp_type":"create",)"
            R"("key":"k","value":"say \"hi\"",)"
            R"("headers":[{"name":"h","value":"x"},{"name":"h","value":null}]})");
  EXPECT_EQ(json_of({.topic = "t", .value = ""}),
            R"({"topic":"t","partition":0,"offset":0,"timestamp":null,"timestamp_type":null,)"
            R"("key":null,"value":"","headers":[]})");
}

TEST(KafkaRecordJson, ReadsBackTheSameBytes) {
  const std::vector<std::string> texts = {"",
                                          "a",
                                          "ab",
                                          "abc",
                                          "\xff",
                                          "\xc0\x80",
                                          "ü€😀",
                                          std::string(1, '\0'),
                                          "\xed\xa0\x80",
                                          "\xf4\x90\x80\x80",
                                          "a\xe2\x82"};
  for (const auto& text : texts) {
    const auto back = parse_record_json(json_of(
        {.topic = "t", .timestamp = 9ms, .key = text, .value = text, .headers = {{"n", text}}}));
    ASSERT_TRUE(back.ok()) << text;
    EXPECT_EQ(parse_record_json(json_of({.topic = "t", .value = text})).ok(), true);
    auto record = Outcome<KafkaRecord>(back).value();
    EXPECT_EQ(record.key, text);
    EXPECT_EQ(record.value, text);
    EXPECT_EQ(record.timestamp, 9ms);
    EXPECT_EQ(record.headers, (std::vector<KafkaHeader>{{"n", text}}));
  }
}

TEST(KafkaRecordJson, TellsNullFromEmpty) {
  auto record = parse_record_json(R"({"key":null,"value":null})").value();
  EXPECT_FALSE(record.key || record.value || record.timestamp);
  record = parse_record_json(R"({"value":""})").value();
  EXPECT_EQ(record.value, "");
}

TEST(KafkaRecordJson, NamesWhatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", "object"},
      {"[]", "object"},
      {"{}", "`value`"},
      {R"({"value":1})", "`value`"},
      {R"({"value":{"base64":"a"}})", "base64"},
      {R"({"value":{"base64":"????"}})", "base64"},
      {R"({"value":"","key":[]})", "`key`"},
      {R"({"value":"","timestamp":-1})", "`timestamp`"},
      {R"({"value":"","timestamp":"x"})", "`timestamp`"},
      {R"({"value":"","headers":{}})", "`headers`"},
      {R"({"value":"","headers":[{}]})", "`headers`"},
      {R"({"value":"","headers":[{"name":"a","value":1}]})", "`headers`"},
  };
  for (const auto& [text, what] : rows) {
    const auto got = parse_record_json(text);
    ASSERT_FALSE(got.ok()) << text;
    EXPECT_EQ(got.error().code, Errc::malformed);
    EXPECT_NE(got.error().message().find(what), std::string::npos) << got.error().message();
  }
}

// Copies of such values used up the stack: the connector crashed, at every start again.
TEST(KafkaRecordJson, WhatIsTooDeepIsMalformed) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  for (const auto& text : {"{\"value\":" + deep + '}', R"({"value":"","key":)" + deep + '}',
                           R"({"value":"","headers":[{"name":"a","value":)" + deep + "}]}",
                           R"({"value":"","other":)" + deep + '}'}) {
    const auto got = parse_record_json(text);
    ASSERT_FALSE(got.ok());
    EXPECT_EQ(got.error().code, Errc::malformed);
    EXPECT_NE(got.error().message().find("deep"), std::string::npos) << got.error().message();
  }
  const std::string text = R"({"value":")" + deep + "\"}";
  EXPECT_EQ(parse_record_json(text).value().value, deep);
}

TEST(KafkaRecordJson, AHeaderWithoutAValueHasNone) {
  auto record = parse_record_json(R"({"value":"v","headers":[{"name":"a"}]})").value();
  EXPECT_EQ(record.headers, (std::vector<KafkaHeader>{{"a", std::nullopt}}));
  EXPECT_FALSE(record.key);
}

}  // namespace
}  // namespace sluice::common
