// SPDX-License-Identifier: Apache-2.0
#include "cli/smartmodule_options.hpp"

#include <gtest/gtest.h>

#include "cli/failure.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

// The words of a command line that names SmartModules, as `consume` would read them.
ParseOutcome parse(std::vector<std::string> words, SmartModuleOptions& options) {
  OptionSet set;
  set.bind(options);
  ParseInput input;
  input.words = std::move(words);
  return parse_options(set, input);
}

std::vector<SmartModuleInvocation> invocations(std::vector<std::string> words) {
  SmartModuleOptions options;
  const auto outcome = parse(std::move(words), options);
  if (!outcome.ok()) throw outcome.failure();
  return invocations_of(options);
}

std::string problem(std::vector<std::string> words) {
  try {
    static_cast<void>(invocations(std::move(words)));
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "none";
}

}  // namespace

TEST(SmartModuleOptions, OneModuleWithItsArguments) {
  const auto one =
      invocations({"--smartmodule", "jolt", "-e", "a=1", "--params", "b=x=y", "--lookback-last",
                   "5", "--lookback-age", "30s", "--aggregate-initial", "0"});
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0].name, "jolt");
  EXPECT_EQ(one[0].params, (std::map<std::string, std::string>{{"a", "1"}, {"b", "x=y"}}));
  EXPECT_EQ(one[0].lookback->last, 5U);
  EXPECT_EQ(one[0].lookback->age, std::chrono::seconds(30));
  EXPECT_EQ(one[0].accumulator, "0");
  EXPECT_FALSE(invocations({"--smartmodule", "jolt"})[0].lookback);
  EXPECT_TRUE(invocations({}).empty());
}

TEST(SmartModuleOptions, AChainAsJson) {
  const auto chain = invocations(
      {"--transform", R"({"uses": "a", "with": {"spec": [{"x": 1}]}, "lookback": {"last": 3}})",
       "--transforms-line", R"({"uses": "b"})"});
  ASSERT_EQ(chain.size(), 2U);
  EXPECT_EQ(chain[0].params.at("spec"), R"([{"x":1}])");
  EXPECT_EQ(chain[0].lookback->last, 3U);
  EXPECT_EQ(chain[1].name, "b");
  EXPECT_FALSE(chain[1].lookback);
}

TEST(SmartModuleOptions, SaysWhatDoesNotGoTogether) {
  EXPECT_NE(problem({"-e", "a=1"}).find("--params: there is no SmartModule"), std::string::npos);
  EXPECT_NE(problem({"--lookback-last", "5"}).find("--lookback-last"), std::string::npos);
  EXPECT_NE(problem({"--smartmodule", "a", "--smartmodule-path", "b"}).find("--smartmodule"),
            std::string::npos);
  EXPECT_NE(problem({"--transform", R"({"uses": "a"})", "-e", "a=1"}).find("with:"),
            std::string::npos);
  EXPECT_NE(problem({"--transform", R"({"use": "a"})"}).find("did you mean `uses`"),
            std::string::npos);
  EXPECT_NE(problem({"--smartmodule", "a", "-e", "novalue"}).find("--params"), std::string::npos);
  EXPECT_NE(problem({"--smartmodule-path", "/nowhere/x.wasm"}).find("/nowhere/x.wasm"),
            std::string::npos);
}

TEST(ParseTransforms, ReadsAChain) {
  const auto chain = parse_transforms(
      "transforms:\n"
      "  - uses: infinyon/jolt@0.1.0\n"
      "    with:\n"
      "      spec: [{operation: default}]\n"
      "  - uses: dedup\n"
      "    lookback: {last: 10, age: 1h}\n",
      "chain.yaml");
  ASSERT_EQ(chain.size(), 2U);
  EXPECT_EQ(chain[0].uses, "infinyon/jolt@0.1.0");
  EXPECT_EQ(chain[0].with.at("spec"), R"([{"operation":"default"}])");
  EXPECT_EQ(lookback_of(chain[1])->age, std::chrono::hours(1));
}

TEST(ParseTransforms, NamesThePlaceOfWhatIsWrong) {
  const auto problem = [](std::string_view text) {
    try {
      static_cast<void>(parse_transforms(text, "chain.yaml"));
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), Errc::invalid_config);
      return std::string(failure.what());
    }
    return std::string("none");
  };
  EXPECT_NE(problem("transforms:\n  - use: x\n").find("chain.yaml:2:5"), std::string::npos);
  EXPECT_NE(problem("- uses: x\n").find("not a mapping"), std::string::npos);
  EXPECT_NE(problem("transform: []\n").find("did you mean `transforms`"), std::string::npos);
  EXPECT_NE(problem("{").find("chain.yaml"), std::string::npos);
}

}  // namespace sluice::cli
