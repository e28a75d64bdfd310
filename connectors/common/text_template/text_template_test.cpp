// SPDX-License-Identifier: Apache-2.0
#include "common/text_template/text_template.hpp"

#include <gtest/gtest.h>

#include "common/text_template/json_depth.hpp"

namespace sluice::common {
namespace {

TextTemplate made(std::string_view text) {
  std::string problem;
  auto parsed = TextTemplate::parse(text, problem);
  EXPECT_TRUE(parsed.has_value()) << problem;
  return parsed.value_or(TextTemplate{});
}

std::string problem_of(std::string_view text) {
  std::string problem;
  EXPECT_FALSE(TextTemplate::parse(text, problem).has_value());
  return problem;
}

Outcome<std::string> filled(std::string_view text, const SinkRecord& record,
                            const TextTemplate::Filter& filter = {}) {
  const RecordFields fields(record.value);
  return made(text).fill({.record = record, .topic = "orders", .fields = fields}, filter);
}

const SinkRecord sample{.partition = PartitionId{2},
                        .offset = Offset{41},
                        .key = "k1",
                        .value = R"({"site":"x","deep":{"n":7,"l":["a"]},"a.b":true,"no":null})"};

TEST(TextTemplate, FillsFieldsAndFactsOfTheRecord) {
  EXPECT_EQ(filled("p/{site}/{@key}/{@topic}-{@partition}-{@offset}", sample).value(),
            "p/x/k1/orders-2-41");
  EXPECT_EQ(filled("{deep.n}.{deep.l.0}.{a.b}", sample).value(), "7.a.true");
}

TEST(TextTemplate, DoubledBracesAreBraces) {
  EXPECT_EQ(filled("{{{site}}}", sample).value(), "{x}");
}

TEST(TextTemplate, AMissingFieldKeyOrJsonIsMalformed) {
  EXPECT_EQ(filled("{gone}", sample).error().code, Errc::malformed);
  EXPECT_EQ(filled("{no}", sample).error().code, Errc::malformed);
  EXPECT_EQ(filled("{deep.l.1}", sample).error().code, Errc::malformed);
  EXPECT_EQ(filled("{@key}", {.value = "{}"}).error().code, Errc::malformed);
  EXPECT_EQ(filled("{site}", {.value = "no JSON"}).error().code, Errc::malformed);
}

TEST(TextTemplate, AValueThatIsNestedTooDeepIsMalformed) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + '}';
  };
  EXPECT_TRUE(RecordFields(nested(json_depth_max)).text("a").ok());
  const auto deeper = RecordFields(nested(400'000)).text("a");
  ASSERT_FALSE(deeper.ok());
  EXPECT_EQ(deeper.error().code, Errc::malformed);
  EXPECT_TRUE(is_too_deep(nested(json_depth_max + 1)));
  EXPECT_FALSE(is_too_deep('"' + std::string(2 * json_depth_max, '[') + "\\\"[\""));
  EXPECT_FALSE(is_too_deep(std::string(2 * json_depth_max, ']')));
}

TEST(TextTemplate, WithoutFieldsTheValueNeedsToBeNoJson) {
  EXPECT_EQ(filled("a/{@topic}", {.value = "no JSON"}).value(), "a/orders");
}

TEST(TextTemplate, TheFilterSeesPlacesOnly) {
  const auto filter = [](std::string text) -> Outcome<std::string> { return "<" + text + ">"; };
  EXPECT_EQ(filled("site.{site}", sample, filter).value(), "site.<x>");
}

TEST(TextTemplate, BracesOutOfPlaceAreNamed) {
  EXPECT_NE(problem_of("a{b").find("`{`"), std::string::npos);
  EXPECT_NE(problem_of("a}b").find("`}`"), std::string::npos);
  EXPECT_NE(problem_of("a{}b").find("names nothing"), std::string::npos);
  EXPECT_NE(problem_of("{@kee}").find("@kee"), std::string::npos);
}

}  // namespace
}  // namespace sluice::common
