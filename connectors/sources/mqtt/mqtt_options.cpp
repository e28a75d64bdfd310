// SPDX-License-Identifier: Apache-2.0
#include "mqtt_options.hpp"

namespace sluice::mqtt {
namespace {

void require_short(const std::string& value, std::string_view option, OptionProblems& problems) {
  if (value.size() <= text_bytes_max) return;
  problems.add(option, "it has " + std::to_string(value.size()) + " bytes",
               "MQTT carries at most " + std::to_string(text_bytes_max));
}

}  // namespace

bool uses_tls(const MqttOptions& options) {
  return options.url.scheme() == "mqtts" || options.url.scheme() == "ssl";
}

std::string topic_filter_problem(std::string_view filter) {
  if (filter.empty()) return "a topic filter is not empty";
  if (filter.size() > text_bytes_max) return "a topic filter has at most 65535 bytes";
  if (filter.find('\0') != std::string_view::npos) return "a topic filter has no zero byte";
  for (std::size_t i = 0; i < filter.size(); ++i) {
    const char c = filter[i];
    if (c != '+' && c != '#') continue;
    const bool starts_level = i == 0 || filter[i - 1] == '/';
    const bool ends_level = i + 1 == filter.size() || filter[i + 1] == '/';
    if (!starts_level || !ends_level) {
      return std::string("`") + c + "` stands for whole levels: `a/" + c + "`";
    }
    if (c == '#' && i + 1 != filter.size()) return "`#` stands only at the end";
  }
  if (filter.starts_with("$share/")) {
    const auto end_of_group = filter.find('/', 7);
    if (end_of_group == std::string_view::npos || end_of_group == 7 ||
        end_of_group + 1 == filter.size()) {
      return "a shared subscription is `$share/group/filter`";
    }
  }
  return {};
}

void validate_options(const MqttOptions& options, OptionProblems& problems) {
  for (const std::string& topic : options.topics) {
    if (auto problem = topic_filter_problem(topic); !problem.empty()) {
      problems.add("mqtt-topic", "`" + topic + "`: " + std::move(problem));
    }
  }
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
  if (options.cert_file.empty() != options.key_file.empty()) {
    problems.add(options.cert_file.empty() ? "key-file" : "cert-file",
                 "a client certificate needs its key", "give both --cert-file and --key-file");
  }
  const bool has_tls_option =
      !options.ca_file.empty() || !options.cert_file.empty() || options.insecure;
  if (has_tls_option && !uses_tls(options)) {
    problems.add("mqtt-url", "the options for TLS do nothing with " + options.url.scheme() + "://",
                 "write mqtts://");
  }
  constexpr std::uint32_t never = 0xffffffffU;
  if (options.session_expiry.count() > never) {
    problems.add("session-expiry", "it is longer than MQTT can say", "at most 49710d");
  }
  require_short(options.client_id, "client-id", problems);
  require_short(options.user, "user", problems);
  require_short(options.password.reveal(), "password", problems);
}

}  // namespace sluice::mqtt
