// SPDX-License-Identifier: Apache-2.0
#include "cli/start_text.hpp"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

TEST(StartText, EveryFormSurvivesARoundTrip) {
  for (const char* text : {"beginning", "end", "0", "42", "+5", "-5", "9223372036854775807"}) {
    const auto start = parse_start(text);
    ASSERT_TRUE(start) << text;
    EXPECT_EQ(format_start(*start), text);
  }
}

TEST(StartText, SignsAreRelativeToTheNearerSide) {
  EXPECT_EQ(parse_start("+5")->from, StartAt::From::beginning);
  EXPECT_EQ(parse_start("-5")->from, StartAt::From::end);
  EXPECT_EQ(parse_start("-5")->count, 5);
  EXPECT_EQ(parse_start("5")->from, StartAt::From::absolute);
}

TEST(StartText, RefusesWhatItDoesNotKnow) {
  for (const char* text : {"", "start", "Beginning", "+", "-", "--5", "+-5", "5x", " 5", "1.5",
                           "9223372036854775808", "0x10"}) {
    EXPECT_FALSE(parse_start(text)) << text;
  }
}

TEST(UntilText, IsTheEndOrAnOffset) {
  EXPECT_EQ(*parse_until("end"), Until{});
  EXPECT_EQ(*parse_until("42"), Until{Offset{42}});
  for (const char* text : {"", "-1", "+1", "beginning", "99999999999999999999"}) {
    EXPECT_FALSE(parse_until(text)) << text;
  }
  EXPECT_EQ(format_until({}), "end");
  EXPECT_EQ(format_until({Offset{7}}), "7");
}

}  // namespace
}  // namespace sluice::cli
