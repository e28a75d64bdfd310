// SPDX-License-Identifier: Apache-2.0
#include "sluice/smartmodule/regex.hpp"

#include <string>

#include <gtest/gtest.h>

namespace {

using namespace sluice::guest;

std::string text(Text bytes) {
  return std::string(bytes.data(), bytes.size());
}

// The text with each match put in <>, or the error of the pattern.
std::string marked(const std::string& pattern, const std::string& in,
                   const std::string& with = "<$0>") {
  auto regex = Regex::compile(pattern);
  if (!regex.ok()) return text(regex.error().text());
  Regex compiled = *regex;
  return text(compiled.replace_all(in, with));
}

TEST(GuestRegex, PrefersWhatThePatternPrefersNotTheLongest) {
  EXPECT_EQ(marked("a|ab", "ab"), "<a>b");
  EXPECT_EQ(marked("<.+?>", "<a><b>"), "<<a>><<b>>");
  EXPECT_EQ(marked("(a*?)(a*)", "aa", "[$1|$2]"), "[|aa]");
  EXPECT_EQ(marked("a{1,2}?", "aaa"), "<a><a><a>");
}

TEST(GuestRegex, RepeatsAsOftenAsItSays) {
  EXPECT_EQ(marked("a{2}", "aaaaa"), "<aa><aa>a");
  EXPECT_EQ(marked("a{2,}", "aaaaab"), "<aaaaa>b");
  EXPECT_EQ(marked("ba{0}b", "bb"), "<bb>");
  EXPECT_EQ(marked("(?:ab?){0,2}c", "aabc abac"), "<aabc> <abac>");
}

TEST(GuestRegex, EmptyMatchesDoNotFollowAnotherMatch) {
  EXPECT_EQ(marked("a*", "baac"), "<>b<aa>c<>");
  EXPECT_EQ(marked("", "ab"), "<>a<>b<>");
  EXPECT_EQ(marked("(a*)*", "b"), "<>b<>");
}

TEST(GuestRegex, AnchorsAndBoundariesKnowWhatIsAroundThem) {
  EXPECT_EQ(marked(R"(\bfoo\b)", "foo foofoo foo-foo"), "<foo> foofoo <foo>-<foo>");
  EXPECT_EQ(marked(R"(\b)", "ab, c"), "<>ab<>, <>c<>");
  EXPECT_EQ(marked(R"(\B)", "ab"), "a<>b");
  EXPECT_EQ(marked("^a", "aaa"), "<a>aa");
  EXPECT_EQ(marked("a$", "a\na"), "a\n<a>");
  EXPECT_EQ(marked("(?m)^a$", "a\nab\na"), "<a>\nab\n<a>");
  EXPECT_EQ(marked(R"((?m)\Aa\z)", "a\na"), "a\na");
}

TEST(GuestRegex, ClassesHaveRangesNamesAndNegation) {
  EXPECT_EQ(marked(R"([\]\-a-c^])", "]-bd^"), "<]><-><b>d<^>");
  EXPECT_EQ(marked("[]a]", "]a"), "<]><a>");
  EXPECT_EQ(marked("[a-]", "a-b"), "<a><->b");
  EXPECT_EQ(marked(R"([^\d\s])", "1 a"), "1 <a>");
  EXPECT_EQ(marked(R"([\D])", "1a"), "1<a>");
  EXPECT_EQ(marked("[[:upper:][:digit:]]", "aA1"), "a<A><1>");
  EXPECT_EQ(marked("(?i)[a-c]", "aBx"), "<a><B>x");
  EXPECT_EQ(marked("[^a]", "\n"), "<\n>");
}

TEST(GuestRegex, FlagsHoldInTheirGroup) {
  EXPECT_EQ(marked("(?i)ab(?-i)c", "ABc ABC"), "<ABc> ABC");
  EXPECT_EQ(marked("(?i:a)b", "Ab AB"), "<Ab> AB");
  EXPECT_EQ(marked("a(?s:.)b.", "a\nb\n a\nbc"), "a\nb\n <a\nbc>");
}

TEST(GuestRegex, CharactersAreNotBytes) {
  EXPECT_EQ(marked(".", "é日"), "<é><日>");
  EXPECT_EQ(marked("[é-ü]", "éz"), "<é>z");
  EXPECT_EQ(marked(R"(\x{e9}\u00e9\x41)", "ééA"), "<ééA>");
  EXPECT_EQ(marked(".", std::string(1, '\0')), std::string("<\0>", 3));
}

TEST(GuestRegex, ReplacementNamesGroups) {
  EXPECT_EQ(marked(R"((?P<y>\d+)-(?<m>\d+)(x)?)", "2020-10", "$m/${y}$3$$ $1a ${1}a $"),
            "10/2020$  2020a $");
}

TEST(GuestRegex, WhatItWillNotTakeIsNamedWithItsPlace) {
  const struct {
    const char* pattern;
    const char* says;
  } cases[] = {{"a(?=b)", "lookahead is not supported, at byte 1"},
               {"(?<!a)", "lookbehind is not supported, at byte 0"},
               {R"((a)\1)", "a back-reference is not supported, at byte 3"},
               {R"(\p{Greek})", R"(the class \p{Greek} is not supported, at byte 0)"},
               {"[a&&b]", "an operation of classes is not supported, at byte 2"},
               {"[a[b]]", "a class in a class is not supported, at byte 2"},
               {"(?x)a", "this flag is not supported, at byte 0"},
               {"(a", "this group is not closed, at byte 0"},
               {"a)", "a group that was not opened is closed, at byte 1"},
               {"a|*", "there is nothing to repeat, at byte 2"},
               {"a{3,2}", "the repetition is not one, at byte 1"},
               {"a{2", "the repetition is not one, at byte 1"},
               {"[z-a]", "the range is backwards, at byte 1"},
               {"[a", "this class is not closed, at byte 0"},
               {"\\", "the pattern ends in a backslash, at byte 0"},
               {"\\q", "the escape is unknown, at byte 0"},
               {"\\x{110000}", "the code is not a character's, at byte 0"},
               {"\xFF", "not UTF-8, at byte 0"},
               {"a{1001}", "there are more than 1000 repetitions, at byte 1"}};
  for (const auto& one : cases)
    EXPECT_EQ(marked(one.pattern, ""), "regex `" + std::string(one.pattern) + "`: " + one.says);
}

TEST(GuestRegex, PatternsHaveLimits) {
  EXPECT_NE(marked("((a{100}){100}){100}", "").find("too long"), std::string::npos);
  EXPECT_NE(marked(std::string(60, '(') + std::string(60, ')'), "").find("more than 31 groups"),
            std::string::npos);
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += "(?:";
  EXPECT_NE(marked(deep, "").find("nested too deep"), std::string::npos);
}

TEST(GuestRegex, TimeIsLinearWhereBacktrackingIsNot) {
  auto regex = *Regex::compile("(a|aa)+$b");
  EXPECT_FALSE(regex.matches(std::string(50'000, 'a')));
}

}  // namespace
