// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the mqtt source, under the names of all generations of the official one.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sluice/options.hpp>

#include "common/mqtt/broker_options.hpp"
#include "record_format.hpp"

namespace sluice::mqtt {

// What becomes of a message that is not JSON when JSON is wanted.
enum class InvalidPayload : std::uint8_t { malformed, drop, binary, stop };

struct MqttOptions {
  BrokerOptions broker;
  std::vector<std::string> topics;
  int qos = 1;
  PayloadOutput payload_output = PayloadOutput::binary;
  InvalidPayload on_invalid_payload = InvalidPayload::malformed;

  bool clean_session = false;
  std::chrono::seconds session_expiry = std::chrono::days(7);
  std::uint16_t max_in_flight = 4096;
  ByteSize max_packet_size{std::uint64_t{16} << 20U};
};

// A topic filter's fault, or empty.
[[nodiscard]] std::string topic_filter_problem(std::string_view filter);

void validate_options(const MqttOptions& options, OptionProblems& problems);

}  // namespace sluice::mqtt

template <>
struct sluice::enum_names<sluice::mqtt::PayloadOutput> {
  using P = mqtt::PayloadOutput;
  static constexpr std::array rows{EnumName{P::binary, "binary"}, EnumName{P::json, "json"}};
};

template <>
struct sluice::enum_names<sluice::mqtt::InvalidPayload> {
  using I = mqtt::InvalidPayload;
  static constexpr std::array rows{EnumName{I::malformed, "malformed"}, EnumName{I::drop, "drop"},
                                   EnumName{I::binary, "binary"}, EnumName{I::stop, "stop"}};
};

template <>
struct sluice::option_table<sluice::mqtt::MqttOptions> {
  using O = mqtt::MqttOptions;
  static constexpr auto rows = std::tuple{
      option_group<&O::broker>(),
      option<&O::topics>("mqtt-topic",
                         "Topic filter that is subscribed; `+` and `#` are wildcards, "
                         "`$share/group/filter` shares the messages with others.")
          .required()
          .repeatable()
          .yaml_name("topic")
          .alias("topic"),
      option<&O::qos>("qos",
                      "Quality of service of the subscription: 0 at most once, 1 at least once, "
                      "2 exactly once as far as the broker.")
          .short_name('q')
          .at_least(0)
          .at_most(2),
      option<&O::payload_output>("payload-output-type",
                                 "How the payload stands in the record: `binary` is an array of "
                                 "numbers, `json` is the JSON value that the message holds."),
      option<&O::on_invalid_payload>(
          "on-invalid-payload",
          "What to do with a message that is not JSON when JSON is wanted: take it for "
          "`malformed`, so that on-malformed decides; `drop` and count it, as the official "
          "connector does; send it as `binary`; or `stop`."),
      option<&O::clean_session>("clean-session",
                                "Let the broker forget what comes while the connector is away."),
      option<&O::session_expiry>("session-expiry",
                                 "How long the broker keeps messages while the connector is away "
                                 "(MQTT 5; in 3.1.1 it is without end).")
          .bare_number_unit(std::chrono::seconds{1})
          .at_least(std::chrono::seconds{0}),
      option<&O::max_in_flight>("max-in-flight",
                                "Most messages that the broker sends ahead of their "
                                "acknowledgement (MQTT 5).")
          .at_least(1),
      option<&O::max_packet_size>("max-packet-size",
                                  "Largest message that is taken; a larger one is an error.")
          .at_least(ByteSize{1024})
          .at_most(ByteSize{268'435'461}),
  };

  static void validate(const O& options, OptionProblems& problems) {
    mqtt::validate_options(options, problems);
  }
};
