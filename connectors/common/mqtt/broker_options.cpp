// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/broker_options.hpp"

#include <array>
#include <cstdio>
#include <random>

namespace sluice::mqtt {
namespace {

void require_short(const std::string& value, std::string_view option, OptionProblems& problems) {
  if (value.size() <= text_bytes_max) return;
  problems.add(option, "it has " + std::to_string(value.size()) + " bytes",
               "MQTT carries at most " + std::to_string(text_bytes_max));
}

std::optional<std::string> text_or_none(const std::string& first, const std::string& second) {
  if (!first.empty()) return first;
  if (!second.empty()) return second;
  return std::nullopt;
}

}  // namespace

bool uses_tls(const BrokerOptions& options) {
  return options.url.scheme() == "mqtts" || options.url.scheme() == "ssl";
}

void validate_broker(const BrokerOptions& options, OptionProblems& problems) {
  if (options.url.host().empty()) {
    problems.add("mqtt-url", "the address has no host", "write for example mqtt://broker:1883");
  }
  if (const auto& path = options.url.path(); !path.empty() && path != "/") {
    problems.add("mqtt-url", "the address has a path, `" + path + "`",
                 "topics are given with --mqtt-topic");
  }
  if (!options.url.query().empty()) {
    problems.add("mqtt-url", "the address has a query, which would do nothing",
                 "give options by name, such as --client-id");
  }
  common::validate(options.tls, problems);
  if (common::has_tls_options(options.tls) && !uses_tls(options)) {
    problems.add("mqtt-url", "the options for TLS do nothing with " + options.url.scheme() + "://",
                 "write mqtts://");
  }
  require_short(options.client_id, "client-id", problems);
  require_short(options.user, "user", problems);
  require_short(options.password.reveal(), "password", problems);
}

common::SocketOptions socket_options(const BrokerOptions& options) {
  const bool tls = uses_tls(options);
  return {
      .host = options.url.host(),
      .port = options.url.port_or(tls ? 8883 : 1883),
      .tls = tls ? std::optional(options.tls) : std::nullopt,
      .proxy = options.proxy ? options.proxy->reveal() : std::string(),
      .connect_timeout = options.connect_timeout,
  };
}

std::optional<std::string> user_of(const BrokerOptions& options) {
  return text_or_none(options.user, options.url.user());
}

std::optional<std::string> password_of(const BrokerOptions& options) {
  return text_or_none(options.password.reveal(), options.url.password().reveal());
}

Version first_version(const BrokerOptions& options) {
  return options.version == VersionChoice::v3_1_1 ? Version::v3_1_1 : Version::v5;
}

std::string_view text_of(Version version) {
  return version == Version::v5 ? "5" : "3.1.1";
}

std::string check_client_id() {
  std::random_device random;
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "sluice-check-%08x", random());
  return text.data();
}

}  // namespace sluice::mqtt
