// SPDX-License-Identifier: Apache-2.0
#include "file_options.hpp"

#include <gtest/gtest.h>

namespace sluice::file_source {
namespace {

std::size_t problems_of(const FileOptions& options) {
  OptionProblems problems;
  validate_options(options, problems);
  return problems.items().size();
}

TEST(FileOptions, TakesPlainOnes) {
  EXPECT_EQ(problems_of({.paths = {"/a"}}), 0U);
  EXPECT_EQ(
      problems_of(
          {.paths = {"/a"}, .format = Format::whole, .done = Done::move, .done_folder = "/b"}),
      0U);
}

TEST(FileOptions, RefusesWhatDoesNotFitTogether) {
  EXPECT_EQ(problems_of({.paths = {""}}), 1U);
  EXPECT_EQ(problems_of({.paths = {"/a"}, .delimiter = ""}), 1U);
  EXPECT_EQ(problems_of({.paths = {"/a"}, .delimiter = "\\q"}), 1U);
  EXPECT_EQ(problems_of({.paths = {"/a"}, .multiline_start = "("}), 1U);
  EXPECT_EQ(problems_of({.paths = {"/a"}, .format = Format::whole, .multiline_start = "a"}), 1U);
  EXPECT_EQ(problems_of({.paths = {"/a"}, .done = Done::remove}), 1U);
  EXPECT_EQ(problems_of({.paths = {"/a"}, .format = Format::whole, .done = Done::move}), 1U);
  EXPECT_EQ(problems_of({.paths = {"/a"}, .done_folder = "/b"}), 1U);
}

TEST(FileOptions, GiveTheTailItsRules) {
  const auto tail = tail_options({.paths = {"/a"}, .delimiter = "\\0", .multiline_start = "^a"});
  EXPECT_EQ(tail.rules.delimiter, std::string(1, '\0'));
  EXPECT_TRUE(tail.rules.begins_record("ab"));
  EXPECT_FALSE(tail.rules.begins_record("ba"));
}

}  // namespace
}  // namespace sluice::file_source
