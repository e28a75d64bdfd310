// SPDX-License-Identifier: Apache-2.0
#include "item.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sluice::dynamodb {
namespace {

std::string item(std::string_view record, std::vector<Column> columns = {}) {
  return make_item(record, columns).dump();
}
std::string problem(std::string_view record, std::vector<Column> columns = {}) {
  try {
    return item(record, std::move(columns));
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::malformed);
    return failure.what();
  }
}

TEST(ItemTest, EveryKindOfValueHasItsType) {
  EXPECT_EQ(item(R"({"s":"a","n":7,"f":-1.50,"t":true,"z":null,"l":[1,"x"],"m":{"k":[]}})"),
            R"({"s":{"S":"a"},"n":{"N":"7"},"f":{"N":"-1.50"},"t":{"BOOL":true},)"
            R"("z":{"NULL":true},"l":{"L":[{"N":"1"},{"S":"x"}]},"m":{"M":{"k":{"L":[]}}}})");
}

TEST(ItemTest, DigitsOfNumbersStayAsTheyWere) {
  EXPECT_EQ(item(R"({"n":12345678901234567890123456789.125,"i":123456789012345678901234567890})"),
            R"({"n":{"N":"12345678901234567890123456789.125"},)"
            R"("i":{"N":"123456789012345678901234567890"}})");
}

TEST(ItemTest, WhatIsNoObjectIsMalformed) {
  EXPECT_NE(problem("[1]").find("not an object"), std::string::npos);
  EXPECT_NE(problem("7").find("not an object"), std::string::npos);
  EXPECT_NE(problem(R"({"a":)").find("not JSON, at byte"), std::string::npos);
  EXPECT_NE(problem(R"({"a":1} x)").find("not JSON"), std::string::npos);
  std::string deep = "1";
  for (int i = 0; i < 40; ++i) deep = R"({"a":)" + deep + '}';
  EXPECT_NE(problem(deep).find("32 levels"), std::string::npos);
}

TEST(ItemTest, ColumnsChooseFieldsAndTheirTypes) {
  const std::vector<Column> columns{{"id", "N"}, {"text", "S"}, {"raw", "B"}, {"set", "SS"}};
  EXPECT_EQ(
      item(R"({"id":"7","text":1.50,"raw":"ab\u0000","set":["x","y","x"],"other":1})", columns),
      R"({"id":{"N":"7"},"text":{"S":"1.50"},"raw":{"B":"YWIA"},"set":{"SS":["x","y"]}})");
  EXPECT_EQ(item(R"({"id":7,"text":null,"set":[]})", columns), R"({"id":{"N":"7"}})");
}

TEST(ItemTest, AFieldThatIsNotWhatItsColumnSaysIsNamed) {
  EXPECT_NE(problem(R"({"id":"x"})", {{"id", "N"}}).find("`id`"), std::string::npos);
  EXPECT_NE(problem(R"({"set":["x",1]})", {{"set", "SS"}}).find("`set`"), std::string::npos);
}

TEST(ItemTest, TheKeyTellsItemsApartAndMustBeThere) {
  const Key key{{"id", "N"}, {"at", "S"}};
  EXPECT_EQ(key_of(make_item(R"({"id":1,"at":"x","v":2})", {}), key),
            key_of(make_item(R"({"v":3,"at":"x","id":1})", {}), key));
  EXPECT_NE(key_of(make_item(R"({"id":1,"at":"x"})", {}), key),
            key_of(make_item(R"({"id":1,"at":"y"})", {}), key));
  EXPECT_THROW(static_cast<void>(key_of(make_item(R"({"id":1})", {}), key)), Failure);
  EXPECT_THROW(static_cast<void>(key_of(make_item(R"({"id":"1","at":"x"})", {}), key)), Failure);
  EXPECT_THROW(static_cast<void>(key_of(make_item(R"({"id":1,"at":""})", {}), key)), Failure);
}

}  // namespace
}  // namespace sluice::dynamodb
