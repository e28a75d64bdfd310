// SPDX-License-Identifier: Apache-2.0
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "options/sample_options.hpp"

namespace sluice::options {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

TEST(Options, EveryFormOfAnOptionIsRead) {
  SampleRun run;

  ASSERT_TRUE(run.parse({"--fluvio-topic",
                         "t",
                         "--endpoint=https://u:p@Host:8443/a/b?q=1#f",
                         "--method",
                         "POST",
                         "--interval=1h 30m",
                         "--rest",
                         "300",
                         "-q2",
                         "-n=-5",
                         "--header",
                         "Accept: text/plain",
                         "--header=X-A:b",
                         "--body=-x",
                         "--stream",
                         "--no-verify",
                         "--output-parts",
                         "full",
                         "--ratio",
                         "0.25",
                         "--fetch-max-bytes",
                         "32 KiB",
                         "--option",
                         "acks=all",
                         "--option",
                         "a:b=c",
                         "--mapping",
                         R"({"a": 1})",
                         "--token",
                         "t0ken",
                         "--log",
                         "debug",
                         "--websocket-config-subscription-messages",
                         "hi",
                         "--websocket-config-ping-interval-ms",
                         "0x10"}))
      << run.outcome.report();

  const auto& o = run.options;
  EXPECT_EQ(run.common.topic, "t");
  EXPECT_EQ(run.common.log, "debug");
  EXPECT_EQ(o.endpoint.scheme(), "https");
  EXPECT_EQ(o.endpoint.host(), "host");
  EXPECT_EQ(o.endpoint.port(), 8443);
  EXPECT_EQ(o.endpoint.user(), "u");
  EXPECT_EQ(o.endpoint.password().reveal(), "p");
  EXPECT_EQ(o.endpoint.target(), "/a/b?q=1");
  EXPECT_EQ(o.method, "POST");
  EXPECT_EQ(o.interval, 90min);
  EXPECT_EQ(o.pause, 300s);
  EXPECT_EQ(o.qos, 2);
  EXPECT_EQ(o.count, -5);
  EXPECT_THAT(o.headers, ElementsAre(Header{"Accept", "text/plain"}, Header{"X-A", "b"}));
  EXPECT_EQ(o.body, "-x");
  EXPECT_TRUE(o.stream);
  EXPECT_FALSE(o.verify);
  EXPECT_EQ(o.parts, SampleParts::full);
  EXPECT_EQ(o.ratio, 0.25);
  EXPECT_EQ(o.fetch.bytes, 32'768U);
  EXPECT_THAT(o.options, ElementsAre(Pair("a", "b=c"), Pair("acks", "all")));
  EXPECT_EQ(o.mapping.text, R"({"a": 1})");
  EXPECT_EQ(o.token.reveal(), "t0ken");
  EXPECT_THAT(o.socket.subscription_messages, ElementsAre("hi"));
  EXPECT_EQ(o.socket.ping_interval_ms, 16U);
}

TEST(Options, WhatIsNotGivenKeepsTheMembersInitialValue) {
  SampleRun run;
  ASSERT_TRUE(run.parse({"--fluvio-topic=t", "--endpoint=http://h"}));
  EXPECT_EQ(run.options.interval, 10s);
  EXPECT_EQ(run.options.count, std::nullopt);
  EXPECT_EQ(run.options.endpoint.port_or(80), 80);
  EXPECT_EQ(run.outcome.config.generation, ConfigGeneration::none);
}

TEST(Options, OneLeadingPairOfDashesIsIgnored) {
  SampleRun run;
  EXPECT_TRUE(run.parse({"--", "--fluvio-topic=t", "--endpoint=http://h"}));
}

TEST(Options, ADeprecatedOptionWorksWithAWarning) {
  SampleRun run;
  ASSERT_TRUE(run.parse({"--fluvio-topic=t", "--endpoint=http://h", "--output-format=full"}));
  ASSERT_EQ(run.outcome.warnings.size(), 1U);
  EXPECT_THAT(run.outcome.warnings[0].text(), HasSubstr("use `--output-parts`"));
}

TEST(Options, HelpAndVersionAreAnsweredWhateverElseIsThere) {
  for (const auto* word : {"--help", "-h"}) {
    SampleRun run;
    EXPECT_TRUE(run.parse({"--nonsense", word}));
    EXPECT_EQ(run.outcome.wants, ParseOutcome::Wants::help);
  }
  SampleRun run;
  EXPECT_TRUE(run.parse({"-V"}));
  EXPECT_EQ(run.outcome.wants, ParseOutcome::Wants::version);
}

TEST(Options, TheCommandLineWinsOverTheEnvironmentAndThatOverTheFile) {
  const std::string file =
      "meta: {name: n, type: sample-source, version: 1, topic: from-file}\n"
      "sample: {endpoint: http://file/, token: file, method: PUT}\n";
  SampleRun run;
  run.files["c.yaml"] = file;
  run.environment = {
      {"SAMPLE_CONFIG", "c.yaml"}, {"SAMPLE_ENDPOINT", "http://env/"}, {"SAMPLE_TOKEN", ""}};

  ASSERT_TRUE(run.parse({"--fluvio-topic", "from-line"})) << run.outcome.report();

  EXPECT_EQ(run.common.topic, "from-line");
  EXPECT_EQ(run.options.endpoint.host(), "env");
  EXPECT_EQ(run.options.token.reveal(), "file");  // an empty variable counts as not set
  EXPECT_EQ(run.options.method, "PUT");
}

TEST(Options, OneOfAGroupReplacesAnotherFromAWeakerSource) {
  SampleRun run;
  run.files["c.yaml"] =
      "name: n\ntype: sample\ntopic: t\n"
      "parameters: {endpoint: http://h/, smartstream-filter: a}\n";
  ASSERT_TRUE(run.parse({"--config=c.yaml", "--smartstream-map=b"})) << run.outcome.report();
  EXPECT_EQ(run.common.filter, std::nullopt);
  EXPECT_EQ(run.common.map, "b");
}

TEST(Options, PositionalsAndLettersServeATool) {
  SampleArguments arguments;
  OptionSet set;
  set.bind(arguments);
  ParseInput input;
  input.words = {"add", "-qa", "one", "-", "--", "--two"};

  const auto outcome = parse_options(set, input);

  ASSERT_TRUE(outcome.ok()) << outcome.report();
  EXPECT_EQ(arguments.verb, "add");
  EXPECT_THAT(arguments.files, ElementsAre("one", "-", "--two"));
  EXPECT_TRUE(arguments.quiet);
  EXPECT_TRUE(arguments.all);

  SampleArguments none;
  OptionSet empty;
  empty.bind(none);
  EXPECT_EQ(parse_options(empty, {}).report(),
            "<VERB>: it is required, but it is not given; write it after the options");
}

TEST(ConfigFile, Generation020IsReadWhole) {
  SampleRun run;
  run.environment = {{"FEED_HOST", "feed.example"}, {"FEED_KEY", "a\": #\nb: c"}};
  run.files["c.yaml"] = R"(apiVersion: 0.2.0
meta:
  name: trades-in
  type: sample-source
  version: 0.5.0
  topic:
    meta: { name: trades }
    partition: { count: 3, replication: 1, max-size: 2 GiB, maps: [{id: 0, replicas: [5001]}] }
    retention: { time: 14d, segment-size: 64 MiB }
    compression: { type: Lz4 }
    deduplication:
      bounds: { count: 100, age: 5s }
      filter: { transform: { uses: dedup@0.1.0 } }
  producer: { linger: 50ms, compression: lz4, batch_size: 256 KiB, max-request-size: 1MB }
  consumer:
    id: trades-out-1
    partition: [0, 2]
    max-bytes: 4 MiB
    offset: { start: { from-end: 100 }, strategy: manual, flush-period: { secs: 3, nanos: 0 } }
  secrets: [{ name: FEED_HOST }, { name: FEED_KEY }]
sample:
  endpoint: "https://${{ secrets.FEED_HOST }}/v2/ticks"
  token: { secret: { name: FEED_KEY } }
  body: "<${{secrets.FEED_KEY}}>"
  interval: { secs: 5, nanos: 500000000 }
  headers: ["Accept: application/json"]
  count:
  mapping: { b: [1, "2", 3.5], a: { yes: true } }
  websocket-config: { subscription_messages: one }
transforms:
  - uses: infinyon/json-sql@0.2.1
    lookback: { last: 5 }
    with: { mapping: { table: ticks, cols: { px: 1 } }, n: 10.0, text: "x" }
)";

  ASSERT_TRUE(run.parse({"--config", "c.yaml"})) << run.outcome.report();

  const auto& config = run.outcome.config;
  EXPECT_EQ(config.generation, ConfigGeneration::v0_2_0);
  EXPECT_EQ(config.name, "trades-in");
  EXPECT_TRUE(config.is_source());
  EXPECT_EQ(config.topic.name(), "trades");
  EXPECT_EQ(config.topic.partition.count, 3U);
  EXPECT_EQ(config.topic.partition.max_size, ByteSize{2'147'483'648});
  EXPECT_THAT(config.topic.partition.maps.at(0).replicas, ElementsAre(5001));
  EXPECT_EQ(config.topic.retention.time, std::chrono::hours(14 * 24));
  EXPECT_EQ(config.topic.compression.type, TopicCompression::lz4);
  EXPECT_EQ(config.topic.deduplication.bounds.count, 100U);
  EXPECT_EQ(config.topic.deduplication.filter.transform.uses, "dedup@0.1.0");
  EXPECT_EQ(config.consumer.id, "trades-out-1");
  EXPECT_THAT(config.consumer.partitions, ElementsAre(0U, 2U));
  EXPECT_EQ(config.consumer.offset.start, (OffsetStart{OffsetStart::From::from_end, 100}));
  EXPECT_EQ(config.consumer.offset.strategy, OffsetStorage::manual);
  EXPECT_EQ(config.consumer.offset.flush_period, 3s);
  EXPECT_THAT(config.secret_names, ElementsAre("FEED_HOST", "FEED_KEY"));
  EXPECT_EQ(config.section.find("interval")->line, 25);
  EXPECT_EQ(run.common.topic, "trades");
  EXPECT_EQ(run.common.producer.linger, 50ms);
  EXPECT_EQ(run.common.producer.compression, Compression::lz4);
  EXPECT_EQ(run.common.producer.batch_size, ByteSize{262'144});
  EXPECT_EQ(run.common.consumer.max_bytes, ByteSize{4'194'304});
  ASSERT_EQ(run.common.transforms.size(), 1U);
  EXPECT_EQ(run.common.transforms[0].lookback.last, 5U);
  EXPECT_THAT(run.common.transforms[0].with,
              ElementsAre(Pair("mapping", R"({"cols":{"px":1},"table":"ticks"})"),
                          Pair("n", "10.0"), Pair("text", "x")));
  EXPECT_EQ(run.options.endpoint.host(), "feed.example");
  EXPECT_EQ(run.options.token.reveal(), "a\": #\nb: c");
  EXPECT_EQ(run.options.body, "<a\": #\nb: c>");  // it could not change the structure
  EXPECT_EQ(run.options.interval, 5500ms);
  EXPECT_EQ(run.options.count, std::nullopt);
  EXPECT_EQ(run.options.mapping.text, R"({"a":{"yes":true},"b":[1,"2",3.5]})");
  EXPECT_THAT(run.options.socket.subscription_messages, ElementsAre("one"));
}

TEST(ConfigFile, GenerationBPassesParametersOnAsText) {
  SampleRun run;
  run.files["c.yaml"] = R"(name: weather-poller
type: http-source
version: 0.4.3
topic: weather
parameters:
  endpoint: https://weather.example/now
  interval: 30s
  qos: "1"
  count: 10.0
  body: 12.3015e+05
  delimiter: 0xf1
  header: ["Accept: application/json", "X-Team:blue"]
  option: { a: 10.0 }
  websocket-config-ping-interval-ms: 7
  smartstream-map: only-celsius
secrets:
  SAMPLE_TOKEN: s3cr3t
producer:
  linger: 250ms
  compression: gzip
  batch-size: 32 KiB
consumer: { partition: 3 }
transforms:
  - uses: infinyon/jolt@0.1.0
    with:
      spec: '[{"operation":"remove","spec":{"debug":""}}]'
)";

  ASSERT_TRUE(run.parse({"--config", "c.yaml"})) << run.outcome.report();

  EXPECT_EQ(run.outcome.config.generation, ConfigGeneration::unversioned);
  EXPECT_EQ(run.common.topic, "weather");
  EXPECT_EQ(run.common.map, "only-celsius");
  EXPECT_EQ(run.common.producer.linger, 250ms);
  EXPECT_THAT(run.common.consumer.partitions, ElementsAre(3U));
  EXPECT_THAT(run.common.transforms.at(0).with,
              ElementsAre(Pair("spec", R"([{"operation":"remove","spec":{"debug":""}}])")));
  EXPECT_EQ(run.options.interval, 30s);
  EXPECT_EQ(run.options.qos, 1);
  EXPECT_EQ(run.options.count, 10);
  EXPECT_EQ(run.options.body, "1230150");
  EXPECT_EQ(run.options.delimiter, "241");
  EXPECT_EQ(run.options.headers.size(), 2U);
  EXPECT_THAT(run.options.options, ElementsAre(Pair("a", "10.0")));
  EXPECT_EQ(run.options.socket.ping_interval_ms, 7U);
  EXPECT_EQ(run.options.token.reveal(), "s3cr3t");  // `secrets` are environment there
}

TEST(ConfigFile, GenerationAHasTheFormatsVersion) {
  SampleRun run;
  run.files["c.yaml"] =
      "version: v1\nconnector_version: latest\nname: n\ntype: http\ntopic: t\n"
      "create_topic: true\ndirection: source\nparameters: {endpoint: http://h/, pause: 30}\n";
  ASSERT_TRUE(run.parse({"--config", "c.yaml"})) << run.outcome.report();
  EXPECT_EQ(run.outcome.config.version, "latest");
  EXPECT_EQ(run.options.pause, 30s);
}

TEST(ConfigFile, PartitionIsANumberAListOrAll) {
  const auto partitions = [](const std::string& value) {
    SampleRun run;
    run.files["c.yaml"] =
        "meta: {name: n, type: sample-source, version: 1, topic: t, consumer: "
        "{partition: " +
        value + "}}\nsample: {endpoint: http://h/}\n";
    EXPECT_TRUE(run.parse({"--config", "c.yaml"})) << run.outcome.report();
    return run.common.consumer.partitions;
  };
  EXPECT_THAT(partitions("4"), ElementsAre(4U));
  EXPECT_THAT(partitions("[1, 2]"), ElementsAre(1U, 2U));
  EXPECT_THAT(partitions("all"), ElementsAre());
}

TEST(ConfigFile, SecretsComeFromTheSecretsFileAlone) {
  SampleRun run;
  run.environment["KEY"] = "environment";
  run.files["s.env"] = " KEY = from=file \n";
  run.files["c.yaml"] =
      "apiVersion: 0.1.0\n"
      "meta: {name: n, type: sample-source, version: 1, topic: t, secrets: [{name: KEY}]}\n"
      "sample: {endpoint: http://h/, body: \"${{ secrets.KEY }}\"}\n";
  ASSERT_TRUE(run.parse({"--config=c.yaml", "--secrets=s.env"})) << run.outcome.report();
  EXPECT_EQ(run.options.body, "from=file");
}

TEST(ConfigFile, IsReadWithoutKnowingTheConnector) {
  const auto outcome = parse_connector_config(
      "apiVersion: 0.1.0\nmeta: {name: n, type: x-sink, version: 1, topic: t}\n"
      "custom: {anything: [1]}\n",
      "c.yaml", nullptr);
  ASSERT_TRUE(outcome.ok()) << outcome.report();
  EXPECT_EQ(outcome.config.section_name, "custom");
  EXPECT_FALSE(outcome.config.is_source());
}

TEST(Secrets, PrintAsStarsHoweverTheyArePrinted) {
  std::ostringstream out;
  const Url url("https://me:hunter2@h:1/p?token=hunter2");
  out << Secret<std::string>("hunter2") << ' ' << url << ' ' << to_string(url);
  EXPECT_EQ(out.str(), "*** https://***@h:1/p?*** https://***@h:1/p?***");
  EXPECT_EQ(Url("http://h:80/@a").redacted(), "http://h:80/@a");
}

}  // namespace
}  // namespace sluice::options
