// SPDX-License-Identifier: Apache-2.0
#include "launch/restart_policy.hpp"

#include <algorithm>
#include <cstring>

namespace sluice::launch {

EndKind kind_of(const ChildEnd& end) noexcept {
  if (end.signal != 0) return EndKind::runtime;
  switch (end.exit_code) {
    case 0:
      return EndKind::finished;
    case 2:
      return EndKind::configuration;
    case 3:
      return EndKind::environment;
    default:
      return EndKind::runtime;
  }
}

std::string describe_end(const ChildEnd& end) {
  if (end.signal != 0) {
    return "signal " + std::to_string(end.signal) + " (" + ::strsignal(end.signal) + ")";
  }
  const auto code = "exit code " + std::to_string(end.exit_code);
  switch (kind_of(end)) {
    case EndKind::finished:
      return code + " (finished)";
    case EndKind::configuration:
      return code + " (configuration)";
    case EndKind::environment:
      return code + " (environment)";
    default:
      return code + " (runtime)";
  }
}

RestartPolicy::Decision RestartPolicy::ended(const ChildEnd& end, std::chrono::milliseconds ran) {
  const auto kind = kind_of(end);
  if (kind == EndKind::finished || kind == EndKind::configuration) return {};
  if (ran >= limits_.stable) {
    bound_ = std::chrono::milliseconds{0};
    in_a_row_ = 0;
  }
  if (limits_.restarts_max && in_a_row_ >= *limits_.restarts_max) return {};
  ++in_a_row_;
  ++restarts_;
  bound_ = bound_.count() == 0 ? std::min(limits_.first, limits_.most)
                               : std::min(bound_ * 2, limits_.most);
  std::uniform_int_distribution<std::int64_t> part(bound_.count() / 2, bound_.count());
  return {.restarts = true, .pause = std::chrono::milliseconds(part(random_))};
}

}  // namespace sluice::launch
