// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options of a made-up connector that uses every kind of row, for the tests of this folder
// and the fuzzer.

#include "sluice/options.hpp"

namespace sluice::options {

enum class SampleParts : std::uint8_t { body, full };

struct SampleSocket {
  std::vector<std::string> subscription_messages;
  std::uint64_t ping_interval_ms = 10'000;
};

struct SampleOptions {
  Url endpoint;
  std::string method = "GET";
  std::chrono::milliseconds interval{10'000};
  std::chrono::seconds pause{300};
  std::vector<Header> headers;
  std::optional<std::string> body;
  Secret<std::string> token;
  SampleParts parts = SampleParts::body;
  bool stream = false;
  bool verify = true;
  std::string delimiter = "\n";
  std::int32_t qos = 0;
  std::optional<std::int64_t> count;
  std::uint16_t port = 1883;
  double ratio = 0.5;
  ByteSize fetch{1'048'576};
  std::map<std::string, std::string> options;
  JsonText mapping{"{}"};
  SampleSocket socket;
  std::string old_format;
  std::string debug;
};

struct SampleCommon {
  std::string config;
  std::string secrets;
  std::string topic;
  std::string log = "info";
  std::optional<std::string> filter, map, arraymap;
  ProducerConfig producer;
  ConsumerConfig consumer;
  std::vector<TransformConfig> transforms;
};

struct SampleArguments {
  std::string verb;
  std::vector<std::string> files;
  bool quiet = false;
  bool all = false;
};

}  // namespace sluice::options

namespace sluice {

template <>
struct enum_names<options::SampleParts> {
  using P = options::SampleParts;
  static constexpr std::array rows{EnumName{P::body, "body"}, EnumName{P::full, "full"}};
};

template <>
struct option_table<options::SampleSocket> {
  using O = options::SampleSocket;
  static constexpr auto rows = std::tuple{
      option<&O::subscription_messages>("subscription-messages",
                                        "Text sent right after connecting.")
          .repeatable(),
      option<&O::ping_interval_ms>("ping-interval-ms", "Pause between two pings."),
  };
};

template <>
struct option_table<options::SampleOptions> {
  using O = options::SampleOptions;
  static constexpr auto rows = std::tuple{
      option<&O::endpoint>("endpoint", "Address that is requested.")
          .required()
          .env("SAMPLE_ENDPOINT")
          .schemes("http", "https", "ws", "wss"),
      option<&O::method>("method", "HTTP method of the request.").one_of("GET", "POST", "PUT"),
      option<&O::interval>("interval", "Pause between two requests.")
          .at_least(std::chrono::milliseconds(1))
          .at_most(std::chrono::hours(24)),
      option<&O::pause>("pause", "Pause after an error.")
          .bare_number_unit(std::chrono::seconds(1))
          .alias("rest"),
      option<&O::headers>("header", "Header sent with the request, as `Name: value`.")
          .repeatable()
          .yaml_name("headers"),
      option<&O::body>("body", "Body of the request. It is sent as it is."),
      option<&O::token>("token", "Token of the service.").env("SAMPLE_TOKEN"),
      option<&O::parts>("output-parts", "What a record holds."),
      option<&O::stream>("stream", "Keep one response open and split it."),
      option<&O::verify>("verify", "Check the certificate of the server."),
      option<&O::delimiter>("delimiter", "Text that ends a record."),
      option<&O::qos>("qos", "Quality of service.").short_name('q').at_least(0).at_most(2),
      option<&O::count>("count", "The maximum number of records to send.").short_name('n'),
      option<&O::port>("port", "Port of the broker.").at_least(1),
      option<&O::ratio>("ratio", "Share of the records that is kept.").at_least(0).at_most(1),
      option<&O::fetch>("fetch-max-bytes", "Most bytes of one answer.").at_least(ByteSize{1024}),
      option<&O::options>("option", "Setting of the library.").repeatable(),
      option<&O::mapping>("mapping", "How fields become columns."),
      option<&O::socket>("websocket-config", "WebSocket only."),
      option<&O::old_format>("output-format", "What a record holds.")
          .deprecated("use `--output-parts`"),
      option<&O::debug>("debug-hook", "For tests.").hidden(),
  };
  static void validate(const O& options, OptionProblems& problems) {
    if (options.stream && options.delimiter.empty()) {
      problems.add("delimiter", "an empty delimiter never ends a record", "write a text");
    }
  }
};

template <>
struct option_table<options::SampleCommon> {
  using O = options::SampleCommon;
  static constexpr auto rows = std::tuple{
      option<&O::config>("config", "YAML file with the options.")
          .value_name("FILE")
          .env("SAMPLE_CONFIG")
          .not_in_schema(),
      option<&O::secrets>("secrets", "File with `NAME=value` lines.")
          .value_name("FILE")
          .not_in_schema(),
      option<&O::topic>("fluvio-topic", "Topic of the records.")
          .required()
          .from_config("topic.meta.name")
          .not_in_schema(),
      option<&O::log>("rust-log", "Which log lines are printed.").alias("log").not_in_schema(),
      option<&O::filter>("smartstream-filter", "SmartModule that filters.")
          .excludes_group("smartstream"),
      option<&O::map>("smartstream-map", "SmartModule that maps.").excludes_group("smartstream"),
      option<&O::arraymap>("smartstream-arraymap", "SmartModule that splits.")
          .excludes_group("smartstream"),
      option<&O::producer>("producer", "").from_config("producer").not_in_schema(),
      option<&O::consumer>("consumer", "").from_config("consumer").not_in_schema(),
      option<&O::transforms>("transform", "SmartModule of the chain, as JSON.")
          .from_config("transforms")
          .not_in_schema(),
  };
};

template <>
struct option_table<options::SampleArguments> {
  using O = options::SampleArguments;
  static constexpr auto rows = std::tuple{
      option<&O::verb>("verb", "What to do.").positional().required().one_of("add", "list"),
      option<&O::files>("file", "Files to read.").positional(),
      option<&O::quiet>("quiet", "Say less.").short_name('q'),
      option<&O::all>("all", "Take all.").short_name('a'),
  };
};

}  // namespace sluice

namespace sluice::options {

// One run of the parser on the sample connector.
struct SampleRun {
  SampleCommon common;
  SampleOptions options;
  std::map<std::string, std::string> environment;
  std::map<std::string, std::string> files;
  ParseOutcome outcome;

  [[nodiscard]] OptionSet set() {
    OptionSet out;
    out.bind(common, {.heading = "Common options", .in_section = false});
    out.bind(options, {.heading = "Options of sample-source"});
    return out;
  }

  bool parse(std::vector<std::string> words) {
    ParseInput input;
    input.words = std::move(words);
    input.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment.find(name);
      return found == environment.end() ? std::nullopt : std::optional(found->second);
    };
    input.read_file = [this](const std::string& path) -> FileText {
      const auto found = files.find(path);
      if (found == files.end()) return {{}, "No such file or directory"};
      return {found->second, {}};
    };
    input.section = "sample";
    input.direction = "source";
    outcome = parse_options(set(), input);
    return outcome.ok();
  }
};

}  // namespace sluice::options
