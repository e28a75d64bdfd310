// SPDX-License-Identifier: Apache-2.0
#include "kafka_options.hpp"

#include "start.hpp"

namespace sluice::kafka {

void validate_options(const KafkaSourceOptions& options, OptionProblems& problems) {
  common::validate_kafka_connection(options.connection, problems);
  for (const auto& topic : options.topics) {
    if (topic.empty()) problems.add("kafka-topic", "a topic has a name");
    if (topic.starts_with('^')) {
      problems.add("kafka-topic", "`" + topic + "` is a pattern", "name each topic");
    }
  }
  if (!options.partitions.empty() && options.topics.size() > 1) {
    problems.add("kafka-partition", "partitions can be chosen of one topic only",
                 "run a connector a topic");
  }
  if (options.group.empty()) problems.add("kafka-group", "a group has a name");
  if (!parse_start(options.start)) {
    problems.add("start", "`" + options.start + "` is no place to begin",
                 "write earliest, latest, or a time such as 2026-01-31T12:00:00Z");
  }
}

}  // namespace sluice::kafka
