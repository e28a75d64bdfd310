// SPDX-License-Identifier: Apache-2.0
#include "mqtt_options.hpp"

namespace sluice::mqtt {
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
  validate_broker(options.broker, problems);
  constexpr std::uint32_t never = 0xffffffffU;
  if (options.session_expiry.count() > never) {
    problems.add("session-expiry", "it is longer than MQTT can say", "at most 49710d");
  }
}

}  // namespace sluice::mqtt
