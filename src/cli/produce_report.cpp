// SPDX-License-Identifier: Apache-2.0
#include "cli/produce_report.hpp"

#include <utility>

namespace sluice::cli {

void ProduceReport::delivered(std::size_t bytes) {
  records_ += 1;
  bytes_ += bytes;
}

void ProduceReport::failed(std::uint64_t line, const Error& error) {
  if (failures_.fetch_add(1) >= messages_max) return;
  const std::lock_guard lock(mutex_);
  messages_.push_back("line " + std::to_string(line) + ": " + error.message());
}

std::vector<std::string> ProduceReport::take_messages() {
  const std::lock_guard lock(mutex_);
  return std::exchange(messages_, {});
}

}  // namespace sluice::cli
