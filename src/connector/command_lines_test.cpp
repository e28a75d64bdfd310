// SPDX-License-Identifier: Apache-2.0
// What a connector answers to right and wrong command lines and files, before it contacts
// anything: the text, where it goes, the exit code.
#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/common_options.hpp"
#include "connector/error_options.hpp"
#include "connector/fakes.hpp"
#include "connector/temp_folder.hpp"
#include "sluice/connector/run.hpp"

namespace sluice::connector {
namespace {

using testing::HasSubstr;

struct SampleOptions {
  std::string endpoint;
  std::chrono::milliseconds interval{10'000};
  Secret<std::string> token;
};

struct OwnTimeout {
  std::chrono::milliseconds connect_timeout{1};
};

}  // namespace
}  // namespace sluice::connector

template <>
struct sluice::option_table<sluice::connector::SampleOptions> {
  using O = sluice::connector::SampleOptions;
  static constexpr auto rows = std::tuple{
      option<&O::endpoint>("endpoint", "Where to.").required(),
      option<&O::interval>("interval", "Pause.").at_least(std::chrono::milliseconds(1)),
      option<&O::token>("token", "Proves who asks."),
  };
};

template <>
struct sluice::option_table<sluice::connector::OwnTimeout> {
  using O = sluice::connector::OwnTimeout;
  static constexpr auto rows = std::tuple{
      option<&O::connect_timeout>("connect-timeout", "For the outside."),
  };
};

namespace sluice::connector {
namespace {

constexpr ConnectorInfo info{.name = "sample-source",
                             .version = "1.2.3",
                             .description = "A sample.",
                             .direction = "source",
                             .section = "sample"};

struct Answer {
  int code = 0;
  std::string out;
  std::string err;
};

Answer run_with(std::vector<std::string> words) {
  // One of the same name in another test would be in the way.
  const TempFolder own;
  ::setenv("SLUICE_RUNTIME_DIR", own.path().c_str(), 1);
  words.insert(words.begin(), "sample-source");
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  SampleOptions options;
  const detail::Program<Source> program{
      .bind = [&](OptionSet& set) { set.bind(options); },
      .make = []() -> std::unique_ptr<Source> {
        return std::make_unique<fakes::FunctionSource>([](SourceContext&) {});
      }};
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Answer answer;
  answer.code = detail::run(info, program, static_cast<int>(argv.size()), argv.data());
  answer.out = testing::internal::GetCapturedStdout();
  answer.err = testing::internal::GetCapturedStderr();
  return answer;
}

TEST(CommandLine, TheSchemaSaysThatTheKitsWordsAreKnown) {
  EXPECT_THAT(run_with({"metadata"}).out,
              HasSubstr(R"("$schema":"http://json-schema.org/draft-07/schema#",)"
                        R"("$comment":"sluice-kit 1")"));
}

TEST(CommandLine, OneDoubleDashBeforeAllIsIgnored) {
  EXPECT_EQ(run_with({"--", "metadata"}).out, run_with({"metadata"}).out);
  EXPECT_EQ(run_with({"--", "validate", "--fluvio-topic=t", "--endpoint=x"}).code, 0);
  EXPECT_EQ(run_with({"--", "--", "metadata"}).code, 2);
}

TEST(CommandLine, ValidateIsSilentWhenAllIsRight) {
  const auto answer = run_with({"validate", "--fluvio-topic=t", "--endpoint=x"});
  EXPECT_EQ(answer.code, 0);
  EXPECT_EQ(answer.out + answer.err, "");
}

TEST(CommandLine, ValidateReportsWhatAStartWould) {
  const std::vector<std::vector<std::string>> wrong{
      {"--fluvio-topic=t", "--interval=0"},
      {"--fluvio-topic=t", "--endpoint=x", "--checkpoint=file"},
      {"--fluvio-topic=t", "--endpoint=x", "--metrics-listen=nonsense"},
      {"--fluvio-topic=t", "--endpoint=x", "--log=a=b=c"},
      {"--fluvio-topic=t", "--endpoint=x", "--dead-letter-topic=t", "--transform-error=dead-letter",
       "--map=m"}};
  for (auto words : wrong) {
    const auto run = run_with(words);
    words.insert(words.begin(), "validate");
    const auto validation = run_with(words);
    EXPECT_EQ(validation.code, 2) << words.back();
    EXPECT_EQ(validation.err, run.err);
    EXPECT_EQ(validation.out, "");
  }
}

TEST(CommandLine, MetadataIsOneLineWhateverFollows) {
  const auto answer = run_with({"metadata", "--nonsense"});
  EXPECT_EQ(answer.code, 0);
  EXPECT_EQ(std::ranges::count(answer.out, '\n'), 1);
  EXPECT_THAT(answer.out, testing::StartsWith(R"({"name":"sample-source","direction":"Source",)"));
  EXPECT_THAT(answer.out, HasSubstr("\"interval\""));
  EXPECT_THAT(answer.out, testing::Not(HasSubstr("fluvio_topic")));
  EXPECT_EQ(answer.err, "");
}

TEST(CommandLine, MetadataIsTheFirstWordOnly) {
  const auto answer = run_with({"--endpoint", "x", "metadata"});
  EXPECT_EQ(answer.code, 2);
}

TEST(CommandLine, HelpAndVersionGoToStandardOutput) {
  for (const auto* word : {"--help", "-h"}) {
    const auto answer = run_with({word});
    EXPECT_EQ(answer.code, 0);
    EXPECT_THAT(answer.out, HasSubstr("--fluvio-topic"));
    EXPECT_THAT(answer.out, HasSubstr("--endpoint"));
  }
  for (const auto* word : {"--version", "-V"}) {
    EXPECT_EQ(run_with({word}).out, "sample-source 1.2.3\n");
  }
}

struct Wrong {
  std::vector<std::string> words;
  std::string says;
  int code = 2;
};

void PrintTo(const Wrong& wrong, std::ostream* out) {
  for (const auto& word : wrong.words) *out << word << ' ';
}

class WrongCommandLine : public testing::TestWithParam<Wrong> {};

TEST_P(WrongCommandLine, IsRefusedWithTheReason) {
  const auto answer = run_with(GetParam().words);
  EXPECT_EQ(answer.code, GetParam().code) << answer.err;
  EXPECT_THAT(answer.err, HasSubstr(GetParam().says));
  EXPECT_EQ(answer.out, "");
}

// The options that a run needs, with more behind them.
std::vector<std::string> with(std::vector<std::string> more) {
  std::vector<std::string> words{"--endpoint", "x", "--fluvio-topic", "t"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Each is refused before the cluster is looked for.
const Wrong wrong_command_lines[] = {
    {{}, "fluvio-topic"},
    {{"--endpoint", "x"}, "fluvio-topic"},
    {{"--fluvio-topic", "t"}, "endpoint"},
    {with({"--fluvio-topc", "t"}), "--fluvio-topic"},
    {with({"--producer-linger", "1"}), "unit"},
    {with({"--producer-linger", "soon"}), "producer-linger"},
    {with({"--producer-compression", "gzipaoeu"}), "gzip"},
    {with({"--producer-batch-size", "1aoeu"}), "producer-batch-size"},
    {with({"--producer-compresion", "gzip"}), "--producer-compression"},
    {with({"--buffer-bytes", "1"}), "buffer-bytes"},
    {with({"--buffer-bytes", "9223372036854775808"}), "buffer-bytes"},
    {with({"--producer-batch-size", "0"}), "producer-batch-size"},
    {with({"--producer-max-request-size", "0"}), "producer-max-request-size"},
    {with({"--producer-max-request-size", "64 MiB"}), "producer-max-request-size"},
    {with({"--drain-timeout", "-1s"}), "drain-timeout"},
    {with({"--log-format", "xml"}), "json"},
    {with({"--checkpoint", "memory"}), "topic"},
    {with({"--checkpoint", "file"}), "--state-dir"},
    {with({"--rust-log", "info,client=loud"}), "loud"},
    {with({"--metrics-listen", "9100"}), "127.0.0.1:9100"},
    {with({"--metrics-listen", "example.com:9100"}), "example.com:9100"},
    {with({"--consumer-partition", "0"}), "consumer-partition"},
    {with({"--config", "/nowhere/c.yaml"}), "/nowhere/c.yaml"},
    {with({"--interval", "0ms"}), "interval"},
    {with({"stray"}), "stray"},
    {with({"--name"}), "name"},
    {with({"--name", "a", "--name", "b"}), "name"},
    {with({"--smartstream-map", "a", "--smartstream-filter", "b"}), "--smartstream-filter"},
    {with({"--filter", "a", "--smartstream-filter", "b"}), "together"},
    {with({"--filter", "a", "--transform", R"({"uses":"b"})"}), "together"},
    {with({"--array-map", "a", "--arraymap", "b"}), "more than once"},
    {with({"--smartstream-arrymap", "a"}), "--smartstream-arraymap"},
    {with({"--map"}), "--map"},
    {with({"--smartmodule-parameters", "k:v"}), "--smart-module"},
    {with({"--map", "a", "--smartmodule-parameters", "nokey"}), "key=value"},
    {with({"--smartmodule-parameters", "k:v", "--transform", R"({"uses":"b"})"}), "with"},
    {with({"--map", "a", "--aggregate-initial-value", "0"}), "--aggregate"},
    {with({"--transform", "{"}), "JSON"},
    {with({"--transform", R"({"with":{"k":"v"}})"}), "uses"},
    {with({"--transform", R"({"uses":"a","wiht":{"k":"v"}})"}), "`with`"},
    {with({"--transform", R"({"uses":"a","lookback":{"last":-1}})"}), "last"},
    {with({"--transform", R"({"uses":"a","lookback":{"age":"5"}})"}), "unit"},
    {with({"--transform-error", "ignore"}), "dead-letter"},
    {with({"--transform-error", "dead-letter"}), "--dead-letter-topic"},
    {with({"--dead-letter-topic", "d"}), "--transform-error dead-letter"},
    {with({"--on-malformed", "dead-letter"}), "--dead-letter-topic"},
    {with({"--on-rejected", "dead-letter"}), "--dead-letter-topic"},
    {with({"--on-too-large", "dead-letter"}), "--dead-letter-topic"},
    {with({"--on-malformed", "ignore"}), "dead-letter"},
    {with({"--on-unavailable", "skip"}), "--retry-limit"},
    {with({"--on-retries-exhausted", "skip"}), "--retry-limit"},
    {with({"--on-retries-exhausted", "retry"}), "dead-letter"},
    {with({"--retry-delay-min", "0s"}), "retry-delay-min"},
    {with({"--error-window", "0"}), "error-window"},
    {with({"--rate-records", "-1"}), "rate-records"},
    {with({"--batch-age", "1s", "--producer-linger", "1s"}), "same setting"},
    {with({"--batch-bytes", "1 KiB", "--producer-batch-size", "1 KiB"}), "same setting"},
    {with({"--transform-error", "dead-letter", "--dead-letter-topic", "d", "--dead-letter-file",
           "f"}),
     "together"},
    {with({"--transform-error", "dead-letter", "--dead-letter-topic", "t"}), "name another"},
    {with({"--transform-timeout", "0s"}), "transform-timeout"},
    {with({"--transform-memory-max", "1"}), "transform-memory-max"},
};

INSTANTIATE_TEST_SUITE_P(All, WrongCommandLine, testing::ValuesIn(wrong_command_lines));

struct WrongFile {
  std::string text;
  std::string says;
  std::string place;  // line:column
};

void PrintTo(const WrongFile& wrong, std::ostream* out) {
  *out << wrong.place;
}

class WrongConfig : public testing::TestWithParam<WrongFile> {};

TEST_P(WrongConfig, IsRefusedWithThePlace) {
  const TempFolder folder;
  const auto path = (folder.path() / "c.yaml").string();
  std::ofstream(path) << GetParam().text;
  const auto answer = run_with({"--config", path});
  EXPECT_EQ(answer.code, 2) << answer.err;
  EXPECT_THAT(answer.err, HasSubstr(GetParam().says));
  EXPECT_THAT(answer.err, HasSubstr("c.yaml:" + GetParam().place));
}

const std::string head =
    "apiVersion: 0.1.0\nmeta:\n  name: n\n  type: sample-source\n"
    "  version: 1.2.3\n  topic: t\n";

const WrongFile wrong_files[] = {
    {head + "sample:\n  endpoint: x\n  intervall: 1s\n", "interval", "9:3"},
    {head + "sample:\n  endpoint: x\n  interval: 5\n", "unit", "9:13"},
    {head + "  topick: t\nsample: {endpoint: x}\n", "topic", "7:3"},
    {head + "  producer: {linger: 1}\nsample: {endpoint: x}\n", "unit", "7:22"},
    {head + "  producer: {compression: zip}\nsample: {endpoint: x}\n", "gzip", "7:27"},
    {head + "http: {endpoint: x}\n", "sample", "7:1"},
    {"apiVersion: v1\nmeta: {}\n", "0.2.0", "1:13"},
    {head + "sample: {endpoint: x}\ntransforms: {uses: a}\n", "a list", "8:13"},
    {head + "sample: {endpoint: x}\ntransforms:\n  - use: a\n", "`uses`", "9:5"},
    {head + "sample: {endpoint: x}\ntransforms: [{uses: a, with: {}, lookback: {lst: 1}}]\n",
     "`last`", "8:45"},
    {head + "sample: {endpoint: x}\ntransforms: [{uses: a, lookback: {last: many}}]\n", "many",
     "8:41"},
    {head + "sample: {endpoint: x}\ntransforms: [{uses: a, lookback: {age: 5}}]\n", "unit", "8:40"},
    {head + "sample: {endpoint: x, transforms: [{uses: a}]}\n", "at the top", "7:23"},
    {head + "sample: {endpoint: x, map: a, filter: b}\n", "together", "7:28"},
    {"meta: [", "", "1"},
};

INSTANTIATE_TEST_SUITE_P(All, WrongConfig, testing::ValuesIn(wrong_files));

TEST(CommandLine, AFileOfTheOtherDirectionIsRefused) {
  const TempFolder folder;
  const auto path = (folder.path() / "c.yaml").string();
  std::ofstream(path) << "apiVersion: 0.1.0\nmeta: {name: n, type: sample-sink, version: 1.2.3, "
                         "topic: t}\nsample: {endpoint: x}\n";
  const auto answer = run_with({"--config", path});
  EXPECT_EQ(answer.code, 2);
  EXPECT_THAT(answer.err, HasSubstr("sample-sink"));
}

// Nothing listens there: what gets so far was not refused.
const std::vector<std::string> no_cluster{"--cluster", "127.0.0.1:1", "--cluster-timeout", "0"};

Answer run_file(const std::string& text, std::vector<std::string> words = no_cluster) {
  const TempFolder folder;
  const auto path = (folder.path() / "c.yaml").string();
  std::ofstream(path) << text;
  words.insert(words.end(), {"--config", path});
  return run_with(words);
}

TEST(CommandLine, AModuleThatIsABrokenFileIsRefusedBeforeTheClusterIsLookedFor) {
  const TempFolder folder;
  const auto path = (folder.path() / "broken.wasm").string();
  std::ofstream(path) << "this is not wasm";
  for (const auto* option : {"--smartstream-map", "--smart-module"}) {
    const auto answer = run_with(with({option, path, "--cluster", "127.0.0.1:1"}));
    EXPECT_EQ(answer.code, 1) << answer.err;
    EXPECT_THAT(answer.err, HasSubstr(path));
  }
}

TEST(CommandLine, EachGenerationOfYamlNamesItsModules) {
  const std::string broken = SLUICE_TEST_DATA "/smartmodule/README.md";
  const auto transforms = "transforms: [{uses: \"" + broken + "\", with: {a: {b: [1]}}}]\n";
  const std::string files[] = {
      head + "sample: {endpoint: x}\n" + transforms,
      "meta: {name: n, type: sample-source, version: 1.2.3, topic: t}\nsample: {endpoint: x}\n" +
          transforms,
      "apiVersion: 0.2.0\nmeta: {name: n, type: sample-source, version: 1.2.3, topic: {meta: "
      "{name: "
      "t}}}\nsample: {endpoint: x}\n" +
          transforms,
      "name: n\ntype: sample-source\nversion: 1.2.3\ntopic: t\nparameters: {endpoint: x}\n" +
          transforms,
      "name: n\ntype: sample-source\nversion: v1\ntopic: t\nparameters: {endpoint: x, "
      "smartstream-map: \"" +
          broken + "\"}\n",
      "name: n\ntype: sample-source\nversion: v1\ntopic: t\nparameters: {endpoint: x, "
      "smartstream_map: \"" +
          broken + "\"}\ntransforms: []\n",
  };
  for (const auto& text : files) {
    const auto answer = run_file(text);
    EXPECT_EQ(answer.code, 1) << text << answer.err;
    EXPECT_THAT(answer.err, HasSubstr("README.md")) << text;
  }
}

TEST(CommandLine, AModuleOnTheCommandLineReplacesThoseOfTheFile) {
  const auto text = head + "sample: {endpoint: x}\ntransforms: [{uses: jolt}]\n";
  auto words = no_cluster;
  words.insert(words.end(), {"--map", SLUICE_TEST_DATA "/smartmodule/README.md"});
  EXPECT_THAT(run_file(text, words).err, HasSubstr("README.md"));
}

TEST(CommandLine, TheOldKeyInvokeIsTaken) {
  const auto answer =
      run_file(head + "sample: {endpoint: x}\ntransforms: [{uses: jolt, invoke: map, with: {}}]\n");
  EXPECT_EQ(answer.code, 3) << answer.err;
  EXPECT_THAT(answer.err, HasSubstr("127.0.0.1:1"));
}

TEST(CommandLine, TheSchemaShowsEachSpellingAndWhichExcludeWhich) {
  const auto answer = run_with({"metadata"});
  for (const auto* name : {"smartstream_filter",
                           "smartstream_map",
                           "smartstream_arraymap",
                           "filter",
                           "map",
                           "array_map",
                           "filter_map",
                           "aggregate",
                           "smart_module",
                           "transform",
                           "transform_error",
                           "dead_letter_topic",
                           "dead_letter_file",
                           "on_malformed",
                           "on_rejected",
                           "on_too_large",
                           "on_unavailable",
                           "retry_limit",
                           "on_retries_exhausted",
                           "retry_delay_min",
                           "retry_delay_max",
                           "error_limit",
                           "error_window",
                           "rate_records",
                           "rate_bytes",
                           "batch_count",
                           "batch_bytes",
                           "batch_age"}) {
    EXPECT_THAT(answer.out, HasSubstr("\"" + std::string(name) + "\":{"));
  }
  EXPECT_THAT(answer.out, HasSubstr(R"("oneOf":[{"required":["smartstream_filter"])"));
}

TEST(CommandLine, TheHintToHelpStandsOnALineOfItsOwn) {
  EXPECT_THAT(run_with(with({"stray"})).err, testing::EndsWith("\nFor more, try --help.\n"));
}

TEST(CommandLine, ASecretIsNeverInAnAnswer) {
  const auto answer = run_with({"--token", "canary-7f3a", "--interval", "x", "--help-me"});
  EXPECT_EQ(answer.code, 2);
  EXPECT_THAT(answer.err + answer.out, testing::Not(HasSubstr("canary-7f3a")));
}

// Several connectors have their own `--connect-timeout`, for the outside: it hid the kit's.
TEST(CommandLine, AConnectorsOptionComesBeforeAnAliasOfTheKits) {
  OwnTimeout own;
  CommonOptions common;
  OptionSet set;
  set.bind(common).bind(own);
  ParseInput input;
  input.words = {"--fluvio-topic=t", "--connect-timeout=3s", "--cluster-timeout=4s"};
  const auto outcome = parse_options(set, input);
  EXPECT_TRUE(outcome.ok()) << outcome.report();
  EXPECT_EQ(own.connect_timeout, std::chrono::seconds(3));
  EXPECT_EQ(common.connect_timeout, std::chrono::seconds(4));
}

TEST(CommandLine, TheOldNameOfAKitsOptionIsTakenWhereNoConnectorHasIt) {
  CommonOptions common;
  OptionSet set;
  set.bind(common);
  ParseInput input;
  input.words = {"--fluvio-topic=t", "--connect-timeout=3s"};
  EXPECT_TRUE(parse_options(set, input).ok());
  EXPECT_EQ(common.connect_timeout, std::chrono::seconds(3));
}

TEST(CommandLineDeathTest, TwoOptionsOfOneNameAreABug) {
  OwnTimeout one;
  OwnTimeout two;
  OptionSet set;
  set.bind(one).bind(two);
  EXPECT_DEATH(static_cast<void>(parse_options(set, {})),
               "two options are called --connect-timeout");
}

TEST(CommandLine, ThePausesHaveTheirOfficialNamesToo) {
  ErrorOptions errors;
  OptionSet set;
  set.bind(errors);
  ParseInput input;
  input.words = {"--backoff-min=3s", "--backoff-max=4s"};
  EXPECT_TRUE(parse_options(set, input).ok());
  EXPECT_EQ(errors.retry_delay_min, std::chrono::seconds(3));
  EXPECT_EQ(errors.retry_delay_max, std::chrono::seconds(4));
  EXPECT_EQ(run_file("apiVersion: 0.1.0\nmeta: {name: n, type: sample-source, version: 1.2.3, "
                     "topic: t}\nsample: {endpoint: x, backoff_min: 1s, backoff_max: 2s}\n")
                .code,
            3);
}

TEST(CommandLine, NobodyAtTheClustersAddressIsTheEnvironmentsFault) {
  const auto answer = run_with(with({"--cluster", "127.0.0.1:1", "--connect-timeout", "0"}));
  EXPECT_EQ(answer.code, 3);
  EXPECT_THAT(answer.err, HasSubstr("127.0.0.1:1"));
}

}  // namespace
}  // namespace sluice::connector
