// SPDX-License-Identifier: Apache-2.0
#include "cli/record_printer.hpp"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

using namespace std::chrono_literals;

std::string printed(const RecordPrinter& printer, const ConsumedRecord& record) {
  std::string out;
  printer.append(out, {"ticks", {2}, record});
  return out;
}

std::string filled(std::string_view format, const ConsumedRecord& record) {
  std::string out;
  RecordTemplate::parse(format)->append(out, {"ticks", {2}, record});
  return out;
}

TEST(RecordPrinter, TextIsTheValueAndOnRequestTheKey) {
  EXPECT_EQ(printed({}, {{7}, 0ms, "k", "v"}), "v\n");
  EXPECT_EQ(printed({.keys = true}, {{7}, 0ms, "k", "v"}), "[k] v\n");
  EXPECT_EQ(printed({.keys = true}, {{7}, 0ms, {}, "v"}), "[null] v\n");
}

TEST(RecordPrinter, RawAddsNothing) {
  EXPECT_EQ(printed({.format = RecordFormat::raw}, {{7}, 0ms, "k", "v"}), "v");
}

TEST(RecordPrinter, JsonHasAllParts) {
  EXPECT_EQ(printed({.format = RecordFormat::json}, {{7}, 1'700'000'000'123ms, "k", "a\"b"}),
            R"({"topic":"ticks","partition":2,"offset":7,"time":"2023-11-14T22:13:20.123Z",)"
            R"("key":"k","value":"a\"b"})"
            "\n");
}

TEST(RecordPrinter, JsonSaysWhatIsMissingOrNotText) {
  EXPECT_EQ(printed({.format = RecordFormat::json}, {{0}, -1ms, {}, "\xff\x01"}),
            R"({"topic":"ticks","partition":2,"offset":0,"time":null,"key":null,)"
            R"("value_base64":"/wE="})"
            "\n");
}

TEST(RecordTemplate, FillsEveryPlace) {
  const ConsumedRecord record{{7}, 0ms, "k", "v"};
  EXPECT_EQ(filled("{{topic}}/{{ partition }}@{{offset}} {{time}} {{key}}={{value}}", record),
            "ticks/2@7 1970-01-01T00:00:00.000Z k=v");
  EXPECT_EQ(filled("{{key}}", {{7}, 0ms, {}, "v"}), "null");
}

TEST(RecordTemplate, ValuesAreNotTemplates) {
  EXPECT_EQ(filled("{{value}}", {{7}, 0ms, {}, "{{offset}}\\n"}), "{{offset}}\\n");
}

TEST(RecordTemplate, KnowsTheEscapes) {
  EXPECT_EQ(filled("a\\tb\\\\n\\q{}", {{7}, 0ms, {}, ""}), "a\tb\\n\\q{}");
  EXPECT_EQ(filled("\\0", {{7}, 0ms, {}, ""}), std::string(1, '\0'));
}

TEST(RecordTemplate, NamesWhatIsWrong) {
  const auto typo = RecordTemplate::parse("{{ofset}}");
  ASSERT_FALSE(typo);
  EXPECT_NE(typo.error().context.find("did you mean {{offset}}?"), std::string::npos);
  EXPECT_FALSE(RecordTemplate::parse("{{value"));
  EXPECT_FALSE(RecordTemplate::parse("{{}}"));
}

TEST(RecordPrinter, ATemplateWinsAndEndsTheLine) {
  EXPECT_EQ(printed({.format = RecordFormat::json, .line = *RecordTemplate::parse("{{value}}!")},
                    {{7}, 0ms, {}, "v"}),
            "v!\n");
}

}  // namespace
}  // namespace sluice::cli
