// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options that every connector has beside its own. Their names are those of the official
// connectors where these have them.

#include <chrono>
#include <optional>
#include <string>
#include <tuple>

#include "sluice/options.hpp"

namespace sluice::connector {

enum class LogFormat { text, json };
enum class CheckpointPlace { topic, file };
enum class Control { on, off };

struct CommonOptions {
  std::string topic;
  std::string name;  // empty: made from connector and topic
  std::optional<std::string> config;
  std::optional<std::string> secrets;
  std::optional<std::string> profile;
  std::optional<std::string> cluster;
  std::chrono::milliseconds connect_timeout{10'000};
  std::string log = "info";
  LogFormat log_format = LogFormat::text;
  std::optional<std::string> metrics_listen;
  Control control = Control::on;
  std::optional<std::string> state_dir;
  std::chrono::milliseconds drain_timeout{10'000};
};

// How fast records flow, at most. 0: as fast as they can.
struct RateOptions {
  std::uint64_t records = 0;  // a second
  ByteSize bytes{0};          // of keys and values, a second
};

struct SourceFlow {
  RateOptions rate;
  // Unset: what the producer's options say, or the client.
  std::optional<std::uint64_t> batch_count;
  std::optional<ByteSize> batch_bytes;
  std::optional<std::chrono::milliseconds> batch_age;
};

struct SinkFlow {
  RateOptions rate;
  std::uint64_t batch_count = 10'000;
  ByteSize batch_bytes{4'194'304};
  std::chrono::milliseconds batch_age{0};
};

struct SourceOptions {
  ProducerConfig producer;
  ByteSize buffer_bytes{16'777'216};
  std::optional<CheckpointPlace> checkpoint;  // unset: file with a state directory, else topic
  SourceFlow flow;                            // has a table of its own
};

struct SinkOptions {
  // Unlike the official sinks: everything in the topic is delivered, and a restart goes on
  // where the last run ended, without being asked to.
  ConsumerConfig consumer{.offset = {.start = {.from = OffsetStart::From::beginning},
                                     .strategy = OffsetStorage::automatic,
                                     .flush_period = std::chrono::milliseconds(1'000)}};
  SinkFlow flow;  // has a table of its own
};

void validate_options(const SourceOptions& options, OptionProblems& problems);

}  // namespace sluice::connector

namespace sluice {

template <>
struct enum_names<connector::LogFormat> {
  static constexpr std::array rows{EnumName{connector::LogFormat::text, "text"},
                                   EnumName{connector::LogFormat::json, "json"}};
};

template <>
struct enum_names<connector::CheckpointPlace> {
  static constexpr std::array rows{EnumName{connector::CheckpointPlace::topic, "topic"},
                                   EnumName{connector::CheckpointPlace::file, "file"}};
};

template <>
struct enum_names<connector::Control> {
  static constexpr std::array rows{EnumName{connector::Control::on, "on"},
                                   EnumName{connector::Control::off, "off"}};
};

template <>
struct option_table<connector::CommonOptions> {
  using O = connector::CommonOptions;
  static constexpr auto rows = std::tuple{
      option<&O::topic>("fluvio-topic", "Topic that is written or read.")
          .required()
          .from_config("topic.meta.name")
          .value_name("TOPIC"),
      option<&O::name>("name",
                       "Name of this instance: of its checkpoint, its stored offsets, its logs. "
                       "Two that run at the same time need two names.")
          .from_config("name"),
      option<&O::config>("config", "YAML file with the options.").value_name("FILE"),
      option<&O::secrets>("secrets", "File with a `NAME=value` on each line.").value_name("FILE"),
      option<&O::profile>("profile", "Profile of the cluster, in the Fluvio profile file.")
          .env("FLUVIO_PROFILE"),
      option<&O::cluster>("cluster", "Address of the cluster, without a profile.")
          .value_name("HOST:PORT"),
      option<&O::connect_timeout>("cluster-timeout",
                                  "How long to try to reach the cluster at the start.")
          .alias("connect-timeout"),
      option<&O::log>("rust-log", "Which log lines are written: `info`, `warn,client=debug`.")
          .alias("log")
          .env("RUST_LOG")
          .value_name("FILTER"),
      option<&O::log_format>("log-format", "Form of the log lines."),
      option<&O::metrics_listen>("metrics-listen",
                                 "Address that serves /metrics, /livez, /readyz and /status; "
                                 "port 0 takes a free one. Off when not given.")
          .value_name("HOST:PORT"),
      option<&O::control>(
          "control",
          "Whether `sluice top`, `tap`, `pause` and the console find this instance: "
          "a socket for this user alone, in $SLUICE_RUNTIME_DIR.")
          .env("SLUICE_CONTROL"),
      option<&O::state_dir>("state-dir", "Folder for what must survive a restart.")
          .value_name("DIR"),
      option<&O::drain_timeout>("drain-timeout",
                                "How long to finish what is half done after a signal."),
  };
};

template <>
struct option_table<connector::SourceOptions> {
  using O = connector::SourceOptions;
  static constexpr auto rows = std::tuple{
      option<&O::producer>("producer", "How records are sent.").from_config("producer"),
      option<&O::buffer_bytes>("buffer-bytes", "Most bytes that are read and not yet in the topic.")
          .at_least(ByteSize{65'536})
          .at_most(ByteSize{std::uint64_t{1} << 40U}),
      option<&O::checkpoint>("checkpoint",
                             "Where the position is kept between runs. A file when there is a "
                             "state folder, else a topic of the cluster."),
  };

  static void validate(const O& options, OptionProblems& problems) {
    connector::validate_options(options, problems);
  }
};

template <>
struct option_table<connector::RateOptions> {
  using O = connector::RateOptions;
  static constexpr auto rows = std::tuple{
      option<&O::records>("rate-records", "Most records in a second. 0: no limit.")
          .at_most(1'000'000'000),
      option<&O::bytes>("rate-bytes", "Most bytes of keys and values in a second. 0: no limit.")
          .at_most(ByteSize{std::uint64_t{1} << 40U}),
  };
};

template <>
struct option_table<connector::SourceFlow> {
  using O = connector::SourceFlow;
  static constexpr auto rows = std::tuple{
      option_group<&O::rate>(),
      option<&O::batch_count>("batch-count", "Most records in one batch.")
          .at_least(1)
          .at_most(1'000'000'000),
      option<&O::batch_bytes>("batch-bytes",
                              "Size at which a batch is sent: the same as "
                              "`--producer-batch-size`.")
          .at_least(ByteSize{1}),
      option<&O::batch_age>("batch-age",
                            "How long a record waits for others: the same as "
                            "`--producer-linger`."),
  };
};

template <>
struct option_table<connector::SinkFlow> {
  using O = connector::SinkFlow;
  static constexpr auto rows = std::tuple{
      option_group<&O::rate>(),
      option<&O::batch_count>("batch-count", "Most records in one write.").at_least(1),
      option<&O::batch_bytes>("batch-bytes",
                              "Most bytes in one write; a larger record is written alone."),
      option<&O::batch_age>("batch-age", "How long a record waits for others. 0: for none."),
  };
};

template <>
struct option_table<connector::SinkOptions> {
  using O = connector::SinkOptions;
  static constexpr auto rows = std::tuple{
      option<&O::consumer>("consumer", "What is read.").from_config("consumer"),
  };
};

}  // namespace sluice
