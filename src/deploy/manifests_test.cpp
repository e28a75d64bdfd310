// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include "deploy/compose.hpp"
#include "deploy/kubernetes.hpp"
#include "deploy/systemd.hpp"
#include "deploy/test_support.hpp"
#include "deploy/yaml_text.hpp"

namespace sluice::deploy {
namespace {

using Json = nlohmann::ordered_json;

TEST(YamlText, GivesBackEveryText) {
  for (const std::string text :
       {"",    "plain",  "yes",        "NO",   "null",        "~",     "1.0",  "0x1F",   "1e3",
        "- a", "a: b",   "#c",         "a #b", "*a",          "&a",    "!t",   "'",      "\"",
        "\\",  "a\nb\n", "a\nb",       "\n",   " a\n",        "a\n\n", "a\tb", "a\tb\n", "{{x}}",
        "%y",  "@z",     "2001-01-01", "\x01", "caf\xc3\xa9", "=",     "<<",   "a \nb\n"}) {
    const auto yaml = yaml_text(Json{{"key", text}, {"list", {text}}});
    const auto node = YAML::Load(yaml);
    ASSERT_TRUE(node["key"].IsScalar()) << yaml;
    EXPECT_EQ(node["key"].as<std::string>(), text) << yaml;
    EXPECT_EQ(node["list"][0].as<std::string>(), text) << yaml;
  }
}

TEST(YamlText, QuotesWhatOthersTakeForSomethingElse) {
  EXPECT_EQ(yaml_text(Json{{"a", "true"}, {"b", true}, {"c", "1"}, {"d", 1}, {"e", nullptr}}),
            "a: \"true\"\nb: true\nc: \"1\"\nd: 1\ne: ~\n");
}

TEST(KubernetesObjects, AreThoseOfTheGoldenFile) {
  expect_golden("kubernetes.yaml", yaml_texts(kubernetes_objects(example(Target::kubernetes))));
}

TEST(KubernetesObjects, AreShownWithoutTheSecret) {
  const auto text = yaml_texts(kubernetes_objects_shown(example(Target::kubernetes)));
  EXPECT_NE(text.find("FEED_KEY=***"), std::string::npos);
  EXPECT_EQ(text.find("a\\\"b"), std::string::npos);
}

TEST(KubernetesObjects, HaveNoReplicaWhenNotRunning) {
  auto applied = example(Target::kubernetes);
  applied.deployment.desired = Desired::stopped;
  EXPECT_EQ(kubernetes_objects(applied).back()["spec"]["replicas"], 0);
}

TEST(KubernetesObjects, RollWhenTheConfigurationChanges) {
  auto applied = example(Target::kubernetes);
  const auto annotations = [](const Applied& of) {
    return kubernetes_objects(of).back()["spec"]["template"]["metadata"]["annotations"];
  };
  const auto before = annotations(applied);
  applied.config += "# more\n";
  seal(applied);
  EXPECT_NE(annotations(applied), before);
}

TEST(KubernetesName, IsValidAndItsOwnForEachName) {
  EXPECT_EQ(kubernetes_name("weather"), "weather");
  EXPECT_NE(kubernetes_name("feed.v2"), kubernetes_name("feed.v3"));
  EXPECT_NE(kubernetes_name("Feed"), kubernetes_name("feed"));
  for (const auto& name : std::vector<std::string>{"_x", "ÄÖ", "a.", std::string(200, 'a'), "-"}) {
    const auto made = kubernetes_name(name);
    EXPECT_LE(made.size(), 50U);
    EXPECT_EQ(made.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos);
    EXPECT_NE(made.front(), '-');
    EXPECT_NE(made.back(), '-');
  }
}

TEST(ComposeYaml, IsThatOfTheGoldenFile) {
  const std::vector<Applied> all{example(Target::compose)};
  expect_golden("compose.yaml", compose_yaml(all, {}));
}

TEST(ComposeYaml, FillsInNoVariables) {
  auto applied = example(Target::compose);
  applied.deployment.container.args.emplace_back("--x=${HOME}");
  const std::vector<Applied> all{applied};
  const auto node = YAML::Load(compose_yaml(all, {}));
  const auto command = node["services"]["weather"]["command"];
  EXPECT_EQ(command[command.size() - 1].as<std::string>(), "--x=$${HOME}");
}

TEST(UnitText, IsThatOfTheGoldenFile) {
  expect_golden("sluice-weather.service",
                unit_text({.name = "weather",
                           .program = "/usr/bin/sluice",
                           .environment = {{"SLUICE_STATE_DIR", "/var/lib/sluice"}},
                           .system = true}));
}

TEST(UnitText, KeepsSystemdFromReadingIntoNamesAndPaths) {
  const auto text = unit_text(
      {.name = "a b%n$c\"d", .program = "/opt/x y/sluice", .environment = {{"A", "50% \"x\""}}});
  EXPECT_NE(text.find("ExecStart=\"/opt/x y/sluice\" deploy supervise \"a b%%n$$c\\\"d\"\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("Environment=\"A=50%% \\\"x\\\"\"\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace sluice::deploy
