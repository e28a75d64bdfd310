// SPDX-License-Identifier: Apache-2.0
#pragma once

// How a broker is reached: the options that the mqtt source and sink share.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <sluice/options.hpp>

#include "common/mqtt/packet.hpp"
#include "common/socket/socket.hpp"
#include "common/tls/tls_options.hpp"

namespace sluice::mqtt {

enum class VersionChoice : std::uint8_t { automatic, v3_1_1, v5 };

struct BrokerOptions {
  Url url;
  std::string client_id;
  VersionChoice version = VersionChoice::automatic;
  std::string user;
  Secret<std::string> password;
  common::TlsOptions tls;
  std::optional<Url> proxy;
  std::chrono::seconds keep_alive{60};
  std::chrono::milliseconds connect_timeout{10'000};
};

void validate_broker(const BrokerOptions& options, OptionProblems& problems);

[[nodiscard]] bool uses_tls(const BrokerOptions& options);
[[nodiscard]] common::SocketOptions socket_options(const BrokerOptions& options);
// The option's, or else the address's.
[[nodiscard]] std::optional<std::string> user_of(const BrokerOptions& options);
[[nodiscard]] std::optional<std::string> password_of(const BrokerOptions& options);
[[nodiscard]] Version first_version(const BrokerOptions& options);
[[nodiscard]] std::string_view text_of(Version version);
// For a session of nobody else's, gone with its connection: the one of a running instance stays
// where it is. Short enough for every broker.
[[nodiscard]] std::string check_client_id();

}  // namespace sluice::mqtt

template <>
struct sluice::enum_names<sluice::mqtt::VersionChoice> {
  using V = mqtt::VersionChoice;
  static constexpr std::array rows{EnumName{V::automatic, "auto"}, EnumName{V::v3_1_1, "3.1.1"},
                                   EnumName{V::v5, "5"}};
};

template <>
struct sluice::option_table<sluice::mqtt::BrokerOptions> {
  using O = mqtt::BrokerOptions;
  static constexpr auto rows = std::tuple{
      option<&O::url>("mqtt-url", "Address of the broker, for example `mqtts://broker:8883`.")
          .required()
          .yaml_name("url")
          .alias("url")
          .short_name('m')
          .env("MQTT_URL")
          .schemes("mqtt", "tcp", "mqtts", "ssl"),
      option<&O::client_id>("client-id",
                            "Name of the session in the broker; by default `sluice-` and the name "
                            "of this instance."),
      option<&O::version>("mqtt-version", "Version of the protocol; `auto` is 5, or else 3.1.1."),
      option<&O::user>("user", "User name; by default the one in the address."),
      option<&O::password>("password", "Password; by default the one in the address.")
          .env("MQTT_PASSWORD"),
      option_group<&O::tls>(),
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
};
