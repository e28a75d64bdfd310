// SPDX-License-Identifier: Apache-2.0
#include "base/text.hpp"

#include <gtest/gtest.h>

#include "sluice/json_text.hpp"

namespace sluice {
namespace {

TEST(JsonEscape, EscapesQuotesAndControlCharacters) {
  EXPECT_EQ(json_escape("a\"b\\c\n\x01"), "a\\\"b\\\\c\\n\\u0001");
}

TEST(JsonEscape, ReplacesBytesThatAreNotUtf8) {
  EXPECT_EQ(json_escape("a\xff"
                        "b"),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(json_escape("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");  // surrogate
  EXPECT_EQ(json_escape("\xc3\xa4"), "\xc3\xa4");
}

TEST(Nearest, FindsAMisspeltNameAndNothingFarAway) {
  const std::vector<std::string> names{"endpoint", "interval", "method"};
  EXPECT_EQ(nearest("endpiont", names), "endpoint");
  EXPECT_EQ(nearest("wiht", std::vector<std::string>{"uses", "with"}), "with");
  EXPECT_EQ(nearest("zzz", names), std::nullopt);
}

TEST(Split, KeepsEmptyPieces) {
  EXPECT_EQ(split("a,,b", ','), (std::vector<std::string_view>{"a", "", "b"}));
  EXPECT_EQ(split("", ','), (std::vector<std::string_view>{""}));
}

TEST(Utf8, RejectsOverlongAndTruncatedForms) {
  EXPECT_TRUE(is_utf8("\xf0\x9f\x98\x80"));
  EXPECT_FALSE(is_utf8("\xc0\xaf"));
  EXPECT_FALSE(is_utf8("\xe2\x82"));
}

}  // namespace
}  // namespace sluice
