// SPDX-License-Identifier: Apache-2.0
#include "launch/launch_plan.hpp"

#include <gmock/gmock.h>

#include "launch/test_folder.hpp"

namespace sluice::launch {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

class PlanLaunch : public LaunchFolder {
 protected:
  PlannedLaunch plan(const std::string& yaml) {
    wanted_.file.path = write("c.yaml", yaml);
    file_ = read_launch_file(wanted_.file, [this](const std::string& name) {
      const auto at = environment_.find(name);
      return at != environment_.end() ? std::optional(at->second) : std::nullopt;
    });
    EXPECT_THAT(file_.problems, IsEmpty()) << file_.problems.front().text();
    return plan_launch(file_, {"ticks-source", "/opt/ticks-source", "/opt"}, metadata_, wanted_);
  }
  void has_options(std::initializer_list<const char*> names) {
    for (const auto* const name : names)
      metadata_.schema["properties"][name] = catalog::json::object();
  }

  std::map<std::string, std::string> environment_;
  catalog::Metadata metadata_{.name = "ticks-source",
                              .direction = "Source",
                              .version = "1.0.0",
                              .description = "d",
                              .schema = catalog::json::object()};
  LaunchWanted wanted_;
  LaunchFile file_;
};

std::string unversioned(const std::string& more) {
  return "name: n\ntype: ticks-source\nversion: 1.0.0\ntopic: t\n" + more;
}
std::string versioned(const std::string& meta, const std::string& more) {
  return "apiVersion: 0.1.0\nmeta:\n  name: n\n  type: ticks-source\n  version: 1.0.0\n"
         "  topic: t\n" +
         meta + more;
}

TEST_F(PlanLaunch, AProgramOfTheKitGetsTheFileAndTheExtraWords) {
  metadata_.is_kit = true;
  wanted_.file.secrets = write("s.env", "A=1\n");
  wanted_.extra = {"--log", "debug"};
  const auto out = plan(versioned("", "ticks: {interval: 1s}\n"));
  EXPECT_THAT(out.plan.arguments.words, ElementsAre("--config", folder_ / "c.yaml", "--secrets",
                                                    folder_ / "s.env", "--log", "debug"));
  EXPECT_THAT(out.plan.environment, IsEmpty());
  EXPECT_EQ(out.plan.name, "n");
  EXPECT_EQ(out.plan.topic, "t");
}

// What the official runner did, §3.2.
TEST_F(PlanLaunch, AnyOtherProgramGetsItsSectionAsSortedOptions) {
  const auto out =
      plan(unversioned("parameters:\n"
                       "  url_path: /x\n"
                       "  header: [\"A: b\", \"C: d\"]\n"
                       "  count: 10.0\n"
                       "  hex: 0xf1\n"
                       "  quoted: \"10.0\"\n"
                       "  on: true\n"
                       "  nothing:\n"
                       "  map: {sub_key: 10.0, other: y}\n"));
  EXPECT_THAT(out.plan.arguments.words,
              ElementsAre("--fluvio-topic=t", "--count=10", "--header=A: b", "--header=C: d",
                          "--hex=241", "--map=sub-key:10.0", "--map=other:y", "--on=true",
                          "--quoted=10.0", "--url-path=/x"));
}

TEST_F(PlanLaunch, ProducerAndTransformsArePassedOnWhereTheProgramHasThem) {
  has_options({"producer_linger", "producer_batch_size", "transform"});
  const auto out = plan(versioned("  producer: {linger: 250ms, batch-size: 32 KiB}\n",
                                  "ticks: {a: 1}\n"
                                  "transforms:\n  - uses: jolt\n    with: {spec: \"[]\"}\n"));
  EXPECT_THAT(out.problems, IsEmpty());
  EXPECT_THAT(out.plan.arguments.words,
              ElementsAre("--fluvio-topic=t", "--a=1", "--producer-linger=250ms",
                          "--producer-batch-size=32 KiB",
                          R"(--transform={"uses":"jolt","with":{"spec":"[]"}})"));
}

TEST_F(PlanLaunch, WhatTheProgramHasNoOptionForIsAProblemAtItsKey) {
  const auto out = plan(versioned("  consumer: {id: x}\n", "ticks: {a: 1}\n"));
  ASSERT_EQ(out.problems.size(), 1U);
  EXPECT_THAT(out.problems[0].place, HasSubstr("c.yaml:7:14"));
  EXPECT_THAT(out.problems[0].problem, HasSubstr("no option `consumer_id`"));
}

TEST_F(PlanLaunch, SecretsAreInTheEnvironmentAndNeverShown) {
  environment_["TOKEN"] = "s3cr3t: \"x\"\n# no: structure";
  const auto out = plan(versioned("  secrets: [{name: TOKEN}]\n",
                                  "ticks:\n  token: ${{ secrets.TOKEN }}\n"
                                  "  list: [\"Bearer ${{ secrets.TOKEN }}\", plain]\n"));
  EXPECT_THAT(out.plan.environment, ElementsAre(Pair("TOKEN", environment_["TOKEN"])));
  EXPECT_THAT(out.plan.arguments.words,
              ElementsAre("--fluvio-topic=t", "--list=Bearer " + environment_["TOKEN"],
                          "--list=plain", "--token=" + environment_["TOKEN"]));
  EXPECT_THAT(out.plan.command_line(), Not(HasSubstr("s3cr3t")));
  EXPECT_THAT(out.plan.command_line(), HasSubstr("--token=***"));
}

TEST_F(PlanLaunch, TheSecretsOfAnUnversionedFileAreTheEnvironment) {
  const auto out = plan(unversioned("secrets: {RUST_BACKTRACE: \"1\"}\n"));
  EXPECT_THAT(out.plan.environment, ElementsAre(Pair("RUST_BACKTRACE", "1")));
}

TEST_F(PlanLaunch, TheClusterGoesToEachProgramInItsWay) {
  wanted_.cluster = {.cluster = "h:1", .profile_name = std::nullopt, .profile_file = "/p"};
  const auto other = plan(unversioned(""));
  EXPECT_THAT(other.plan.environment,
              ElementsAre(Pair("FLV_PROFILE_PATH", "/p"), Pair("SLUICE_CLUSTER", "h:1")));
  metadata_.is_kit = true;
  const auto kit = plan(unversioned(""));
  EXPECT_THAT(kit.plan.arguments.words,
              ElementsAre("--config", folder_ / "c.yaml", "--cluster", "h:1"));
  metadata_.is_kit = false;
  wanted_.cluster = {.cluster = {}, .profile_name = "other", .profile_file = {}};
  EXPECT_EQ(plan(unversioned("")).problems.size(), 1U);
}

TEST_F(PlanLaunch, SettingsOfTheTopicThatAreNotPassedOnAreAWarning) {
  const auto out = plan(
      "apiVersion: 0.2.0\nmeta:\n  name: n\n  type: ticks-source\n  version: 1\n"
      "  topic: {meta: {name: t}, partition: {count: 3}}\nticks: {a: 1}\n");
  ASSERT_EQ(out.warnings.size(), 1U);
  EXPECT_THAT(out.warnings[0].place, HasSubstr("c.yaml:6:3"));
}

}  // namespace
}  // namespace sluice::launch
