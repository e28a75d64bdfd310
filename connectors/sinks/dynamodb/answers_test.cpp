// SPDX-License-Identifier: Apache-2.0
#include "answers.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sluice::dynamodb {
namespace {

// What `call` gives, or the name of its error.
template <typename Call>
std::string result(Call call) {
  try {
    return call();
  } catch (const Failure& failure) {
    return std::string(describe(failure.code()).name);
  }
}

std::string key(std::string_view table) {
  return result([&] {
    std::string out;
    for (const auto& column : key_of_table(Json::parse(table))) {
      out += column.name + ':' + column.type + ' ';
    }
    return out;
  });
}

std::string left(std::string_view answer) {
  return result([&] { return unprocessed(Json::parse(answer)).dump(); });
}

TEST(DescribedTable, IsAnObjectOrTheAnswerIsNotThatOfDynamoDb) {
  const auto table = [](std::string_view answer) {
    return result([&] { return described_table(Json::parse(answer)).dump(); });
  };
  EXPECT_EQ(table(R"({"Table":{"TableStatus":"ACTIVE"}})"), R"({"TableStatus":"ACTIVE"})");
  for (const auto* answer : {"{}", R"({"Table":null})", R"({"Table":"t"})", R"({"Table":[]})"}) {
    EXPECT_EQ(table(answer), "outside_unavailable") << answer;
  }
}

TEST(TableState, IsReadOfWhateverIsThere) {
  EXPECT_TRUE(is_ready(Json::parse(R"({"TableStatus":"ACTIVE"})")));
  EXPECT_TRUE(is_ready(Json::parse(R"({"TableStatus":"UPDATING"})")));
  EXPECT_FALSE(is_ready(Json::parse(R"({"TableStatus":"CREATING"})")));
  EXPECT_EQ(state_of(Json::parse(R"({"TableStatus":"CREATING"})")), "CREATING");
  EXPECT_FALSE(is_ready(nullptr));
  EXPECT_EQ(state_of(nullptr), "not there");
  for (const auto* table : {"{}", R"({"TableStatus":null})", R"({"TableStatus":7})"}) {
    EXPECT_FALSE(is_ready(Json::parse(table)));
    EXPECT_EQ(state_of(Json::parse(table)), "in no state");
  }
}

TEST(TableKey, HasTheTypesOfItsAttributes) {
  EXPECT_EQ(key(R"({"KeySchema":[{"AttributeName":"a","KeyType":"HASH"},{"AttributeName":"b"}],
                    "AttributeDefinitions":[{"AttributeName":"x","AttributeType":"B"},
                      {"AttributeName":"b","AttributeType":"N"},
                      {"AttributeName":"a","AttributeType":"S"}]})"),
            "a:S b:N ");
}

TEST(TableKey, ThatCannotBeReadIsAStrangeAnswer) {
  for (const auto* table :
       {"{}", R"({"KeySchema":[{"AttributeName":"a"}]})",
        R"({"AttributeDefinitions":[{"AttributeName":"a","AttributeType":"S"}]})",
        R"({"KeySchema":null,"AttributeDefinitions":null})",
        R"({"KeySchema":[],"AttributeDefinitions":[]})",
        R"({"KeySchema":{"AttributeName":"a"},"AttributeDefinitions":["a"]})",
        R"({"KeySchema":["a"],"AttributeDefinitions":["a"]})",
        R"({"KeySchema":[{"AttributeName":null}],"AttributeDefinitions":[{"AttributeName":null}]})",
        R"({"KeySchema":[{"AttributeName":"a"}],"AttributeDefinitions":[{"AttributeName":"b"}]})",
        R"({"KeySchema":[{"AttributeName":"a"}],
            "AttributeDefinitions":[{"AttributeName":"a","AttributeType":7}]})",
        R"({"KeySchema":[{"AttributeName":"a"}],
            "AttributeDefinitions":[{"AttributeName":"a","AttributeType":"M"}]})"}) {
    EXPECT_EQ(key(table), "outside_unavailable") << table;
  }
}

// Leftovers under another name than the one that was given counted as written.
TEST(UnprocessedItems, AreLeftOverWhateverTheTableIsCalled) {
  EXPECT_EQ(left(R"({"UnprocessedItems":{"t":[1,2]}})"), "[1,2]");
  EXPECT_EQ(left(R"({"UnprocessedItems":{"arn:aws:dynamodb:eu-central-1:1:table/t":[1]}})"), "[1]");
  EXPECT_EQ(left(R"({"UnprocessedItems":{"t":[1],"arn":[2]}})"), "[1,2]");
  EXPECT_EQ(left(R"({"UnprocessedItems":{"t":[]}})"), "[]");
  EXPECT_EQ(left(R"({"UnprocessedItems":{}})"), "[]");
  EXPECT_EQ(left(R"({"UnprocessedItems":null})"), "[]");
  EXPECT_EQ(left("{}"), "[]");
  EXPECT_EQ(left(R"({"UnprocessedItems":[1]})"), "outside_unavailable");
  EXPECT_EQ(left(R"({"UnprocessedItems":{"t":{}}})"), "outside_unavailable");
  EXPECT_EQ(left(R"({"UnprocessedItems":{"t":null}})"), "outside_unavailable");
}

}  // namespace
}  // namespace sluice::dynamodb
