// SPDX-License-Identifier: Apache-2.0
#include "sink_options.hpp"

#include "common/text_template/text_template.hpp"
#include "topic_name.hpp"

namespace sluice::mqtt {

void validate_options(const SinkOptions& options, OptionProblems& problems) {
  validate_broker(options.broker, problems);
  std::string problem;
  const auto topic = common::TextTemplate::parse(options.topic, problem);
  if (!topic) {
    problems.add("mqtt-topic", "`" + options.topic + "`: " + problem);
  } else if (options.topic.empty()) {
    problems.add("mqtt-topic", "it is empty", "write for example plant/{site}");
  } else if (const auto wrong = topic_problem(topic->literal()); !wrong.empty()) {
    problems.add("mqtt-topic", "`" + printable(options.topic) + "` " + wrong,
                 "write for example plant/{site}");
  }
  if (options.message_expiry.count() > 0xffffffffLL) {
    problems.add("message-expiry", "it is longer than MQTT can say", "at most 49710d");
  }
}

}  // namespace sluice::mqtt
