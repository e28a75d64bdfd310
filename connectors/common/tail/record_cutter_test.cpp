// SPDX-License-Identifier: Apache-2.0
#include "common/tail/record_cutter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::common {
namespace {

using testing::ElementsAre;

std::vector<std::string> cut(const CutRules& rules, std::string_view text) {
  RecordCutter cutter(rules, text);
  std::vector<std::string> out;
  while (const auto one = cutter.next()) {
    out.emplace_back(text.substr(one->begin, one->end - one->begin));
  }
  return out;
}

TEST(RecordCutter, CutsAtDelimiters) {
  EXPECT_THAT(cut({}, "a\n\nb\nrest"), ElementsAre("a", "", "b"));
  EXPECT_THAT(cut({.delimiter = "\r\n", .begins_record = {}}, "a\nb\r\nc\r"), ElementsAre("a\nb"));
}

TEST(RecordCutter, JoinsLinesUntilOneBeginsARecord) {
  const CutRules rules{.delimiter = "\n",
                       .begins_record = [](std::string_view line) { return line[0] == '#'; }};
  const std::string_view text = "x\n#1\na\nb\n#2\nhalf";
  EXPECT_THAT(cut(rules, text), ElementsAre("x", "#1\na\nb"));
  RecordCutter cutter(rules, text);
  while (cutter.next()) {
  }
  EXPECT_EQ(cutter.complete_lines(), (Cut{9, 11, 12, 1}));
  EXPECT_EQ(cutter.everything(), (Cut{9, 16, 16, 2}));
}

TEST(RecordCutter, SaysWhatIsLeft) {
  const CutRules rules;
  RecordCutter cutter(rules, "a\nhalf");
  ASSERT_TRUE(cutter.next());
  EXPECT_FALSE(cutter.next());
  EXPECT_FALSE(cutter.complete_lines());
  EXPECT_EQ(cutter.everything(), (Cut{2, 6, 6, 1}));
}

TEST(Unescaped, ReadsBytesAsUsersWriteThem) {
  EXPECT_EQ(unescaped("\\r\\n"), "\r\n");
  EXPECT_EQ(unescaped("a\\x1eb\\\\"),
            "a\x1e"
            "b\\");
  EXPECT_EQ(unescaped("\\0"), std::string(1, '\0'));
  EXPECT_FALSE(unescaped("\\"));
  EXPECT_FALSE(unescaped("\\q"));
  EXPECT_FALSE(unescaped("\\x1"));
}

}  // namespace
}  // namespace sluice::common
