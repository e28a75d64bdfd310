// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the mqtt sink; address, credentials and TLS are named as on the source.

#include <chrono>
#include <cstdint>
#include <string>

#include <sluice/options.hpp>

#include "common/mqtt/broker_options.hpp"

namespace sluice::mqtt {

struct SinkOptions {
  BrokerOptions broker;
  std::string topic;
  int qos = 1;
  bool retain = false;
  std::string payload_field;
  std::chrono::seconds message_expiry{0};
  std::uint16_t max_in_flight = 1024;
};

void validate_options(const SinkOptions& options, OptionProblems& problems);

}  // namespace sluice::mqtt

template <>
struct sluice::option_table<sluice::mqtt::SinkOptions> {
  using O = mqtt::SinkOptions;
  static constexpr auto rows = std::tuple{
      option_group<&O::broker>(),
      option<&O::topic>("mqtt-topic",
                        "Topic that is published to: a text with places such as `{@key}`, "
                        "`{@topic}`, `{field}`, `{field.inner}`.")
          .required()
          .yaml_name("topic")
          .alias("topic"),
      option<&O::qos>("qos",
                      "Quality of service: 0 at most once, 1 at least once, 2 exactly once as far "
                      "as the broker.")
          .short_name('q')
          .at_least(0)
          .at_most(2),
      option<&O::retain>("retain", "The broker keeps the last message of each topic."),
      option<&O::payload_field>("payload-field",
                                "The message is this field of the JSON value, in place of all."),
      option<&O::message_expiry>("message-expiry",
                                 "How long the broker may keep a message for who is away (MQTT 5); "
                                 "0 is without end.")
          .bare_number_unit(std::chrono::seconds{1}),
      option<&O::max_in_flight>("max-in-flight",
                                "Most messages under way without acknowledgement; the broker may "
                                "allow fewer.")
          .at_least(1),
  };

  static void validate(const O& options, OptionProblems& problems) {
    mqtt::validate_options(options, problems);
  }
};
