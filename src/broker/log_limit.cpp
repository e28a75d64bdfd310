// SPDX-License-Identifier: Apache-2.0
#include "broker/log_limit.hpp"

#include <chrono>
#include <mutex>
#include <string>
#include <utility>

namespace sluice::broker {
namespace {

constexpr int lines_per_second_max = 10;

struct Window {
  std::mutex mutex;
  std::chrono::steady_clock::time_point began;
  int written = 0;
  std::uint64_t suppressed = 0;
};

// True: write it, and say that so many were not.
bool admit(std::uint64_t& suppressed) {
  static Window window;
  const std::lock_guard lock(window.mutex);
  const auto now = std::chrono::steady_clock::now();
  if (now - window.began > std::chrono::seconds(1)) {
    window.began = now;
    window.written = 0;
  }
  if (window.written == lines_per_second_max) {
    ++window.suppressed;
    return false;
  }
  ++window.written;
  suppressed = std::exchange(window.suppressed, 0);
  return true;
}

}  // namespace

void log_limited(std::string_view component, std::string_view text,
                 std::initializer_list<log::Field> fields) {
  std::uint64_t suppressed = 0;
  if (!admit(suppressed)) return;
  if (suppressed > 0) {
    log::warn(component, "similar lines were left out", {{"count", std::to_string(suppressed)}});
  }
  log::warn(component, text, fields);
}

}  // namespace sluice::broker
