// SPDX-License-Identifier: Apache-2.0
#include "sluice/smartmodule/json.hpp"

#include <string>

#include <gtest/gtest.h>

namespace {

using namespace sluice::guest;

std::string text(Text bytes) {
  return std::string(bytes.data(), bytes.size());
}

// The text after a round through memory, or the error.
std::string again(const std::string& in) {
  const auto value = json::parse(in);
  return value.ok() ? text(json::to_text(*value)) : text(value.error().text());
}

TEST(GuestJson, KeepsOrderAndNumbersAsTheyAre) {
  EXPECT_EQ(again(R"( {"b" : 1.50, "a":[1e5,-0, 12345678901234567890123 ]} )"),
            R"({"b":1.50,"a":[1e5,-0,12345678901234567890123]})");
}

TEST(GuestJson, OfTwoMembersWithOneNameTheLastCountsInThePlaceOfTheFirst) {
  EXPECT_EQ(again(R"({"a":1,"b":2,"a":3})"), R"({"a":3,"b":2})");
}

TEST(GuestJson, EscapesOnlyWhatMustBe) {
  EXPECT_EQ(again(R"("\u00e9\ud83d\ude00\/\u0000\u001f\b\f\n\r\t\"\\")"),
            "\"é😀/\\u0000\\u001f\\b\\f\\n\\r\\t\\\"\\\\\"");
}

TEST(GuestJson, RefusesWhatIsNotJsonAndNamesTheByte) {
  EXPECT_EQ(again("[1,2"), "not JSON: Missing a comma or ']' after an array element at byte 4");
  EXPECT_EQ(again(""), "not JSON: The document is empty at byte 0");
  EXPECT_EQ(again(std::string("{}\0x", 4)), "not JSON: a zero byte at byte 2");
  for (const char* bad : {"01", "1.", "+1", "nul", "[1,]", "{\"a\":1,}", "'a'", "\"\xFF\"", "1e400",
                          "\"\\ud800\"", "\"\n\"", "NaN", "// x\n1", "{} {}", "-"})
    EXPECT_TRUE(again(bad).starts_with("not JSON: ")) << bad;
}

TEST(GuestJson, NestsTo128LevelsAndNoDeeper) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_EQ(again(nested(128)), nested(128));
  EXPECT_EQ(again(nested(129)), "not JSON that is accepted: more than 128 levels at byte 129");
}

TEST(GuestJson, LargeObjectsAreFoundChangedAndKeptInOrder) {
  const json::Value object = json::Value::object();
  for (int i = 0; i < 5000; ++i)
    object.set(concat("k", i), json::Value::of(static_cast<std::int64_t>(i)));
  for (int i = 0; i < 5000; i += 2) object.remove(concat("k", i));
  for (int i = 0; i < 5000; ++i) EXPECT_EQ(object.find(concat("k", i)) != nullptr, i % 2 == 1);
  object.set("new", json::Value::of(true));
  EXPECT_EQ(text(object.find("k4999")->text()), "4999");
  EXPECT_TRUE(object.find("new")->is_true());
}

TEST(GuestJson, RemovalMovesTheLastMemberIntoTheHole) {
  const auto value = json::parse(R"({"a":1,"b":2,"c":3})");
  value->remove("a");
  EXPECT_EQ(text(json::to_text(*value)), R"({"c":3,"b":2})");
}

TEST(GuestJson, PointersFollowTheStandard) {
  const auto value = json::parse(R"({"a/b":{"c~d":[10,20]},"":{"":1},"l":[[5]]})");
  const auto at = [&](Text pointer) {
    const json::Value* found = value->at_pointer(pointer);
    return found != nullptr ? text(json::to_text(*found)) : "nothing";
  };
  EXPECT_EQ(at("/a~1b/c~0d/1"), "20");
  EXPECT_EQ(at("//"), "1");
  EXPECT_EQ(at("/l/0/0"), "5");
  EXPECT_EQ(at("").substr(0, 6), R"({"a/b")");
  for (const char* bad : {"a", "/l/00", "/l/1", "/l/-", "/l/0/0/0", "/x", "/l/99999999999"})
    EXPECT_EQ(at(std::string(bad)), "nothing") << bad;
}

TEST(GuestJson, CloneSharesNothing) {
  const auto value = json::parse(R"({"a":[1]})");
  const json::Value copy = value->clone();
  copy.find("a")->push(json::Value::of("x"));
  EXPECT_EQ(text(json::to_text(*value)), R"({"a":[1]})");
  EXPECT_EQ(text(json::to_text(copy)), R"({"a":[1,"x"]})");
}

TEST(GuestJson, SortsMembersAtEveryLevel) {
  const auto value = json::parse(R"([{"b":{"z":1,"y":2},"a":0,"ab":1,"A":2}])");
  json::sort_members(*value);
  EXPECT_EQ(text(json::to_text(*value)), R"([{"A":2,"a":0,"ab":1,"b":{"y":2,"z":1}}])");
}

}  // namespace
