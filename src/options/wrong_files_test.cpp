// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "options/sample_options.hpp"

namespace sluice::options {
namespace {

struct WrongFile {
  std::string name;
  std::string text;
  std::string place;     // of the first problem, without the file's name
  std::string fragment;  // of its text
  std::string suggestion;
  std::size_t problems = 1;
};

void PrintTo(const WrongFile& file, std::ostream* out) {
  *out << file.name;
}

class WrongYaml : public testing::TestWithParam<WrongFile> {};

TEST_P(WrongYaml, IsReportedAtItsLineAndColumn) {
  const auto& file = GetParam();
  SampleRun run;
  run.files["c.yaml"] = file.text;
  run.environment["KNOWN"] = "s3cr3t";

  EXPECT_FALSE(run.parse({"--config", "c.yaml"}));

  ASSERT_EQ(run.outcome.problems.size(), file.problems) << run.outcome.report();
  const auto& problem = run.outcome.problems.front();
  EXPECT_EQ(problem.place, "c.yaml" + file.place) << problem.text();
  EXPECT_THAT(problem.text(), testing::HasSubstr(file.fragment));
  EXPECT_EQ(problem.suggestion, file.suggestion);
  EXPECT_EQ(problem.code, Errc::invalid_config);
  EXPECT_THAT(run.outcome.report(), testing::Not(testing::HasSubstr("s3cr3t")));
  EXPECT_EQ(describe(run.outcome.failure().code()).exit_code, 2);
}

// A right file up to its section: lines 1 to 8; the section's lines follow from line 9.
std::string section(const std::string& lines) {
  return "apiVersion: 0.1.0\n"
         "meta:\n"
         "  name: n\n"
         "  type: sample-source\n"
         "  version: 1.0.0\n"
         "  topic: t\n"
         "sample:\n"
         "  endpoint: http://h/\n" +
         lines;
}

// A right file with more lines in `meta`, from line 6 on.
std::string meta(const std::string& lines, const std::string& version = "0.1.0") {
  return "apiVersion: " + version +
         "\nmeta:\n"
         "  name: n\n"
         "  type: sample-source\n"
         "  version: 1.0.0\n" +
         lines + "sample: {endpoint: http://h/}\n";
}

// A right file of generation B with more lines, from line 5 on.
std::string unversioned(const std::string& lines) {
  return "name: n\ntype: sample\nversion: 0.4.3\ntopic: t\n" + lines;
}

std::string repeated(const std::string& text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

std::string laughs() {
  std::string out = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 9; ++i) {
    const auto name = "*a" + std::to_string(i - 1);
    out += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + name;
    for (int j = 0; j < 9; ++j) out += ", " + name;
    out += "]\n";
  }
  return out;
}

const WrongFile not_yaml[] = {
    {"empty", "", "", "the file is empty", ""},
    {"only_a_comment", "# nothing\n", "", "the file is empty", ""},
    {"a_list", "- a\n- b\n", ":1:1", "the file is not a mapping", "", 2},
    {"a_word", "hello\n", ":1:1", "the file is not a mapping", "", 2},
    {"two_documents", section("") + "---\na: b\n", "", "more than one document", ""},
    {"not_utf8", "name: \xff\xfe\n", "", "not UTF-8 text", ""},
    {"zero_byte", std::string("name: a\0b\n", 10), "", "not UTF-8 text", ""},
    {"tab", section("\tbody: x\n"), ":9:1", "this is not YAML", ""},
    {"open_quote", section("  body: \"x\n"), ":9:1", "a quote is never closed", ""},
    {"open_bracket", section("  headers: [\"a: b\"\n"), ":9:1", "this is not YAML", ""},
    {"indentation", section("   body: x\n"), ":9:8", "check the indentation", ""},
    {"colon_in_value", section("  body: a: b\n"), ":9:10", "quote values that have", ""},
    {"unknown_alias", section("  body: *nothing\n"), ":9:9", "this is not YAML", ""},
    {"alias_in_itself", "a: &a [*a]\n", ":1:8", "inside the value it names", ""},
    {"list_as_key", "? [a]\n: b\n", ":1:3", "a key must be text", ""},
    {"merge_key", section("  <<: {body: x}\n"), ":9:3", "merge keys (`<<`) are not supported", ""},
    {"unknown_tag", section("  body: !secret x\n"), ":9:9", "the tag \"!secret\" is not known", ""},
    {"billion_laughs", laughs(), ":4:5", "too many values, with its aliases expanded", ""},
    {"deep", "a: " + repeated("[", 200) + repeated("]", 200), ":1:67", "nested more than 64 deep",
     ""},
    {"never_closed", "a: [b, {c: d\n", ":1:8", "close every `[` and `{`", ""},
    {"too_many_values", "a: [" + repeated("x,", 100'001) + "x]\n", ":1:199999",
     "the limit is 100000", ""},
};

const WrongFile wrong_sections[] = {
    {"misspelt", section("  intervall: 5s\n"), ":9:3", "did you mean `interval`", "interval"},
    {"swapped", section("  metohd: GET\n"), ":9:3", "did you mean `method`", "method"},
    {"unknown", section("  zzzz: 1\n"), ":9:3", "the key `zzzz` is not known under `sample`", ""},
    {"upper_case", section("  Method: GET\n"), ":9:3", "did you mean `method`", "method"},
    {"of_another_level", section("  linger: 5ms\n"), ":9:3", "it belongs under `meta.producer`",
     "linger"},
    {"of_the_top", section("  transforms: []\n"), ":9:3", "it belongs at the top of the file",
     "transforms"},
    {"of_a_nested_table", section("  ping_interval_ms: 5\n"), ":9:3",
     "it belongs under `sample.websocket_config`", "ping_interval_ms"},
    {"at_the_top", section("body: x\n"), ":9:1", "it belongs under `sample`", "body"},
    {"section_misspelt",
     "meta: {name: n, type: sample-source, version: 1, topic: t}\n"
     "smaple: {endpoint: http://h/}\n",
     ":2:1", "did you mean `sample`", "sample", 2},
    {"duplicate", section("  body: x\n  body: y\n"), ":10:3",
     "is there twice; it is also in line 9", ""},
    {"duplicate_spelling", section("  fetch_max_bytes: 2048\n  fetch-max-bytes: 4096\n"), ":10:3",
     "means the same as `fetch_max_bytes`", ""},
    {"duplicate_name", section("  header: [\"a: b\"]\n  headers: [\"a: b\"]\n"), ":10:3",
     "means the same as `header`", ""},
    {"quoted_number", section("  qos: \"1\"\n"), ":9:8", "is text, not a whole number; remove the",
     ""},
    {"quoted_switch", section("  stream: 'true'\n"), ":9:11", "remove the quotes", ""},
    {"yes", section("  stream: yes\n"), ":9:11", "\"yes\" is not true or false", ""},
    {"number_for_switch", section("  stream: 1\n"), ":9:11", "write true or false", ""},
    {"text_for_number", section("  qos: high\n"), ":9:8", "is not a whole number", ""},
    {"decimal_for_whole", section("  count: 1.5\n"), ":9:10", "is not a whole number", ""},
    {"range", section("  qos: 3\n"), ":9:8", "write at most 2", ""},
    {"list_for_value", section("  method: [GET]\n"), ":9:11", "one value is expected, not a list",
     ""},
    {"mapping_for_value", section("  body: {a: 1}\n"), ":9:9",
     "one value is expected, not a mapping", ""},
    {"null_for_value", section("  method:\n"), ":9:3", "`method`: it has no value", ""},
    {"null_for_number", section("  qos: ~\n"), ":9:8", "write a value or remove the key", ""},
    {"choice", section("  method: Get\n"), ":9:11", "did you mean `GET`", "GET"},
    {"enum_choice", section("  output_parts: boby\n"), ":9:17", "did you mean `body`", "body"},
    {"bare_duration", section("  interval: 300\n"), ":9:13", "a unit is missing", ""},
    {"duration_mapping", section("  interval: {secs: 1, nano: 5}\n"), ":9:13",
     "{secs: 10, nanos: 0}", ""},
    {"duration_mapping_value", section("  interval: {secs: -1}\n"), ":9:13", "is not a duration",
     ""},
    {"duration_mapping_range", section("  interval: {secs: 90000, nanos: 0}\n"), ":9:13",
     "write at most 1d", ""},
    {"duration_nanos", section("  interval: {secs: 0, nanos: 1000000000}\n"), ":9:13",
     "is not a duration", ""},
    {"size", section("  fetch_max_bytes: 4 QB\n"), ":9:20", "there is no unit QB", ""},
    {"header_as_mapping", section("  headers:\n    - Accept: text/plain\n"), ":10:7",
     "put the header in quotes", ""},
    {"header_text", section("  headers: [Accept]\n"), ":9:13", "no `:` between", ""},
    {"item_of_list", section("  headers: [[a]]\n"), ":9:13", "one value is expected, not a list",
     ""},
    {"map_value", section("  option: {a: [1]}\n"), ":9:15", "one value is expected, not a list",
     ""},
    {"map_text", section("  option: acks\n"), ":9:11", "write `key=value`", ""},
    {"map_list", section("  option: [{a: b}]\n"), ":9:12", "a mapping is expected", ""},
    {"nested_not_a_mapping", section("  websocket_config: 5\n"), ":9:21",
     "a mapping is expected here, not one value", ""},
    {"nested_misspelt", section("  websocket_config: {ping_intervall_ms: 5}\n"), ":9:22",
     "did you mean `ping_interval_ms`", "ping_interval_ms"},
    {"nested_value", section("  websocket_config:\n    ping_interval_ms: -1\n"), ":10:23",
     "is out of range", ""},
    {"section_is_a_list",
     "meta: {name: n, type: sample-source, version: 1, topic: t}\n"
     "sample: []\n",
     ":2:9", "a mapping is expected here, not a list", "", 2},
    {"required_missing",
     "meta: {name: n, type: sample-source, version: 1, topic: t}\n"
     "sample: {method: GET}\n",
     ":2:1", "the key `endpoint` is missing", ""},
    {"section_missing", "meta: {name: n, type: sample-source, version: 1, topic: t}\n", "",
     "the key `endpoint` is missing", ""},
};

const WrongFile wrong_heads[] = {
    {"api_version",
     "apiVersion: v1\nmeta: {name: n, type: sample-source, version: 1, topic: t}\n"
     "sample: {endpoint: http://h/}\n",
     ":1:13", "`0.0.0`, `0.1.0` and `0.2.0`", ""},
    {"no_meta", "apiVersion: 0.1.0\nsample: {endpoint: http://h/}\n", "",
     "the key `meta` is missing", ""},
    {"meta_is_text", "meta: x\nsample: {endpoint: http://h/}\n", ":1:7",
     "a mapping is expected here, not one value", ""},
    {"no_topic", meta(""), ":3:3", "the key `topic` is missing under `meta`", ""},
    {"topic_empty", meta("  topic:\n"), ":6:3", "`topic`: it has no value", ""},
    {"topic_mapping_too_early", meta("  topic: {meta: {name: t}}\n"), ":6:10",
     "a topic mapping needs `apiVersion: 0.2.0`", ""},
    {"topic_name_too_late", meta("  topic: t\n", "0.2.0"), ":6:10",
     "write `topic: {meta: {name: t}}`", ""},
    {"topic_without_name", meta("  topic: {partition: {count: 1}}\n", "0.2.0"), ":6:10",
     "the key `meta` is missing under `meta.topic`", ""},
    {"topic_name_empty", meta("  topic: {meta: {nmae: t}}\n", "0.2.0"), ":6:18",
     "did you mean `name`", "name", 2},
    {"topic_count", meta("  topic: {meta: {name: t}, partition: {count: 0}}\n", "0.2.0"), ":6:47",
     "write at least 1", ""},
    {"topic_size", meta("  topic: {meta: {name: t}, partition: {max-size: x}}\n", "0.2.0"), ":6:50",
     "is not a size", ""},
    {"topic_codec", meta("  topic: {meta: {name: t}, compression: {type: Snapy}}\n", "0.2.0"),
     ":6:48", "is not one of `any`", "snappy"},
    {"topic_retention", meta("  topic: {meta: {name: t}, retention: {time: 14}}\n", "0.2.0"),
     ":6:46", "a unit is missing", ""},
    {"topic_segment_size",
     meta("  topic: {meta: {name: t}, retention: {segment-size: 5 GiB}}\n", "0.2.0"), ":6:54",
     "is too large", ""},
    {"topic_replicas", meta("  topic: {meta: {name: t}, partition: {maps: [{id: 0}]}}\n", "0.2.0"),
     ":6:47", "the key `replicas` is missing", ""},
    {"linger", meta("  topic: t\n  producer: {linger: 1}\n"), ":7:22", "a unit is missing", ""},
    {"compression", meta("  topic: t\n  producer: {compression: gzipaoeu}\n"), ":7:27",
     "`none`, `gzip`, `snappy`, `lz4` and `zstd`", ""},
    {"batch_size", meta("  topic: t\n  producer: {batch-size: 1aoeu}\n"), ":7:26", "no unit aoeu",
     ""},
    {"producer_key", meta("  topic: t\n  producer: {compresion: gzip}\n"), ":7:14",
     "did you mean `compression`", "compression"},
    {"linger_in_meta", meta("  topic: t\n  linger: 5ms\n"), ":7:3",
     "it belongs under `meta.producer`", "linger"},
    {"producer_at_top", meta("  topic: t\n") + "producer: {linger: 5ms}\n", ":8:1",
     "it belongs under `meta`", "producer"},
    {"partition_list", meta("  topic: t\n  consumer: {partition: [0, -1]}\n"), ":7:29",
     "is out of range", ""},
    {"offset_without_strategy", meta("  topic: t\n  consumer: {id: a, offset: {start: end}}\n"),
     ":7:21", "`offset` needs a `strategy`", ""},
    {"offset_without_id", meta("  topic: t\n  consumer: {offset: {strategy: auto}}\n"), ":7:14",
     "a consumer id is required", ""},
    {"offset_start",
     meta("  topic: t\n  consumer: {offset: {strategy: none, start: {from-ende: 1}}}\n"), ":7:46",
     "from-beginning=N", ""},
    {"direction",
     "meta: {name: n, type: sample-sink, version: 1, topic: t}\n"
     "sample: {endpoint: http://h/}\n",
     ":1:23", "is a sink, but this connector is a source", ""},
    {"transform", section("transforms:\n  - use: x\n"), ":10:5", "did you mean `uses`", "uses", 2},
    {"transforms_not_a_list", section("transforms: {uses: x}\n"), ":9:13", "a list is expected",
     ""},
    {"transform_is_text", section("transforms: [jolt]\n"), ":9:14", "a mapping is expected here",
     ""},
    {"transform_is_empty", section("transforms:\n  -\n"), ":11:1", "an item of the list is empty",
     ""},
    {"lookback", section("transforms: [{uses: x, lookback: {last: many}}]\n"), ":9:41",
     "is not a whole number", ""},
    {"secret_unlisted", section("  body: \"${{ secrets.KNOWN }}\"\n"), ":9:9",
     "the secret `KNOWN` is not listed under `meta.secrets`", ""},
    {"secret_misspelt", meta("  topic: ${{ secrets.KNOWM }}\n  secrets: [{name: KNOWN}]\n"),
     ":6:10", "did you mean `KNOWN`", "KNOWN"},
    {"secret_without_value", meta("  topic: ${{secrets.NOPE}}\n  secrets: [{name: NOPE}]\n"),
     ":6:10", "the secret `NOPE` has no value in the environment", ""},
    {"secret_name", meta("  topic: ${{ secrets.a-b }}\n"), ":6:10",
     "can only contain alphanumeric ASCII characters", ""},
    {"secret_expression", meta("  topic: ${{ env.HOME }}\n"), ":6:10",
     "only `${{ secrets.NAME }}` is possible", ""},
    {"secret_not_closed", section("  body: \"${{ secrets.KNOWN\"\n"), ":9:9",
     "has no `}}` after it", ""},
    {"secret_block", section("  body: \"${% if x %}\"\n"), ":9:9", "template blocks", ""},
    {"secret_in_key", section("  \"${{ secrets.KNOWN }}\": x\n"), ":9:3",
     "a secret cannot be part of a key", "", 2},
    {"secret_object", section("  token: {secret: {name: NOPE}}\n"), ":9:26", "has no value", ""},
    {"secret_is_wrong_value",
     meta("  topic: t\n  secrets: [{name: KNOWN}]\n") +
         "transforms: [{uses: x, lookback: {last: \"${{ secrets.KNOWN }}\"}}]\n",
     ":9:41", "*** is not a whole number", ""},
    {"secrets_not_a_list", meta("  topic: t\n  secrets: KNOWN\n"), ":7:12", "a list is expected",
     ""},
};

const WrongFile wrong_unversioned[] = {
    {"no_type", "name: n\ntopic: t\nparameters: {endpoint: http://h/}\n", ":1:1",
     "the key `type` is missing", ""},
    {"misspelt", unversioned("parametres: {endpoint: http://h/}\n"), ":5:1",
     "did you mean `parameters`", "parameters", 2},
    {"linger", unversioned("producer: {linger: 1}\nparameters: {endpoint: http://h/}\n"), ":5:20",
     "a unit is missing", ""},
    {"partition", unversioned("consumer: {partition: x}\nparameters: {endpoint: http://h/}\n"),
     ":5:23", "is not a whole number", ""},
    {"parameter", unversioned("parameters:\n  endpoint: http://h/\n  mehtod: GET\n"), ":7:3",
     "did you mean `method`", "method"},
    {"parameter_value", unversioned("parameters:\n  endpoint: http://h/\n  qos: 7\n"), ":7:8",
     "write at most 2", ""},
    {"create_topic", unversioned("create_topic: maybe\nparameters: {endpoint: http://h/}\n"),
     ":5:15", "is not true or false", ""},
    {"secrets", unversioned("secrets: [A]\nparameters: {endpoint: http://h/}\n"), ":5:11",
     "write `key=value`", ""},
    {"two_of_a_group",
     unversioned("parameters:\n  endpoint: http://h/\n"
                 "  smartstream-map: a\n  smartstream-filter: b\n"),
     ":7:20", "cannot be used together", ""},
    {"parameter_at_top", unversioned("body: x\nparameters: {endpoint: http://h/}\n"), ":5:1",
     "it belongs under `parameters`", "body"},
};

std::string name_of(const testing::TestParamInfo<WrongFile>& info) {
  return info.param.name;
}
INSTANTIATE_TEST_SUITE_P(Text, WrongYaml, testing::ValuesIn(not_yaml), name_of);
INSTANTIATE_TEST_SUITE_P(Section, WrongYaml, testing::ValuesIn(wrong_sections), name_of);
INSTANTIATE_TEST_SUITE_P(Head, WrongYaml, testing::ValuesIn(wrong_heads), name_of);
INSTANTIATE_TEST_SUITE_P(Unversioned, WrongYaml, testing::ValuesIn(wrong_unversioned), name_of);

TEST(WrongSecretsFile, IsReportedByLineAndNeverShown) {
  SampleRun run;
  run.files["c.yaml"] = section("");
  run.files["s.env"] = "A=1\n\nhunter2\n1B=hunter2\n";

  EXPECT_FALSE(run.parse({"--config=c.yaml", "--secrets=s.env"}));

  EXPECT_EQ(run.outcome.report(),
            "s.env:3:1: the line has no `=`; write `NAME=value`\n"
            "s.env:4:1: the secret's name cannot start with a number; write `NAME=value`");
}

TEST(WrongFile, IsNotReadWhenItIsTooLong) {
  SampleRun run;
  run.files["c.yaml"] = "# " + std::string(1'100'000, 'x');
  EXPECT_FALSE(run.parse({"--config=c.yaml"}));
  EXPECT_EQ(run.outcome.problems.size(), 1U) << run.outcome.report();
  EXPECT_THAT(run.outcome.report(), testing::HasSubstr("more than 1048576 bytes"));
}

TEST(WrongFile, AMistakeThatTheCommandLineHidesIsStillReported) {
  SampleRun run;
  run.files["c.yaml"] = section("  qos: 9\n");
  EXPECT_FALSE(run.parse({"--config=c.yaml", "--qos=1"}));
  EXPECT_EQ(run.outcome.problems.front().place, "c.yaml:9:8");
}

TEST(WrongFile, AllProblemsAreReportedAtOnce) {
  SampleRun run;
  run.files["c.yaml"] = section("  qos: 9\n  interval: 5\n  bdoy: x\n");
  EXPECT_FALSE(run.parse({"--config=c.yaml", "--mehtod=GET"}));
  EXPECT_EQ(run.outcome.problems.size(), 4U) << run.outcome.report();
}

}  // namespace
}  // namespace sluice::options
