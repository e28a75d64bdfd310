// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lines in the kit's log, for what neither an error nor a metric says: mostly the log of the
// library of an outside system. From any thread. Never a secret, never a record's content.

#include <string_view>

namespace sluice {

enum class LogLevel : unsigned char { debug, info, warn, error };

// `component` is a dotted name, for the filter (`--rust-log info,kafka=debug`).
void log_line(LogLevel level, std::string_view component, std::string_view text);
[[nodiscard]] bool log_enabled(LogLevel level, std::string_view component);

}  // namespace sluice
