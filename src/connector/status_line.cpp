// SPDX-License-Identifier: Apache-2.0
#include "connector/status_line.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "base/log.hpp"

namespace sluice::connector {

void StatusLine::write() {
  const auto now = stats_.snapshot();
  const auto time = clock_.now();
  const auto seconds = std::max(std::chrono::duration<double>(time - since_).count(), 0.001);
  const auto rate = [&](std::uint64_t count) {
    return std::to_string(static_cast<std::uint64_t>(static_cast<double>(count) / seconds));
  };
  log::info("connector", "status",
            {{"state", std::string(name_of(now.phase))},
             {"outside", std::string(name_of(now.outside))},
             {"records_per_s", rate(now.records_delivered - delivered_before_)},
             {"bytes_per_s", rate(now.bytes_delivered - bytes_before_)},
             {"read", std::to_string(now.records_read)},
             {"delivered", std::to_string(now.records_delivered)},
             {"filtered", std::to_string(now.records_filtered)},
             {"dead_lettered", std::to_string(now.records_dead_lettered)},
             {"failed", std::to_string(now.records_failed)},
             {"in_flight", std::to_string(now.in_flight())},
             {"lag", std::to_string(now.lag)},
             {"retries", std::to_string(now.retries)}});
  since_ = time;
  delivered_before_ = now.records_delivered;
  bytes_before_ = now.bytes_delivered;
}

}  // namespace sluice::connector
