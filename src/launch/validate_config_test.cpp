// SPDX-License-Identifier: Apache-2.0
// What `validate` adds to the reading of a file, which options/wrong_files_test.cpp has: the
// section by the metadata of its program, what the program says itself, secrets, programs that are
// missing.
#include "launch/validate_config.hpp"

#include <gmock/gmock.h>

#include "launch/test_folder.hpp"

namespace sluice::launch {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* metadata = R"({"name":"ticks-source","direction":"Source","schema":{
"$schema":"http://json-schema.org/draft-07/schema#","title":"T","type":"object",
"required":["fluvio_topic","endpoint"],"properties":{
"fluvio_topic":{"type":"string"},
"endpoint":{"type":"string","description":"Address."},
"qos":{"type":"integer","minimum":0,"maximum":2},
"ratio":{"type":"number"},
"loud":{"type":"boolean"},
"mode":{"type":"string","enum":["fast","slow"]},
"client_id":{"type":["string","null"]},
"header":{"type":"array","items":{"type":"string"}},
"labels":{"type":"array","items":{"type":"string"}},
"socket":{"type":"object","properties":{"ping_ms":{"type":"integer"}},"additionalProperties":false}
}},"version":"1.0.0","description":"Ticks."})";

class ValidateConfig : public LaunchFolder {
 protected:
  void SetUp() override {
    LaunchFolder::SetUp();
    write("meta.json", metadata);
    program("bin/ticks-source", "tr -d '\\n' <\"" + (folder_ / "meta.json").string() + "\"; echo");
  }
  Validation validate(const std::string& yaml) {
    wanted_.launch.file.path = write("c.yaml", yaml);
    wanted_.folders = {{folder_ / "bin", true}};
    return validate_config(wanted_, [this](const std::string& name) -> std::optional<std::string> {
      const auto at = environment_.find(name);
      return at != environment_.end() ? std::optional(at->second) : std::nullopt;
    });
  }
  // The place without the folder's name.
  [[nodiscard]] std::string place(const Diagnostic& one) const {
    const auto prefix = (folder_ / "c.yaml").string();
    if (one.place == prefix) return "the file";
    return one.place.starts_with(prefix) ? one.place.substr(prefix.size()) : one.place;
  }

  ValidateWanted wanted_;
  std::map<std::string, std::string> environment_;
};

// Lines 1 to 6 are the head; the section is line 7, its keys follow from line 8.
std::string file(const std::string& section) {
  return "apiVersion: 0.1.0\nmeta:\n  name: n\n  type: ticks-source\n  version: 1.0.0\n"
         "  topic: t\n" +
         (section.empty() ? "" : "ticks:\n" + section);
}
std::string unversioned(const std::string& lines) {
  return "name: n\ntype: ticks\nversion: 1.0.0\ntopic: t\n" + lines;
}

struct Case {
  const char* name;
  std::string yaml;
  std::string place;    // empty: the file is right
  std::string problem;  // part of it
  std::string suggestion;
  std::size_t problems = 1;
};
void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

class Section : public ValidateConfig, public testing::WithParamInterface<Case> {};

TEST_P(Section, IsCheckedByTheMetadataOfItsProgram) {
  const auto& one = GetParam();
  const auto out = validate(one.yaml);
  if (one.place.empty()) {
    EXPECT_THAT(out.problems, IsEmpty()) << out.problems.front().text();
    EXPECT_TRUE(out.section_checked);
    EXPECT_EQ(out.exit_code(), 0);
    return;
  }
  ASSERT_EQ(out.problems.size(), one.problems);
  EXPECT_EQ(place(out.problems[0]), one.place) << out.problems[0].text();
  EXPECT_THAT(out.problems[0].problem, HasSubstr(one.problem));
  EXPECT_EQ(out.problems[0].suggestion, one.suggestion);
  EXPECT_EQ(out.exit_code(), 2);
}

