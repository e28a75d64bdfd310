// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a running connector says about itself: ready or why not, metrics, status. Pure: all of
// it is made from one snapshot of the counters.

#include <chrono>
#include <string>
#include <vector>

#include "connector/stats.hpp"

namespace sluice::connector {

// Who speaks.
struct Identity {
  std::string connector;  // `mqtt-source`
  std::string version;
  std::string direction;
  std::string name;  // of the instance
  std::string topic;
  int pid = 0;
};

struct Readiness {
  bool ready = false;
  std::vector<std::string> reasons;  // why not
};

// Ready means progressing: running and not paused, connected to both ends as far as is known, and,
// when there is work, something was finished lately.
[[nodiscard]] Readiness readiness(const StatsSnapshot& stats, TimePoint now,
                                  std::chrono::seconds progress_timeout);
// {"ready":false,"reasons":["..."]}
[[nodiscard]] std::string readiness_json(const Readiness& readiness);
// The text format of Prometheus.
[[nodiscard]] std::string metrics_text(const Identity& who, const StatsSnapshot& stats,
                                       const Readiness& readiness, WallTime now);
// The state is `paused` while a running connector is; `started` and all times are UTC.
[[nodiscard]] std::string status_json(const Identity& who, const StatsSnapshot& stats,
                                      const Readiness& readiness);

}  // namespace sluice::connector
