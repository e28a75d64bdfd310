// SPDX-License-Identifier: Apache-2.0
#pragma once

// The times in front of syslog messages. Pure, but for the machine's time zone.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "scanner.hpp"

namespace sluice::syslog {

using Now = std::chrono::system_clock::time_point;

// `Oct 11 22:14:15`, also with a year in front of or behind the time, as ISO 8601 in UTC. None:
// nothing is taken.
[[nodiscard]] std::optional<std::string> take_old_time(Scanner& scanner, Now now);
// True for `2003-10-11T22:14:15.003Z` and the like: a date, a time, a zone.
[[nodiscard]] bool is_iso_time(std::string_view text);

}  // namespace sluice::syslog
