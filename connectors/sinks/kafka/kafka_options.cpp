// SPDX-License-Identifier: Apache-2.0
#include "kafka_options.hpp"

namespace sluice::kafka {
namespace {

constexpr std::size_t topic_name_max = 249;

// Kafka's rule for names of topics.
bool is_topic_name(const std::string& name) {
  constexpr std::string_view allowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  return name != "." && name != ".." && name.size() <= topic_name_max &&
         name.find_first_not_of(allowed) == std::string::npos;
}

}  // namespace

std::string offsets_topic(const KafkaSinkOptions& options) {
  return options.offsets_topic.empty() ? "sluice-offsets-" + options.transactional_id
                                       : options.offsets_topic;
}

void validate_options(const KafkaSinkOptions& options, OptionProblems& problems) {
  common::validate_kafka_connection(options.connection, problems);
  if (!is_topic_name(options.topic)) {
    problems.add("kafka-topic", "`" + options.topic + "` is no name of a topic",
                 "at most 249 of letters, digits, `.`, `_` and `-`");
  }
  if (options.transactional_id.empty()) {
    if (!options.offsets_topic.empty()) {
      problems.add("offsets-topic", "it is used with transactions only", "give --transactional-id");
    }
  } else if (!is_topic_name(offsets_topic(options))) {
    problems.add(options.offsets_topic.empty() ? "transactional-id" : "offsets-topic",
                 "`" + offsets_topic(options) + "` is no name of a topic",
                 "give an --offsets-topic of letters, digits, `.`, `_` and `-`");
  }
  if (!options.create_topic && options.partitions) {
    problems.add("create-partitions", "no topic is made", "give --create-topic");
  }
  if (!options.transactional_id.empty() && options.transaction_timeout < options.delivery_timeout) {
    problems.add("transaction-timeout", "it is shorter than the delivery timeout",
                 "a transaction lasts as long as its deliveries");
  }
}

}  // namespace sluice::kafka
