// SPDX-License-Identifier: Apache-2.0
#include "record_format.hpp"

#include <gtest/gtest.h>

#include "json_value.hpp"

namespace sluice::mqtt {
namespace {

using namespace std::string_view_literals;

std::string rewritten(std::string_view text) {
  std::string out;
  return append_json_value(out, text) ? out : "not JSON" + out;
}

TEST(RecordFormat, WritesBytesAsNumbers) {
  RecordFormat format(PayloadOutput::binary);
  EXPECT_EQ(format.json_or_binary("a/b", "hi"), R"({"mqtt_topic":"a/b","payload":[104,105]})");
  EXPECT_EQ(format.json_or_binary("a", ""), R"({"mqtt_topic":"a","payload":[]})");
  EXPECT_EQ(format.json_or_binary("a", "\0\x09\x0a\x63\x64\xff"sv),
            R"({"mqtt_topic":"a","payload":[0,9,10,99,100,255]})");
}

TEST(RecordFormat, WritesJson) {
  RecordFormat format(PayloadOutput::json);
  EXPECT_EQ(format.json_or_binary("a\"b", R"( {"b": 1, "a": [true, null]} )"),
            R"({"mqtt_topic":"a\"b","payload":{"b":1,"a":[true,null]}})");
}

TEST(RecordFormat, SaysWhatIsNotJson) {
  RecordFormat format(PayloadOutput::json);
  EXPECT_FALSE(format.json_or_binary("a", "hello"));
  EXPECT_FALSE(format.json_or_binary("a", ""));
  EXPECT_EQ(format.binary("a", "h"), R"({"mqtt_topic":"a","payload":[104]})");
}

TEST(AppendJsonValue, KeepsTheOrderOfKeysAndTheLastOfEqualOnes) {
  EXPECT_EQ(rewritten(R"({"z":1,"a":2})"), R"({"z":1,"a":2})");
  EXPECT_EQ(rewritten(R"({"a":1,"b":2,"a":{"c":3}})"), R"({"a":{"c":3},"b":2})");
  EXPECT_EQ(rewritten(R"([{"a":1,"a":2,"a":3},{"\u0061":1,"a":2}])"), R"([{"a":3},{"a":2}])");
  EXPECT_EQ(rewritten(R"({"x":{"a":1,"a":2},"x":[{"b":1,"b":0}]})"), R"({"x":[{"b":0}]})");
}

TEST(AppendJsonValue, WritesTextInOneSpelling) {
  EXPECT_EQ(rewritten(R"("\u0041\/\u00e9\ud83d\ude00\n\u001f")"),
            "\"A/\u00e9\U0001f600\\n\\u001f\"");
}

TEST(AppendJsonValue, WritesNumbersInOneSpelling) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"0", "0"},
      {"-0", "-0.0"},
      {"-7", "-7"},
      {"18446744073709551615", "18446744073709551615"},
      {"-9223372036854775808", "-9223372036854775808"},
      {"18446744073709551616", "1.8446744073709552e19"},
      {"1.0", "1.0"},
      {"1.50", "1.5"},
      {"1e2", "100.0"},
      {"1E15", "1000000000000000.0"},
      {"1e16", "1e16"},
      {"1.25e-3", "0.00125"},
      {"0.00001", "0.00001"},
      {"0.000001", "1e-6"},
      {"123456.789e30", "1.23456789e35"},
      {"1e-400", "0.0"},
  };
  for (const auto& [given, expected] : rows) EXPECT_EQ(rewritten(given), expected) << given;
}

TEST(AppendJsonValue, RefusesWhatIsNotOneJsonValue) {
  for (const auto text : {""sv, " "sv, "nul"sv, "{}x"sv, "[1,]"sv, "{\"a\"}"sv, "{'a':1}"sv, "01"sv,
                          "1."sv, "+1"sv, "NaN"sv, "1e400"sv, "\"a"sv, "\"\x01\""sv,
                          "\"\\ud800\""sv, "\"\xff\""sv, "[1 2]"sv, "// x\n1"sv, "1\0"sv}) {
    EXPECT_EQ(rewritten(text), "not JSON") << text;
  }
}

TEST(AppendJsonValue, RefusesDeepNesting) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(rewritten(nested(json_depth_max)), nested(json_depth_max));
  EXPECT_EQ(rewritten(nested(json_depth_max + 1)), "not JSON");
}

}  // namespace
}  // namespace sluice::mqtt
