// SPDX-License-Identifier: Apache-2.0
#include "sluice/json_text.hpp"

#include <gtest/gtest.h>

namespace sluice {
namespace {

std::string json(std::string_view text) {
  std::string out = "x";
  append_json_string(out, text);
  return out;
}

TEST(AppendJsonString, QuotesAndAppends) {
  EXPECT_EQ(json(""), "x\"\"");
  EXPECT_EQ(json("plain"), "x\"plain\"");
}

TEST(AppendJsonString, EscapesWhatMustBeEscaped) {
  EXPECT_EQ(json("a\"b\\c\nd\te\x01"), R"(x"a\"b\\c\nd\te\u0001")");
  EXPECT_EQ(json("/\x7f"), "x\"/\x7f\"");
}

TEST(AppendJsonString, KeepsUtf8AndReplacesWhatIsNot) {
  EXPECT_EQ(json("gr\u00fc\u00dfe \U0001f600"), "x\"gr\u00fc\u00dfe \U0001f600\"");
  EXPECT_EQ(json("a\xff\xc3z"), "x\"a\ufffd\ufffdz\"");
}

}  // namespace
}  // namespace sluice
