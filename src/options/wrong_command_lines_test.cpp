// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "options/sample_options.hpp"

namespace sluice::options {
namespace {

using Words = std::vector<std::string>;

struct WrongLine {
  std::string name;
  Words words;             // after a right `--fluvio-topic t --endpoint http://h/`
  std::string place;       // of the only problem
  std::string fragment;    // of its text
  std::string suggestion;  // the nearest right name
};

void PrintTo(const WrongLine& line, std::ostream* out) {
  *out << line.name;
}

class WrongCommandLine : public testing::TestWithParam<WrongLine> {};

TEST_P(WrongCommandLine, IsReportedAtItsPlaceWithTheValueAndTheNearestName) {
  const auto& line = GetParam();
  SampleRun run;
  Words words{"--fluvio-topic", "t", "--endpoint", "http://h/"};
  words.insert(words.end(), line.words.begin(), line.words.end());

  EXPECT_FALSE(run.parse(words));

  ASSERT_EQ(run.outcome.problems.size(), 1U) << run.outcome.report();
  const auto& problem = run.outcome.problems.front();
  EXPECT_EQ(problem.place, line.place) << problem.text();
  EXPECT_THAT(problem.text(), testing::HasSubstr(line.fragment));
  EXPECT_EQ(problem.suggestion, line.suggestion);
  EXPECT_EQ(problem.code, Errc::usage);
  EXPECT_EQ(describe(run.outcome.failure().code()).exit_code, 2);
}

const WrongLine wrong_lines[] = {
    {"misspelt", {"--intervall", "5s"}, "--intervall", "there is no such option", "--interval"},
    {"misspelt_with_equals", {"--metod=GET"}, "--metod", "did you mean `--method`", "--method"},
    {"yaml_spelling",
     {"--output_parts", "full"},
     "--output_parts",
     "did you mean",
     "--output-parts"},
    {"unlike_anything", {"--zzzzzz"}, "--zzzzzz", "`--help` lists the options", ""},
    {"misspelt_alias", {"--rst", "5s"}, "--rst", "no such option", "--rest"},
    {"one_dash", {"-stream"}, "-stream", "did you mean `--stream`", "--stream"},
    {"unknown_letter", {"-z"}, "-z", "there is no such option", ""},
    {"hidden_is_not_suggested", {"--debug-hok=1"}, "--debug-hok", "`--help` lists", ""},
    {"prefix_is_no_option", {"--inter", "5s"}, "--inter", "no such option", ""},
    {"upper_case", {"--METHOD", "GET"}, "--METHOD", "no such option", "--method"},
    {"stray_word", {"5s"}, "\"5s\"", "belongs to no option", ""},
    {"stray_dash", {"-"}, "\"-\"", "belongs to no option", ""},
    {"word_after_switch", {"--stream", "yes"}, "\"yes\"", "belongs to no option", ""},
    {"second_dashes", {"--", "--stream"}, "\"--stream\"", "belongs to no option", ""},
    {"value_missing_at_end", {"--method"}, "--method", "a value is missing", ""},
    {"value_missing_before_option", {"--method", "--stream"}, "--method", "a value is missing", ""},
    {"dash_value_needs_equals", {"--body", "-x"}, "--body", "needs the form with `=`", ""},
    {"short_value_missing", {"-q"}, "-q", "a value is missing", ""},
    {"empty_number", {"--qos="}, "--qos", "its value is empty", ""},
    {"empty_duration", {"--interval", ""}, "--interval", "its value is empty", ""},
    {"twice", {"--method", "GET", "--method", "POST"}, "--method", "more than once", ""},
    {"twice_by_alias", {"--pause", "1s", "--rest", "2s"}, "--pause", "more than once", ""},
    {"twice_by_letter", {"-q", "1", "--qos", "1"}, "--qos", "more than once", ""},
    {"switch_twice", {"--stream", "--stream"}, "--stream", "more than once", ""},
    {"switch_and_its_opposite", {"--stream", "--no-stream"}, "--stream", "more than once", ""},
    {"no_for_a_value", {"--no-method"}, "--no-method", "no such option", "--method"},
    {"no_with_a_value", {"--no-stream=true"}, "--no-stream", "no such option", "--stream"},
    {"two_of_a_group",
     {"--smartstream-map", "a", "--smartstream-filter", "b"},
     "--smartstream-map",
     "cannot be used together with `--smartstream-filter`",
     ""},
    {"two_others_of_a_group",
     {"--smartstream-map", "a", "--smartstream-arraymap", "b"},
     "--smartstream-arraymap",
     "cannot be used together with `--smartstream-map`",
     ""},
    {"switch_value", {"--stream=maybe"}, "--stream", "\"maybe\" is not true or false", ""},
    {"not_a_number", {"--qos", "abc"}, "--qos", "\"abc\" is not a whole number", ""},
    {"number_with_rest", {"--qos", "1x"}, "--qos", "write a whole number from 0 to 2", ""},
    {"decimal_for_whole", {"--count", "1.5"}, "--count", "is not a whole number", ""},
    {"over_int64", {"--count", "9223372036854775808"}, "--count", "is out of range", ""},
    {"under_int64", {"--count=-9223372036854775809"}, "--count", "is out of range", ""},
    {"over_uint16", {"--port", "65536"}, "--port", "write at most 65535", ""},
    {"under_least", {"--port", "0"}, "--port", "write at least 1", ""},
    {"negative_unsigned", {"--port", "-1"}, "--port", "is out of range", ""},
    {"over_most", {"--qos", "3"}, "--qos", "\"3\" is too large; write at most 2", ""},
    {"negative_qos", {"-q", "-1"}, "--qos", "\"-1\" is too small", ""},
    {"blank_in_number", {"--qos", " 1"}, "--qos", "is not a whole number", ""},
    {"hex_without_digits", {"--qos", "0x"}, "--qos", "is not a whole number", ""},
    {"not_a_ratio", {"--ratio", "half"}, "--ratio", "\"half\" is not a number", ""},
    {"not_finite", {"--ratio", "nan"}, "--ratio", "is not a number", ""},
    {"ratio_over", {"--ratio", "1.01"}, "--ratio", "write at most 1", ""},
    {"ratio_under", {"--ratio=-0.1"}, "--ratio", "write at least 0", ""},
    {"bare_duration", {"--interval", "300"}, "--interval", "a unit is missing", ""},
    {"unknown_unit", {"--interval", "3 parsec"}, "--interval", "there is no unit parsec", ""},
    {"decimal_duration", {"--interval", "1.5s"}, "--interval", "is not a duration", ""},
    {"duration_words", {"--interval", "soon"}, "--interval", "write for example 250ms", ""},
    {"duration_too_fine", {"--interval", "1500us"}, "--interval", "write a multiple of 1ms", ""},
    {"duration_under", {"--interval", "0s"}, "--interval", "write at least 1ms", ""},
    {"duration_over", {"--interval", "2d"}, "--interval", "write at most 1d", ""},
    {"duration_endless", {"--pause", "400y"}, "--pause", "longer than 292 years", ""},
    {"duration_over_a_century", {"--pause", "200y"}, "--pause", "write at most 36525d", ""},
    {"size_unit", {"--fetch-max-bytes", "1aoeu"}, "--fetch-max-bytes", "there is no unit aoeu", ""},
    {"size_decimal", {"--fetch-max-bytes", "1.5"}, "--fetch-max-bytes", "a unit is missing", ""},
    {"size_under", {"--fetch-max-bytes", "1 KB"}, "--fetch-max-bytes", "at least 1 KiB", ""},
    {"size_over", {"--fetch-max-bytes", "99999 PiB"}, "--fetch-max-bytes", "too large", ""},
    {"choice", {"--method", "PATCH"}, "--method", "is not one of `GET`, `POST` and `PUT`", ""},
    {"choice_case", {"--method", "get"}, "--method", "did you mean `GET`", "GET"},
    {"enum_choice", {"--output-parts", "ful"}, "--output-parts", "did you mean `full`", "full"},
    {"compression",
     {"--producer-compression", "gzipp"},
     "--producer-compression",
     "`gzip`",
     "gzip"},
    {"linger", {"--producer-linger", "1"}, "--producer-linger", "a unit is missing", ""},
    {"batch_size",
     {"--producer-batch-size", "-1"},
     "--producer-batch-size",
     "a value is missing",
     ""},
    {"header_without_colon", {"--header", "Accept"}, "--header", "no `:` between", ""},
    {"header_name", {"--header", "a b: c"}, "--header", "not a header name", ""},
    {"header_line_break", {"--header", "a: b\nc: d"}, "--header", "line break", ""},
    {"map_without_mark", {"--option", "acks"}, "--option", "write `key=value`", ""},
    {"map_without_key", {"--option", "=1"}, "--option", "has no key", ""},
    {"json", {"--mapping", "{a: 1}"}, "--mapping", "is not JSON", ""},
    {"nested",
     {"--websocket-config-ping-interval-ms", "x"},
     "--websocket-config-ping-interval-ms",
     "is not a whole number",
     ""},
    {"nested_misspelt",
     {"--websocket-config-ping-interval", "5"},
     "--websocket-config-ping-interval",
     "no such option",
     "--websocket-config-ping-interval-ms"},
    {"transform_text", {"--transform", "jolt"}, "--transform", "\"jolt\" is not JSON", ""},
    {"transform_list", {"--transform", "[]"}, "--transform:1:1", "a mapping is expected", ""},
    {"transform_without_uses",
     {"--transform", R"({"with":{}})"},
     "--transform:1:1",
     "the key `uses` is missing",
     ""},
    {"transform_key",
     {"--transform", R"({"uses":"a","wiht":{}})"},
     "--transform:1:13",
     "did you mean `with`",
     "with"},
    {"transform_json",
     {"--transform", R"({"uses":)"},
     "--transform",
     "is not JSON; write for example",
     ""},
    {"answer_size_over",
     {"--consumer-max-bytes", "4 GiB"},
     "--consumer-max-bytes",
     "is too large",
     ""},
    {"answer_size_zero",
     {"--consumer-max-bytes", "0"},
     "--consumer-max-bytes",
     "write at least",
     ""},
    {"request_size_over",
     {"--producer-max-request-size", "64 MiB"},
     "--producer-max-request-size",
     "write at most 32 MiB",
     ""},
    {"partition",
     {"--consumer-partition", "some"},
     "--consumer-partition",
     "is not a whole number",
     ""},
    {"offset_start",
     {"--consumer-offset-start", "from-end=x"},
     "--consumer-offset-start",
     "from-beginning=N",
     ""},
    {"secret_not_shown", {"--token", "a", "--token", "b"}, "--token", "more than once", ""},
    {"config_missing",
     {"--config", "none.yaml"},
     "--config",
     "cannot read \"none.yaml\": No such file",
     ""},
    {"secrets_missing", {"--secrets", "none.env"}, "--secrets", "cannot read \"none.env\"", ""},
    {"own_rule", {"--stream", "--delimiter="}, "--delimiter", "never ends a record", ""},
};

INSTANTIATE_TEST_SUITE_P(Options, WrongCommandLine, testing::ValuesIn(wrong_lines),
                         [](const auto& param) { return param.param.name; });

struct WrongAddress {
  std::string name, value, fragment;
};
class WrongUrl : public testing::TestWithParam<WrongAddress> {};

TEST_P(WrongUrl, IsRefusedAndItsPasswordIsNotShown) {
  SampleRun run;

  EXPECT_FALSE(run.parse({"--fluvio-topic=t", "--endpoint=" + GetParam().value}));

  ASSERT_EQ(run.outcome.problems.size(), 1U) << run.outcome.report();
  const auto text = run.outcome.problems.front().text();
  EXPECT_EQ(run.outcome.problems.front().place, "--endpoint");
  EXPECT_THAT(text, testing::HasSubstr(GetParam().fragment));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("hunter2")));
}

