// SPDX-License-Identifier: Apache-2.0
#include "deploy/deployment.hpp"

#include "deploy/difference.hpp"
#include "deploy/test_support.hpp"

namespace sluice::deploy {
namespace {

TEST(DeploymentJson, GivesBackWhatWasWritten) {
  for (const auto target : {Target::local, Target::compose, Target::kubernetes}) {
    auto deployment = example(target).deployment;
    deployment.desired = Desired::paused;
    deployment.environment["RUST_LOG"] = "warn";
    deployment.running.drain_timeout = std::chrono::seconds(7);
    const auto parsed = parse_deployment(deployment_json(deployment));
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(*parsed, deployment);
  }
}

TEST(DeploymentJson, HasNothingOfASecret) {
  EXPECT_EQ(deployment_json(example(Target::local).deployment).find("a\\\"b"), std::string::npos);
}

TEST(DeploymentJson, RefusesANewerFormat) {
  auto text = deployment_json(example(Target::local).deployment);
  text.replace(text.find("\"format\": 1"), 11, "\"format\": 9");
  const auto parsed = parse_deployment(text);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().code, Errc::unsupported);
}

TEST(DeploymentJson, RefusesWhatIsCutOrStrange) {
  const auto text = deployment_json(example(Target::local).deployment);
  for (const auto& wrong : {text.substr(0, text.size() / 2), std::string(), std::string("[]"),
                            std::string("{\"format\": 1}")}) {
    const auto parsed = parse_deployment(wrong);
    ASSERT_FALSE(parsed) << wrong;
    EXPECT_EQ(parsed.error().code, Errc::data_corrupt);
  }
}

TEST(Difference, IsEmptyWhenNothingButTheGenerationAndTheWishDiffers) {
  const auto before = example(Target::local);
  auto after = before;
  after.deployment.generation = 8;
  after.deployment.desired = Desired::stopped;
  EXPECT_EQ(difference(before, after), "");
}

TEST(Difference, ShowsOldAndNewLinesAndNoSecret) {
  const auto before = example(Target::local);
  auto after = before;
  after.config.replace(after.config.find("30s"), 3, "10s");
  after.secrets = "FEED_KEY=other\nMORE=x\n";
  seal(after);
  const auto lines = difference(before, after);
  EXPECT_NE(lines.find("-   interval: 30s\n+   interval: 10s\n"), std::string::npos) << lines;
  EXPECT_NE(lines.find("+ MORE=***"), std::string::npos) << lines;
  EXPECT_EQ(lines.find("other"), std::string::npos) << lines;
  after.secrets = "FEED_KEY=other\n";
  EXPECT_NE(difference(before, after).find("values differ"), std::string::npos);
}

TEST(Difference, OfLinesLeavesOutWhatIsFarFromAChange) {
  EXPECT_EQ(line_difference("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\ne\nF\n"), "  d\n  e\n- f\n+ F\n");
  EXPECT_EQ(line_difference("", "x\n"), "+ x\n");
}

}  // namespace
}  // namespace sluice::deploy
