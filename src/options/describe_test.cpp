// SPDX-License-Identifier: Apache-2.0
#include "sluice/options/describe.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "options/sample_options.hpp"

namespace sluice::options {
namespace {

const ProgramInfo sample_program{.name = "sample-source",
                                 .direction = "source",
                                 .version = "0.1.0",
                                 .description = "Requests an address and sends the answers.",
                                 .section = "sample"};

// What the sample says must be what tests/data/options holds. SLUICE_UPDATE_GOLDEN=1 writes it.
void expect_golden(const std::string& name, const std::string& actual) {
  const auto path = std::string(SLUICE_TEST_DATA) + "/options/" + name;
  if (std::getenv("SLUICE_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << actual;
  std::ostringstream expected;
  expected << std::ifstream(path).rdbuf();
  EXPECT_EQ(actual, expected.str()) << path;
}

TEST(Describe, EachOutputIsTheGoldenFile) {
  SampleRun run;
  const auto set = run.set();
  expect_golden("sample.help.txt", help_text(sample_program, set));
  expect_golden("sample.schema.json", schema_json(sample_program, set, 2) + "\n");
  expect_golden("sample.metadata.json", metadata_json(sample_program, set) + "\n");
  expect_golden("sample.md", markdown_reference(sample_program, set));
  expect_golden("sample.bash", completion_script(Shell::bash, sample_program, set));
  expect_golden("sample.zsh", completion_script(Shell::zsh, sample_program, set));
  expect_golden("sample.fish", completion_script(Shell::fish, sample_program, set));
}

TEST(Help, NoLineIsWiderThanAskedFor) {
  SampleRun run;
  for (const std::size_t columns : {80U, 100U}) {
    std::istringstream lines(help_text(sample_program, run.set(), columns));
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), columns) << line;
  }
}

TEST(Help, HiddenOptionsAndSecretsDefaultsAreNotShown) {
  SampleRun run;
  run.options.token = Secret<std::string>("hunter2");
  const auto text = help_text(sample_program, run.set()) + schema_json(sample_program, run.set()) +
                    markdown_reference(sample_program, run.set());
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("hunter2")));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("debug")));
}

// The official metadata of `test-connector` at generation A, but for the options it shares.
struct TestConnectorOptions {
  std::optional<std::int64_t> count;
  std::optional<std::uint64_t> timeout;
};

}  // namespace
}  // namespace sluice::options

template <>
struct sluice::option_table<sluice::options::TestConnectorOptions> {
  using O = sluice::options::TestConnectorOptions;
  static constexpr auto rows = std::tuple{
      option<&O::timeout>("timeout", ""),
      option<&O::count>("count", ""),
  };
};

namespace sluice::options {
namespace {

TEST(Metadata, HasTheOfficialKeysInTheOfficialOrder) {
  TestConnectorOptions options;
  OptionSet set;
  set.bind(options);
  EXPECT_EQ(
      metadata_json({.name = "test-connector", .direction = "source", .version = "0.1.0"}, set),
      R"({"name":"test-connector","direction":"Source","schema":{)"
      R"("$schema":"http://json-schema.org/draft-07/schema#","title":"TestConnectorOpts",)"
      R"("type":"object","properties":{"count":{"type":["integer","null"],"format":"int64"},)"
      R"("timeout":{"type":["integer","null"],"format":"uint64","minimum":0.0}},)"
      R"("additionalProperties":false},"version":"0.1.0","description":""})");
}

std::string yaml_of(const nlohmann::json& section) {
  return "meta: {name: n, type: sample-source, version: 1, topic: t}\nsample: " + section.dump() +
         "\n";
}

TEST(Schema, EachDefaultIsAcceptedByTheParser) {
  SampleRun defaults;
  const auto schema = nlohmann::json::parse(schema_json(sample_program, defaults.set()));
  for (const auto& [key, property] : schema["properties"].items()) {
    if (!property.contains("default") || key.starts_with("smartstream")) continue;
    SampleRun run;
    run.files["c.yaml"] = yaml_of({{"endpoint", "http://h/"}, {key, property["default"]}});
    EXPECT_TRUE(run.parse({"--config=c.yaml"})) << run.outcome.report();
  }
}

TEST(Schema, LimitsAndWordsAreThoseOfTheParser) {
  SampleRun defaults;
  const auto schema = nlohmann::json::parse(schema_json(sample_program, defaults.set()));
  const auto accepts = [](const std::string& key, const nlohmann::json& value) {
    SampleRun run;
    run.files["c.yaml"] = yaml_of({{"endpoint", "http://h/"}, {key, value}});
    return run.parse({"--config=c.yaml"});
  };
  for (const auto& [key, property] : schema["properties"].items()) {
    for (const auto& word : property.value("enum", nlohmann::json::array())) {
      EXPECT_TRUE(accepts(key, word)) << key << word;
      EXPECT_FALSE(accepts(key, word.get<std::string>() + "x")) << key;
    }
    if (property.value("type", nlohmann::json()) != "integer") continue;
    for (const auto* limit : {"minimum", "maximum"}) {
      if (!property.contains(limit)) continue;
      const auto edge = property[limit].get<std::int64_t>();
      const auto outside = edge + (std::string_view(limit) == "minimum" ? -1 : 1);
      EXPECT_TRUE(accepts(key, edge)) << key << edge;
      EXPECT_FALSE(accepts(key, outside)) << key << outside;
    }
  }
}

TEST(Completion, EachFlagThatIsOfferedIsAnOption) {
  SampleRun defaults;
  for (const auto& word : completion_words(defaults.set())) {
    SampleRun run;
    run.parse({word.takes_value ? word.flag + "=1" : word.flag});
    for (const auto& problem : run.outcome.problems) {
      EXPECT_THAT(problem.problem, testing::Not(testing::HasSubstr("no such option")));
    }
  }
}

}  // namespace
}  // namespace sluice::options
