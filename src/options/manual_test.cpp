// SPDX-License-Identifier: Apache-2.0
#include "sluice/options/manual.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "options/roff.hpp"
#include "options/sample_options.hpp"

namespace sluice::options {
namespace {

using testing::HasSubstr;
using testing::Not;

const ProgramInfo sample_program{.name = "sample-source",
                                 .direction = "source",
                                 .version = "0.1.0",
                                 .description = "Requests an address. It sends the answers.",
                                 .section = "sample"};

TEST(Manual, IsTheGoldenFile) {
  SampleRun run;
  const auto page = connector_manual(sample_program, run.set());
  const auto path = std::string(SLUICE_TEST_DATA) + "/options/sample.1";
  if (std::getenv("SLUICE_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << page;
  std::ostringstream expected;
  expected << std::ifstream(path).rdbuf();
  EXPECT_EQ(page, expected.str()) << path;
}

TEST(Manual, ShowsNeitherHiddenOptionsNorSecrets) {
  SampleRun run;
  run.options.token = Secret<std::string>("hunter2");
  const auto page = connector_manual(sample_program, run.set());
  EXPECT_THAT(page, Not(HasSubstr("hunter2")));
  EXPECT_THAT(page, Not(HasSubstr("debug")));
  EXPECT_THAT(page, HasSubstr("token"));
}

TEST(Manual, TheSummaryIsTheFirstSentenceWithoutItsFullStop) {
  const ManualPage page("sample-source", "0.1.0", "Requests an address. It sends the answers.");
  EXPECT_THAT(page.text(), HasSubstr("sample\\-source \\- Requests an address\n"));
}

TEST(Manual, NamesTheVariablesOfTheOptions) {
  SampleRun run;
  ManualPage page("x", "1", "X.");
  page.environment(run.set());
  EXPECT_THAT(page.text(), HasSubstr("SAMPLE_TOKEN"));
  EXPECT_THAT(page.text(), HasSubstr("FLV_PROFILE_PATH"));
}

TEST(Roff, ShowsEachCharacterAsItself) {
  EXPECT_EQ(roff_escaped(R"(a\b --x 'q' ~^`)"), R"(a\eb \-\-x \(aqq\(aq \(ti\(ha\(ga)");
}

TEST(Roff, ADotAtTheStartOfALineIsNoMacro) {
  EXPECT_EQ(roff_escaped(".SH x"), "\\&.SH x");
  EXPECT_EQ(roff_paragraph(".SH x"), "\\&.SH x");
  EXPECT_EQ(roff_escaped("'br"), "\\(aqbr");
}

TEST(Roff, WhatIsInBackticksIsBold) {
  EXPECT_EQ(roff_paragraph("use `a` or `b`."), "use \\fBa\\fR or \\fBb\\fR.");
}

TEST(Roff, ABacktickWithoutAPartnerIsShown) {
  EXPECT_EQ(roff_paragraph("`a` and `"), "\\fBa\\fR and \\(ga");
}

TEST(Roff, AUsageHasBoldWordsAndSlantedValues) {
  EXPECT_EQ(roff_usage("-i, --in <FILE>"), "\\fB\\-i\\fR, \\fB\\-\\-in \\fIFILE\\fR");
  EXPECT_EQ(roff_usage("[<FILE>...]"), "[\\fIFILE\\fR...]");
}

}  // namespace
}  // namespace sluice::options
