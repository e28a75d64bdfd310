// SPDX-License-Identifier: Apache-2.0
#include "connector/documents.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sluice::connector {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const ProgramInfo about{.name = "made-up-source",
                        .direction = "source",
                        .version = "0.1.0",
                        .description = "Makes up records.",
                        .section = "made-up"};

std::optional<std::string> document_of(std::vector<std::string> words) {
  const OptionSet none;
  return document(words, about, none);
}

TEST(Document, ManIsTheManualPage) {
  EXPECT_THAT(document_of({"man"}).value_or(""), StartsWith(".TH MADE\\-UP\\-SOURCE 1 "));
}

TEST(Document, ThereIsACompletionScriptForEachShell) {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    EXPECT_THAT(document_of({"completions", shell}).value_or(""), HasSubstr("made-up-source"));
  }
}

TEST(Document, AnUnknownShellIsAWrongCommandLine) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"completions"}, {"completions", "tcsh"}}) {
    try {
      (void)document_of(words);
      FAIL() << "was accepted";
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.error().code, Errc::usage);
      EXPECT_THAT(failure.error().message(), HasSubstr("made-up-source completions bash"));
    }
  }
}

TEST(Document, AnyOtherWordIsNone) {
  EXPECT_EQ(document_of({}), std::nullopt);
  EXPECT_EQ(document_of({"metadata"}), std::nullopt);
  EXPECT_EQ(document_of({"--fluvio-topic", "man"}), std::nullopt);
}

}  // namespace
}  // namespace sluice::connector
