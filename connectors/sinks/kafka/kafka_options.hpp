// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the kafka sink, under the names of all generations of the official one.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <sluice/options.hpp>

#include "common/kafka/connection_options.hpp"

namespace sluice::kafka {

enum class RecordFormat : std::uint8_t { value, json };
enum class EmptyValue : std::uint8_t { keep, tombstone };
enum class Partitioner : std::uint8_t {
  murmur2_random,
  murmur2,
  consistent_random,
  consistent,
  fnv1a_random,
  fnv1a,
  random
};
enum class Codec : std::uint8_t { none, gzip, snappy, lz4, zstd };

struct KafkaSinkOptions {
  common::KafkaConnectionOptions connection;
  std::string topic;
  std::optional<std::int32_t> partition;
  Partitioner partitioner = Partitioner::murmur2_random;
  RecordFormat format = RecordFormat::value;
  EmptyValue empty_value = EmptyValue::keep;
  std::map<std::string, std::string> headers;
  bool provenance = false;
  Codec compression = Codec::none;

  bool create_topic = false;
  std::optional<std::int32_t> partitions;
  std::optional<std::int32_t> replication;

  std::chrono::milliseconds delivery_timeout{30'000};
  std::string transactional_id;
  std::chrono::milliseconds transaction_timeout{60'000};
  std::string offsets_topic;
};

// The topic that holds the offsets, when there is a transactional id.
[[nodiscard]] std::string offsets_topic(const KafkaSinkOptions& options);

void validate_options(const KafkaSinkOptions& options, OptionProblems& problems);

}  // namespace sluice::kafka

template <>
struct sluice::enum_names<sluice::kafka::RecordFormat> {
  using F = kafka::RecordFormat;
  static constexpr std::array rows{EnumName{F::value, "value"}, EnumName{F::json, "json"}};
};
template <>
struct sluice::enum_names<sluice::kafka::EmptyValue> {
  using E = kafka::EmptyValue;
  static constexpr std::array rows{EnumName{E::keep, "keep"}, EnumName{E::tombstone, "tombstone"}};
};
template <>
struct sluice::enum_names<sluice::kafka::Partitioner> {
  using P = kafka::Partitioner;
  static constexpr std::array rows{EnumName{P::murmur2_random, "murmur2_random"},
                                   EnumName{P::murmur2, "murmur2"},
                                   EnumName{P::consistent_random, "consistent_random"},
                                   EnumName{P::consistent, "consistent"},
                                   EnumName{P::fnv1a_random, "fnv1a_random"},
                                   EnumName{P::fnv1a, "fnv1a"},
                                   EnumName{P::random, "random"}};
};
template <>
struct sluice::enum_names<sluice::kafka::Codec> {
  using C = kafka::Codec;
  static constexpr std::array rows{EnumName{C::none, "none"}, EnumName{C::gzip, "gzip"},
                                   EnumName{C::snappy, "snappy"}, EnumName{C::lz4, "lz4"},
                                   EnumName{C::zstd, "zstd"}};
};

template <>
struct sluice::option_table<sluice::kafka::KafkaSinkOptions> {
  using O = kafka::KafkaSinkOptions;
  static constexpr std::chrono::seconds second{1};
  static constexpr auto rows = std::tuple{
      option_group<&O::connection>(),
      option<&O::topic>("kafka-topic",
                        "Topic of Kafka that is written to; by default named as the Fluvio topic.")
          .yaml_name("topic")
          .alias("topic"),
      option<&O::partition>("kafka-partition",
                            "Partition that all records go to; by default the key decides.")
          .yaml_name("partition")
          .alias("partition")
          .at_least(0),
      option<&O::partitioner>("partitioner",
                              "How the key decides; `murmur2_random` is what Java's clients do."),
      option<&O::format>("record-format",
                         "`value`: key and value as they are. `json`: the value is an object with "
                         "key, value, timestamp and headers, as the kafka source writes it."),
      option<&O::empty_value>("empty-value",
                              "What an empty value becomes, with the format `value`: `keep` it, or "
                              "write a `tombstone` (null), which deletes in compacted topics."),
      option<&O::headers>("header", "Header of each record, `name=value`.")
          .repeatable()
          .yaml_name("headers")
          .alias("headers"),
      option<&O::provenance>("provenance-headers",
                             "Say in headers where a record is from: `fluvio-topic`, "
                             "`fluvio-partition`, `fluvio-offset`."),
      option<&O::compression>("compression", "How batches are compressed."),
      option<&O::create_topic>("create-topic", "Make the topic when it is missing.")
          .alias("create-kafka-topic"),
      option<&O::partitions>("create-partitions",
                             "Partitions of a topic that is made; by default what the brokers "
                             "have for it.")
          .at_least(1),
      option<&O::replication>("create-replication",
                              "Replicas of each partition of a topic that is made, and of the "
                              "offsets topic; by default what the brokers have for it.")
          .at_least(1)
          .at_most(32'767),
      option<&O::delivery_timeout>("delivery-timeout",
                                   "Longest wait until a record is confirmed, repeated requests "
                                   "included; then the batch is tried again.")
          .bare_number_unit(second)
          .at_least(second),
      option<&O::transactional_id>("transactional-id",
                                   "Name, of this instance alone, that its transactions have: "
                                   "each record is then written exactly once, with the offsets in "
                                   "the same transaction."),
      option<&O::transaction_timeout>("transaction-timeout",
                                      "How long Kafka keeps the transaction of an instance that "
                                      "is gone; readers wait meanwhile.")
          .bare_number_unit(second)
          .at_least(second),
      option<&O::offsets_topic>("offsets-topic",
                                "Compacted topic of Kafka with the offsets, with a transactional "
                                "id; by default `sluice-offsets-` and that id. It is made when it "
                                "is missing."),
  };

  static void validate(const O& options, OptionProblems& problems) {
    kafka::validate_options(options, problems);
  }
};