const std::string ep = "  endpoint: x\n";
const Case cases[] = {
    {"all_right", file(ep + "  qos: 1\n  ratio: 1.5\n  loud: true\n  mode: fast\n"), "", "", ""},
    {"dashes_for_underscores", file(ep + "  client-id: me\n"), "", "", ""},
    {"a_number_where_text_goes", file("  endpoint: 12\n"), "", "", ""},
    {"a_quoted_number", file(ep + "  qos: \"1\"\n"), "", "", ""},
    {"nothing_is_unset", file(ep + "  qos:\n"), "", "", ""},
    {"one_value_is_a_list", file(ep + "  header: \"A: b\"\n"), "", "", ""},
    {"a_mapping_is_a_list_of_pairs", file(ep + "  labels: {a: b}\n"), "", "", ""},
    {"unversioned", unversioned("parameters: {endpoint: x, qos: \"1\"}\n"), "", "", ""},
    {"misspelt", file(ep + "  qso: 1\n"), ":9:3", "the key `qso` is not known under `ticks`",
     "qos"},
    {"misspelt_with_dashes", file(ep + "  clinet-id: 1\n"), ":9:3", "`clinet-id` is not known",
     "client_id"},
    {"unknown", file(ep + "  zzzzzz: 1\n"), ":9:3", "the key `zzzzzz` is not known", ""},
    {"twice", file(ep + "  client-id: a\n  client_id: b\n"), ":10:3", "is given twice", ""},
    {"wrong_type", file(ep + "  qos: many\n"), ":9:8", "has the wrong type", ""},
    {"wrong_boolean", file(ep + "  loud: 3\n"), ":9:9", "has the wrong type", ""},
    {"over_the_range", file(ep + "  qos: 3\n"), ":9:8", "3", ""},
    {"not_of_the_list", file(ep + "  mode: quick\n"), ":9:9", "quick", ""},
    {"wrong_inside", file(ep + "  socket: {ping_ms: soon}\n"), ":9:21", "has the wrong type", ""},
    {"unknown_inside", file(ep + "  socket: {pong: 1}\n"), ":9:18", "unknown property", ""},
    {"missing", file("  qos: 1\n"), ":7:1", "the key `endpoint` is missing", ""},
    {"no_section", file(""), "the file", "the key `endpoint` is missing", ""},
    {"not_a_mapping",
     "apiVersion: 0.1.0\nmeta: {name: n, type: ticks-source, version: 1, topic: t}\n"
     "ticks: [endpoint]\n",
     ":3:1", "is not known", "", 2},
    {"the_topic", file(ep + "  fluvio-topic: t\n"), ":9:3", "the topic does not stand under", ""},
    {"parameter", unversioned("parameters:\n  endpoint: x\n  mdoe: fast\n"), ":7:3", "`mdoe`",
     "mode"},
    {"producer", file(ep) + "transforms: [{uses: x}]\n", ":9:1", "has no option `transform`", ""},
};

