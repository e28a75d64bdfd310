// SPDX-License-Identifier: Apache-2.0
#include "cli/manual.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

std::string page_named(std::string_view name) {
  for (const auto& page : tool_manual()) {
    if (page.name == name) return page.text;
  }
  return "no such page";
}

std::size_t count_of(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST(ToolManual, EachPageSaysWhatItIsAbout) {
  const auto pages = tool_manual();
  EXPECT_THAT(pages, SizeIs(testing::Gt(10)));
  for (const auto& page : pages) {
    EXPECT_THAT(page.text, HasSubstr(".SH NAME")) << page.name;
    EXPECT_THAT(page.text, HasSubstr(".SH ENVIRONMENT")) << page.name;
  }
}

// `cluster start`, `stop` and `status` have `--data` in common.
TEST(ToolManual, AVariableThatSeveralCommandsReadIsThereOnce) {
  const auto page = page_named("sluice-cluster");
  const auto environment = page.substr(page.find(".SH ENVIRONMENT"));
  EXPECT_EQ(count_of(environment, "SLUICE_DATA"), 1U) << environment;
}

}  // namespace
}  // namespace sluice::cli
