// SPDX-License-Identifier: Apache-2.0
#include "catalog/schema_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/carried_schemas.hpp"
#include "catalog/conventions.hpp"

namespace sluice::catalog {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const json options_schema = json::parse(R"({
  "type": "object",
  "required": ["url"],
  "properties": {
    "url": {"description": "Address.", "type": "string", "pattern": "^mqtt://"},
    "qos": {"type": "integer", "minimum": 0, "maximum": 2},
    "mode": {"type": "string", "enum": ["fast", "slow"]},
    "headers": {"type": "array", "items": {"type": "string"}},
    "a": {"type": ["string", "null"]},
    "b": {"type": ["string", "null"]},
    "part": {"$ref": "#/definitions/part"}
  },
  "allOf": [{"oneOf": [
    {"required": ["a"], "properties": {"a": {"not": {"type": "null"}}}},
    {"required": ["b"], "properties": {"b": {"not": {"type": "null"}}}},
    {"not": {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}}
  ]}],
  "definitions": {"part": {"type": "object", "required": ["id"]}},
  "additionalProperties": false
})");

std::vector<std::string> problems_of(const char* value) {
  const auto checker = or_throw(SchemaChecker::make(options_schema));
  std::vector<std::string> out;
  for (const auto& problem : checker.check(json::parse(value))) out.push_back(problem.text());
  return out;
}

TEST(SchemaCheck, AcceptsWhatFits) {
  EXPECT_THAT(problems_of(R"({"url": "mqtt://a", "qos": 2, "part": {"id": 1}})"), IsEmpty());
}

TEST(SchemaCheck, NamesTheNearestProperty) {
  EXPECT_THAT(problems_of(R"({"url": "mqtt://a", "qso": 1})"),
              ElementsAre("/qso: unknown property; did you mean `qos`?"));
}

TEST(SchemaCheck, SaysWhatIsMissingAndWhatItIs) {
  EXPECT_THAT(problems_of("{}"), ElementsAre("/url: is missing; Address."));
}

TEST(SchemaCheck, SaysTheRange) {
  EXPECT_THAT(problems_of(R"({"url": "mqtt://a", "qos": 3})"),
              ElementsAre("/qos: 3 is too large; at most 2"));
}

TEST(SchemaCheck, SaysTheAllowedValues) {
  EXPECT_THAT(problems_of(R"({"url": "mqtt://a", "mode": "fats"})"),
              ElementsAre("/mode: \"fats\" is not one of the allowed values; did you mean "
                          "\"fast\"?"));
  EXPECT_THAT(problems_of(R"({"url": "mqtt://a", "mode": "xylophone"})"),
              ElementsAre(HasSubstr("write \"fast\" or \"slow\"")));
}

TEST(SchemaCheck, SaysTheTypeAndThePlaceInAList) {
  EXPECT_THAT(problems_of(R"({"url": "mqtt://a", "headers": ["x", 7]})"),
              ElementsAre("/headers/1: 7 has the wrong type, number; write string"));
}

TEST(SchemaCheck, NamesOptionsThatExcludeEachOther) {
  EXPECT_THAT(problems_of(R"({"url": "mqtt://a", "a": "x", "b": "y"})"),
              ElementsAre("only one of these may be given: `a` and `b`"));
}

TEST(SchemaCheck, FollowsReferences) {
  EXPECT_THAT(problems_of(R"({"url": "mqtt://a", "part": {}})"),
              ElementsAre("/part/id: is missing"));
}

TEST(SchemaCheck, SaysEverythingAtOnce) {
  EXPECT_EQ(problems_of(R"({"qos": 9, "mode": 1, "x": 1})").size(), 4U);
}

TEST(SchemaCheck, RefusesWhatIsNoSchema) {
  EXPECT_FALSE(SchemaChecker::make(json::parse(R"({"required": "url"})")));
}

TEST(MetaSchema, FindsAWrongKeywordByItsPlace) {
  const auto problems = check_schema(json::parse(R"({"properties": {"a": {"type": "strin"}}})"));
  ASSERT_FALSE(problems.empty());
  EXPECT_THAT(problems.front().pointer, HasSubstr("/properties/a"));
}

TEST(MetaSchema, OursAreSchemasThemselves) {
  for (const auto text : {metadata_schema(), catalog_schema(), draft07_schema()}) {
    EXPECT_THAT(check_schema(or_throw(parse_json(text))), IsEmpty());
  }
}

TEST(ParseJson, RefusesAKeyThatStandsTwice) {
  EXPECT_THAT(parse_json(R"({"a": 1, "a": 2})").error().message(), HasSubstr("stands twice"));
}

TEST(ParseJson, RefusesDeepNesting) {
  const auto deep = std::string(10'000, '[') + std::string(10'000, ']');
  EXPECT_THAT(parse_json(deep).error().message(), HasSubstr("deeper than"));
}

TEST(ParseJson, NamesThePlace) {
  EXPECT_THAT(parse_json("{\n  \"a\": ,\n}").error().message(), HasSubstr("line 2, column"));
}

// One option in a schema that is right otherwise.
std::vector<std::string> convention_problems(const char* name, const char* rule) {
  const json schema{{"properties", {{name, json::parse(rule)}}}};
  std::vector<std::string> out;
  for (const auto& problem : check_conventions(schema)) out.push_back(problem.text());
  return out;
}

TEST(Conventions, WantSecretsMarked) {
  EXPECT_THAT(convention_problems("db_password", R"({"type": "string"})"),
              ElementsAre(HasSubstr("looks like a secret")));
  EXPECT_THAT(convention_problems("db_password", R"({"type": "string", "writeOnly": true})"),
              IsEmpty());
}

TEST(Conventions, WantDefaultsThatFit) {
  EXPECT_THAT(convention_problems("qos", R"({"type": "integer", "maximum": 2, "default": 3})"),
              ElementsAre("/properties/qos/default: 3 is too large; at most 2"));
}

TEST(Conventions, WantPatternsThatCompile) {
  EXPECT_THAT(convention_problems("a", R"({"type": "string", "pattern": "("})"),
              ElementsAre(HasSubstr("no regular expression")));
}

TEST(Conventions, WantRequiredOptionsToExist) {
  const auto schema = json::parse(R"({"properties": {"url": {}}, "required": ["ulr"]})");
  const auto problems = check_conventions(schema);
  ASSERT_EQ(problems.size(), 1U);
  EXPECT_THAT(problems[0].text(), HasSubstr("did you mean `url`?"));
}

}  // namespace
}  // namespace sluice::catalog