const WrongAddress wrong_addresses[] = {
    {"no_scheme", "localhost:8080", "does not begin with a scheme"},
    {"no_host", "http:///path", "it has no host"},
    {"other_scheme", "ftp://h/", "has the scheme `ftp`"},
    {"near_scheme", "htp://h/", "did you mean `http`"},
    {"blank", "http://a b/", "is not an address"},
    {"port", "http://h:70000/", "is not an address"},
    {"port_zero", "http://h:0/", "its port"},
    {"password", "http://u:hunter2 x@h/", "http://***@h/"},
    {"password_with_slash", "http://u:hunter2/x y@h/", "http://***@h/"},
    {"password_without_scheme", "u:hunter2@h", "***@h"},
    {"key_in_query", "http://h /?key=hunter2", "?***"},
};
INSTANTIATE_TEST_SUITE_P(Options, WrongUrl, testing::ValuesIn(wrong_addresses),
                         [](const auto& param) { return param.param.name; });

TEST(WrongOptions, AreAllReportedAtOnce) {
  SampleRun run;

  EXPECT_FALSE(run.parse({"--qos", "9", "--intervl", "5s", "--header", "x"}));

  EXPECT_EQ(run.outcome.report(),
            "--intervl: there is no such option; did you mean `--interval`?\n"
            "--header: \"x\" is not a header: it has no `:` between name and value; write "
            "`Name: value`\n"
            "--qos: \"9\" is too large; write at most 2\n"
            "--fluvio-topic: it is required, but it is not given; give `--fluvio-topic TEXT`\n"
            "--endpoint: it is required, but it is not given; give `--endpoint URL`, set the "
            "environment variable SAMPLE_ENDPOINT");
}

TEST(WrongOptions, TooManyWordsAreRefused) {
  SampleRun run;
  EXPECT_FALSE(run.parse(Words(5000, "--stream")));
  ASSERT_EQ(run.outcome.problems.size(), 1U);
  EXPECT_EQ(run.outcome.problems.front().place, "command line");
}

TEST(WrongEnvironment, IsReportedWithTheVariablesName) {
  SampleRun run;
  run.environment["SAMPLE_ENDPOINT"] = "nowhere";
  EXPECT_FALSE(run.parse({"--fluvio-topic=t"}));
  ASSERT_EQ(run.outcome.problems.size(), 1U);
  EXPECT_EQ(run.outcome.problems.front().place, "environment SAMPLE_ENDPOINT");
}

}  // namespace
}  // namespace sluice::options
