// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the kafka source, under the names of all generations of the official one.

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include <sluice/options.hpp>

#include "common/kafka/connection_options.hpp"

namespace sluice::kafka {

enum class RecordFormat : std::uint8_t { value, json };
enum class Tombstone : std::uint8_t { empty, drop, refuse };
enum class Gap : std::uint8_t { stop, earliest, latest };
enum class IsolationLevel : std::uint8_t { read_committed, read_uncommitted };

struct KafkaSourceOptions {
  common::KafkaConnectionOptions connection;
  std::vector<std::string> topics;
  std::vector<std::int32_t> partitions;
  std::string group = "fluvio-kafka-source";
  std::string instance;  // none: a new member each time
  std::chrono::milliseconds session_timeout{10'000};
  std::string start = "earliest";
  Gap on_gap = Gap::stop;
  IsolationLevel isolation = IsolationLevel::read_committed;
  RecordFormat format = RecordFormat::value;
  Tombstone tombstone = Tombstone::empty;
  ByteSize fetch_bytes_per_partition{std::uint64_t{1} << 20U};
  ByteSize buffer_size{std::uint64_t{16} << 20U};
  std::chrono::milliseconds commit_interval{1'000};
};

void validate_options(const KafkaSourceOptions& options, OptionProblems& problems);

}  // namespace sluice::kafka

template <>
struct sluice::enum_names<sluice::kafka::RecordFormat> {
  using F = kafka::RecordFormat;
  static constexpr std::array rows{EnumName{F::value, "value"}, EnumName{F::json, "json"}};
};
template <>
struct sluice::enum_names<sluice::kafka::Tombstone> {
  using T = kafka::Tombstone;
  static constexpr std::array rows{EnumName{T::empty, "empty"}, EnumName{T::drop, "drop"},
                                   EnumName{T::refuse, "refuse"}};
};
template <>
struct sluice::enum_names<sluice::kafka::Gap> {
  using G = kafka::Gap;
  static constexpr std::array rows{EnumName{G::stop, "stop"}, EnumName{G::earliest, "earliest"},
                                   EnumName{G::latest, "latest"}};
};
template <>
struct sluice::enum_names<sluice::kafka::IsolationLevel> {
  using I = kafka::IsolationLevel;
  static constexpr std::array rows{EnumName{I::read_committed, "read_committed"},
                                   EnumName{I::read_uncommitted, "read_uncommitted"}};
};

template <>
struct sluice::option_table<sluice::kafka::KafkaSourceOptions> {
  using O = kafka::KafkaSourceOptions;
  static constexpr std::chrono::seconds second{1};
  static constexpr auto rows = std::tuple{
      option_group<&O::connection>(),
      option<&O::topics>("kafka-topic", "Topic of Kafka that is read; several share the group.")
          .required()
          .repeatable()
          .yaml_name("topic")
          .alias("topic"),
      option<&O::partitions>("kafka-partition",
                             "Partition that is read; by default all, shared with the other "
                             "members of the group.")
          .repeatable()
          .yaml_name("partition")
          .alias("partition")
          .at_least(0),
      option<&O::group>("kafka-group", "Group that the offsets are committed for.")
          .yaml_name("group")
          .alias("group"),
      option<&O::instance>("kafka-instance",
                           "Name of this connector in the group (`group.instance.id`), with which "
                           "it takes its partitions back at once after a crash. No two members may "
                           "have the same.")
          .yaml_name("instance")
          .alias("instance"),
      option<&O::session_timeout>("session-timeout",
                                  "How long the partitions of a member that crashed wait for "
                                  "another one.")
          .bare_number_unit(second)
          .at_least(std::chrono::milliseconds{100})
          .at_most(std::chrono::milliseconds{3'600'000}),
      option<&O::start>("start",
                        "Where a partition begins that the group has no offset of: `earliest`, "
                        "`latest`, or a time such as `2026-01-31T12:00:00Z` (or milliseconds "
                        "since 1970)."),
      option<&O::on_gap>("on-gap",
                         "What to do when Kafka no longer has the records that come next: `stop`, "
                         "or go on with the `earliest` or the `latest` that it has."),
      option<&O::isolation>("isolation",
                            "Whether records of transactions that were not committed "
                            "are read."),
      option<&O::format>("record-format",
                         "`value`: the value as it is. `json`: an object with topic, partition, "
                         "offset, timestamp, key, value and headers."),
      option<&O::tombstone>("tombstone",
                            "What becomes of a null value, with the format `value`: an `empty` "
                            "value, `drop` it and count it, or `refuse` it as malformed."),
      option<&O::fetch_bytes_per_partition>("fetch-max-bytes-per-partition",
                                            "Most that is fetched of a partition at once, unless "
                                            "one record is larger.")
          .at_least(ByteSize{1})
          .at_most(ByteSize{1'000'000'000}),
      option<&O::buffer_size>("buffer-size", "Most that is fetched ahead.")
          .at_least(ByteSize{1024})
          .at_most(ByteSize{2'097'151ULL << 10U}),
      option<&O::commit_interval>("commit-interval",
                                  "Longest time until the group's offsets follow what the topic "
                                  "has.")
          .bare_number_unit(second)
          .at_least(std::chrono::milliseconds{10}),
  };

  static void validate(const O& options, OptionProblems& problems) {
    kafka::validate_options(options, problems);
  }
};
