// SPDX-License-Identifier: Apache-2.0
#pragma once

// The rows of `sluice top`: what each running connector says, and how fast it is since it was
// last asked. Pure.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "cli/control_client.hpp"
#include "cli/listing.hpp"

namespace sluice::cli {

class TopTable {
 public:
  using Time = std::chrono::system_clock::time_point;

  // What was heard at a time. Rates are over the time since the call before; without one, over
  // the life of the connector.
  [[nodiscard]] Listing next(std::span<const LocalConnector> connectors, Time now);

 private:
  struct Sample {
    std::int64_t pid = 0;
    std::uint64_t read = 0;
    std::uint64_t delivered = 0;
    Time time;
  };
  struct Rates {
    std::optional<std::int64_t> in, out;
  };
  [[nodiscard]] Rates rates(const LocalConnector& connector, const Sample& now) const;

  std::map<std::string, Sample> last_;  // by socket
};

// `2026-11-23T13:20:50Z`, none for another text.
[[nodiscard]] std::optional<TopTable::Time> parse_utc(std::string_view text);

}  // namespace sluice::cli
