// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"
#include "sluice/connector/log.hpp"

namespace sluice {
namespace {

log::Level level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return log::Level::debug;
    case LogLevel::info:
      return log::Level::info;
    case LogLevel::warn:
      return log::Level::warn;
    case LogLevel::error:
      break;
  }
  return log::Level::error;
}

}  // namespace

void log_line(LogLevel level, std::string_view component, std::string_view text) {
  log::write(level_of(level), component, text);
}

bool log_enabled(LogLevel level, std::string_view component) {
  return log::enabled(level_of(level), component);
}

}  // namespace sluice