INSTANTIATE_TEST_SUITE_P(Files, Section, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_F(ValidateConfig, AFileOfTheOtherDirectionIsRefused) {
  program("bin/ticks", "sed s/ticks-source/ticks/ \"" + (folder_ / "bin/meta").string() + "\"");
  auto text = std::string(metadata);
  std::erase(text, '\n');
  write("bin/meta", text + "\n");
  const auto out = validate(
      "apiVersion: 0.1.0\nmeta: {name: n, type: ticks, version: 1, topic: t}\nx: {endpoint: y}\n");
  ASSERT_EQ(out.problems.size(), 1U);
  EXPECT_THAT(out.problems[0].problem, HasSubstr("is a sink, but the connector is a source"));
}

TEST_F(ValidateConfig, WithoutItsProgramOnlyTheHeadIsCheckedAndThatIsNoSuccess) {
  std::filesystem::remove(folder_ / "bin/ticks-source");
  program("bin/tick-source", "");
  const auto out = validate(file(ep));
  ASSERT_EQ(out.problems.size(), 1U);
  EXPECT_EQ(place(out.problems[0]), ":4:9");
  EXPECT_THAT(out.problems[0].problem, HasSubstr("did you mean `tick-source`"));
  EXPECT_THAT(out.problems[0].problem, HasSubstr((folder_ / "bin").string()));
  EXPECT_FALSE(out.section_checked);
  EXPECT_EQ(out.exit_code(), 3);

  wanted_.head_only = true;
  EXPECT_EQ(validate(file(ep)).exit_code(), 0);
  const auto wrong = validate("apiVersion: 0.1.0\nmeta: {nme: n}\n");
  EXPECT_EQ(wrong.exit_code(), 2);
}

TEST_F(ValidateConfig, AProgramThatSaysNoMetadataIsReported) {
  program("bin/ticks-source", "echo oops >&2; exit 1");
  const auto out = validate(file(ep));
  ASSERT_EQ(out.problems.size(), 1U);
  EXPECT_THAT(out.problems[0].text(), HasSubstr("oops"));
  EXPECT_EQ(out.exit_code(), 3);
}

TEST_F(ValidateConfig, AFileThatIsNotThereIsAProblem) {
  wanted_.launch.file.path = (folder_ / "nothing.yaml").string();
  const auto out = validate_config(wanted_, process_environment());
  ASSERT_EQ(out.problems.size(), 1U);
  EXPECT_THAT(out.problems[0].text(), HasSubstr("nothing.yaml: cannot read the file"));
  EXPECT_EQ(out.exit_code(), 2);
}

TEST_F(ValidateConfig, UndefinedSecretsAreReportedWithTheirPlaceUsedOrNot) {
  const auto out = validate(
      "apiVersion: 0.1.0\nmeta:\n  name: n\n  type: ticks-source\n"
      "  version: 1\n  topic: t\n  secrets:\n    - name: USED\n"
      "    - name: UNUSED\nticks:\n  endpoint: ${{ secrets.USED }}\n");
  std::vector<std::string> places;
  for (const auto& one : out.problems) places.push_back(place(one));
  EXPECT_THAT(places, testing::UnorderedElementsAre(":8:13", ":9:13", ":11:13"));
}

// Secrets are filled in after the file is parsed, so that none of them can add a key, end a quote
// or begin a comment; and whatever is wrong with them, they are not shown.
TEST_F(ValidateConfig, NoSecretChangesTheStructureOrIsShown) {
  for (const std::string secret : {"x\nqos: 9", "\" # ", "}, {\"a\": [", "a: b", "*alias", "!tag",
                                   "${{ secrets.OTHER }}", "---", "\t", "9", "s3cr3t'"}) {
    environment_["S"] = secret;
    const auto yaml = [](const std::string& section) {
      return "apiVersion: 0.1.0\nmeta: {name: n, type: ticks-source, version: 1, topic: t, "
             "secrets: [{name: S}]}\nticks:\n" +
             section;
    };
    const auto right = validate(yaml("  endpoint: \"a ${{ secrets.S }} b\"\n"));
    EXPECT_THAT(right.problems, IsEmpty()) << secret << ": " << right.problems.front().text();
    ASSERT_NE(right.file.file->section, nullptr);
    ASSERT_EQ(right.file.file->section->children.size(), 1U);
    EXPECT_EQ(right.file.file->section->children[0].text, "a " + secret + " b");

    const auto wrong =
        validate(yaml("  endpoint: x\n  mode: \"-${{ secrets.S }}-\"\n"
                      "  socket: {ping_ms: \"-${{ secrets.S }}-\"}\n"));
    ASSERT_EQ(wrong.problems.size(), 2U);
    for (const auto& one : wrong.problems) {
      EXPECT_THAT(one.text(), Not(HasSubstr("-" + secret + "-")));
      EXPECT_THAT(one.problem, HasSubstr("***"));
    }
  }
}

TEST_F(ValidateConfig, SecretsOfAFileComeFromThereAlone) {
  environment_["S"] = "of the environment";
  wanted_.launch.file.secrets = write("s.env", "OTHER=1\n");
  const auto out = validate(
      "apiVersion: 0.1.0\nmeta: {name: n, type: ticks-source, version: 1, "
      "topic: t, secrets: [{name: S}]}\nticks: {endpoint: x}\n");
  ASSERT_EQ(out.problems.size(), 1U);
  EXPECT_THAT(out.problems[0].problem, HasSubstr("no value in " + (folder_ / "s.env").string()));
}

class ValidateKit : public ValidateConfig {
 protected:
  void kit(const std::string& validate_body) {
    auto text = std::string(metadata);
    std::erase(text, '\n');
    const std::string before = R"("$schema":"http://json-schema.org/draft-07/schema#",)";
    text.insert(text.find(before) + before.size(), R"("$comment":"sluice-kit 1",)");
    write("meta.json", text);
    program("bin/ticks-source", "case $1 in\nmetadata) cat \"" + (folder_ / "meta.json").string() +
                                    "\"; echo;;\nvalidate) shift; " + validate_body + ";;\nesac");
  }
};

TEST_F(ValidateKit, AProgramOfTheKitChecksTheFileItself) {
  const auto path = (folder_ / "c.yaml").string();
  kit("echo \"$*\" >\"" + (folder_ / "words").string() + "\"; echo '" + path +
      ":9:3: the key `qso` is not known under `ticks`; did you mean `qos`?' >&2; echo 'For more, "
      "try --help.' >&2; exit 2");
  const auto out = validate(file(ep + "  qso: 1\n"));
  EXPECT_EQ(read("words"), "--config " + path + "\n");
  ASSERT_EQ(out.problems.size(), 1U);
  const Diagnostic& one = out.problems[0];
  EXPECT_EQ(place(one), ":9:3");
  EXPECT_EQ(one.problem, "the key `qso` is not known under `ticks`");
  EXPECT_EQ(one.help, "did you mean `qos`?");
  EXPECT_EQ(one.suggestion, "qos");
  EXPECT_EQ(out.exit_code(), 2);
  EXPECT_TRUE(out.section_checked);
}

TEST_F(ValidateKit, WhatTheProgramAcceptsIsRight) {
  kit("exit 0");
  const auto out = validate(file("  anything: 1\n"));
  EXPECT_TRUE(out.ok());
  EXPECT_TRUE(out.section_checked);
}

TEST_F(ValidateKit, AMistakeInTheHeadIsReportedOnce) {
  const auto path = (folder_ / "c.yaml").string();
  kit("echo '" + path +
      ":6:3: the key `topci` is not known under `meta`; did you mean `topic`?' "
      ">&2; exit 2");
  const auto out = validate(
      "apiVersion: 0.1.0\nmeta:\n  name: n\n  type: ticks-source\n"
      "  version: 1\n  topci: t\nticks: {endpoint: x}\n");
  std::size_t count = 0;
  for (const auto& one : out.problems) count += one.problem.contains("topci") ? 1 : 0;
  EXPECT_EQ(count, 1U);
}

TEST_F(ValidateKit, AProgramThatCrashesHasCheckedNothing) {
  kit("kill -SEGV $$");
  const auto out = validate(file(ep));
  ASSERT_EQ(out.problems.size(), 1U);
  EXPECT_FALSE(out.section_checked);
  EXPECT_EQ(out.exit_code(), 3);
  EXPECT_THAT(out.problems[0].problem, HasSubstr("139"));
}

}  // namespace
}  // namespace sluice::launch
