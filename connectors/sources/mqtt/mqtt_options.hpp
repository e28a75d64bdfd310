// SPDX-License-Identifier: Apache-2.0
#pragma once

// What users can set on the mqtt source, under the names of all generations of the official one.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <sluice/options.hpp>

#include "packet.hpp"
#include "record_format.hpp"

namespace sluice::mqtt {

enum class VersionChoice : std::uint8_t { automatic, v3_1_1, v5 };
// What becomes of a message that is not JSON when JSON is wanted.
enum class InvalidPayload : std::uint8_t { drop, binary, stop };

struct MqttOptions {
  Url url;
  std::vector<std::string> topics;
  int qos = 1;
  PayloadOutput payload_output = PayloadOutput::binary;
  InvalidPayload on_invalid_payload = InvalidPayload::drop;

  std::string client_id;
  bool clean_session = false;
  std::chrono::seconds session_expiry = std::chrono::days(7);
  VersionChoice version = VersionChoice::automatic;
  std::uint16_t max_in_flight = 4096;
  ByteSize max_packet_size{std::uint64_t{16} << 20U};

  std::string user;
  Secret<std::string> password;
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  Secret<std::string> key_password;
  bool insecure = false;
  std::optional<Url> proxy;

  std::chrono::seconds keep_alive{60};
  std::chrono::milliseconds connect_timeout{10'000};
};

[[nodiscard]] bool uses_tls(const MqttOptions& options);
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
struct sluice::enum_names<sluice::mqtt::VersionChoice> {
  using V = mqtt::VersionChoice;
  static constexpr std::array rows{EnumName{V::automatic, "auto"}, EnumName{V::v3_1_1, "3.1.1"},
                                   EnumName{V::v5, "5"}};
};

template <>
struct sluice::enum_names<sluice::mqtt::InvalidPayload> {
  using I = mqtt::InvalidPayload;
  static constexpr std::array rows{EnumName{I::drop, "drop"}, EnumName{I::binary, "binary"},
                                   EnumName{I::stop, "stop"}};
};

template <>
struct sluice::option_table<sluice::mqtt::MqttOptions> {
  using O = mqtt::MqttOptions;
  static constexpr auto rows = std::tuple{
      option<&O::url>("mqtt-url", "Address of the broker, for example `mqtts://broker:8883`.")
          .required()
          .yaml_name("url")
          .alias("url")
          .short_name('m')
          .env("MQTT_URL")
          .schemes("mqtt", "tcp", "mqtts", "ssl"),
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
          "What to do with a message that is not JSON when JSON is "
          "wanted: `drop` and count it, send it as `binary`, or `stop`."),
      option<&O::client_id>("client-id",
                            "Name of the session in the broker; by default `sluice-` and the name "
                            "of this instance."),
      option<&O::clean_session>("clean-session",
                                "Let the broker forget what comes while the connector is away."),
      option<&O::session_expiry>("session-expiry",
                                 "How long the broker keeps messages while the connector is away "
                                 "(MQTT 5; in 3.1.1 it is without end).")
          .bare_number_unit(std::chrono::seconds{1})
          .at_least(std::chrono::seconds{0}),
      option<&O::version>("mqtt-version", "Version of the protocol; `auto` is 5, or else 3.1.1."),
      option<&O::max_in_flight>("max-in-flight",
                                "Most messages that the broker sends ahead of their "
                                "acknowledgement (MQTT 5).")
          .at_least(1),
      option<&O::max_packet_size>("max-packet-size",
                                  "Largest message that is taken; a larger one is an error.")
          .at_least(ByteSize{1024})
          .at_most(ByteSize{268'435'461}),
      option<&O::user>("user", "User name; by default the one in the address."),
      option<&O::password>("password", "Password; by default the one in the address.")
          .env("MQTT_PASSWORD"),
      option<&O::ca_file>("ca-file",
                          "File with the certificates (PEM) that the broker's must come from; by "
                          "default those of the system."),
      option<&O::cert_file>("cert-file", "File with the client's certificate (PEM)."),
      option<&O::key_file>("key-file", "File with the key of the client's certificate (PEM)."),
      option<&O::key_password>("key-password", "Password of the key file."),
      option<&O::insecure>("insecure",
                           "Accept any certificate of the broker. Anybody in between can read "
                           "along: for tests only."),
      option<&O::proxy>("proxy", "Proxy to reach the broker through.")
          .schemes("http", "https", "socks4", "socks4a", "socks5", "socks5h"),
      option<&O::keep_alive>("keep-alive",
                             "Longest silence before the connection is checked; 0 is never.")
          .alias("timeout")
          .bare_number_unit(std::chrono::seconds{1})
          .at_most(std::chrono::seconds{65'535}),
      option<&O::connect_timeout>("connect-timeout",
                                  "Longest wait for the connection, and for each answer.")
          .bare_number_unit(std::chrono::seconds{1})
          .at_least(std::chrono::milliseconds{1}),
  };

  static void validate(const O& options, OptionProblems& problems) {
    mqtt::validate_options(options, problems);
  }
};
