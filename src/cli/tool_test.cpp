// SPDX-License-Identifier: Apache-2.0
#include "cli/tool.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "cli/completion_scripts.hpp"
#include "cli/failure.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

std::string hint_of(const std::vector<std::string>& words) {
  try {
    static_cast<void>(find_verb(words));
  } catch (const HintedFailure& failure) {
    EXPECT_EQ(failure.code(), Errc::usage);
    return failure.hint();
  }
  return "found";
}

TEST(FindVerb, FindsVerbsOfOneAndTwoWords) {
  const std::vector<std::string> one{"produce", "topic"};
  EXPECT_EQ(find_verb(one).verb, &produce);
  EXPECT_EQ(find_verb(one).word_count, 1U);
  const std::vector<std::string> two{"topic", "list"};
  EXPECT_EQ(find_verb(two).verb, &topic_list);
  EXPECT_EQ(find_verb(two).word_count, 2U);
}

TEST(FindVerb, AGroupAloneIsAGroup) {
  const std::vector<std::string> words{"topic", "--help"};
  EXPECT_EQ(find_verb(words).verb, nullptr);
  EXPECT_EQ(find_verb(words).group, "topic");
}

TEST(FindVerb, ATypingErrorGetsTheNearestName) {
  EXPECT_EQ(hint_of({"produse"}), "did you mean `sluice produce`?");
  EXPECT_EQ(hint_of({"topics"}), "did you mean `sluice topic`?");
  EXPECT_EQ(hint_of({"topic", "lst"}), "did you mean `sluice topic list`?");
  EXPECT_EQ(hint_of({"start"}), "did you mean `sluice cluster start`?");
  EXPECT_EQ(hint_of({"xyzzy"}), "`sluice help` lists the commands");
  EXPECT_EQ(hint_of({"topic", "xyzzy"}), "`sluice help topic` lists the commands");
}

TEST(VerbTable, NamesAreUniqueAndTextsAreSentences) {
  std::vector<std::string_view> names;
  for (const auto* verb : verbs) {
    EXPECT_EQ(std::ranges::count(names, verb->name), 0) << verb->name;
    EXPECT_TRUE(verb->text.ends_with('.')) << verb->name;
    names.push_back(verb->name);
  }
}

TEST(Help, NamesEveryVerbAndEveryOption) {
  const auto tool = tool_help();
  for (const auto* verb : verbs) {
    EXPECT_NE(tool.find("\n  " + std::string(verb->name)), std::string::npos) << verb->name;
    const auto text = verb_help(*verb);
    const auto options = verb->make();
    OptionSet set;
    verb->bind(set, options.get());
    for (const auto& word : completion_words(set)) {
      EXPECT_NE(text.find(word.flag), std::string::npos) << verb->name << " " << word.flag;
    }
  }
}

TEST(Completions, EveryShellKnowsEveryVerb) {
  const auto bash = bash_completion();
  const auto zsh = zsh_completion();
  const auto fish = fish_completion();
  for (const auto* verb : verbs) {
    const std::string name(verb->name);
    EXPECT_NE(bash.find("'" + name + " '*)"), std::string::npos) << name;
    EXPECT_NE(zsh.find("'" + name + "') _arguments"), std::string::npos) << name;
    EXPECT_NE(fish.find("__sluice_words_begin " + name + "'"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace sluice::cli
