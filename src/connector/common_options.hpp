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

struct SourceOptions {
  ProducerConfig producer;
  ByteSize buffer_bytes{16'777'216};
  std::optional<CheckpointPlace> checkpoint;  // unset: file with a state directory, else topic
};

struct SinkOptions {
  struct Batch {
    std::uint64_t count = 10'000;
    ByteSize bytes{4'194'304};
    std::chrono::milliseconds age{0};
  };

  // Unlike the official sinks: everything in the topic is delivered, and a restart goes on
  // where the last run ended, without being asked to.
  ConsumerConfig consumer{.offset = {.start = {.from = OffsetStart::From::beginning},
                                     .strategy = OffsetStorage::automatic,
                                     .flush_period = std::chrono::milliseconds(1'000)}};
  Batch batch;
};

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
      option<&O::connect_timeout>("connect-timeout",
                                  "How long to try to reach the cluster at the start."),
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
};

template <>
struct option_table<connector::SinkOptions::Batch> {
  using O = connector::SinkOptions::Batch;
  static constexpr auto rows = std::tuple{
      option<&O::count>("count", "Most records in one write.").at_least(1),
      option<&O::bytes>("bytes", "Most bytes in one write; a larger record is written alone."),
      option<&O::age>("age", "How long a record waits for others. 0: for none."),
  };
};

template <>
struct option_table<connector::SinkOptions> {
  using O = connector::SinkOptions;
  static constexpr auto rows = std::tuple{
      option<&O::consumer>("consumer", "What is read.").from_config("consumer"),
      option<&O::batch>("batch", "How much is written at a time."),
  };
};

}  // namespace sluice
