// SPDX-License-Identifier: Apache-2.0
#include "connector/ack_tracker.hpp"

#include <utility>

#include "base/assert.hpp"

namespace sluice::connector {

std::uint64_t AckTracker::add(std::size_t bytes, std::optional<Position> position) {
  const auto number = added();
  entries_.push_back({.bytes = static_cast<std::uint32_t>(bytes), .done = false});
  if (position) positions_.emplace_back(number, *std::move(position));
  return number;
}

std::size_t AckTracker::complete(std::uint64_t number) {
  SLUICE_ASSERT(number >= first_ && number < added());
  auto& entry = entries_[number - first_];
  SLUICE_ASSERT(!entry.done);
  entry.done = true;
  const auto bytes = entry.bytes;
  if (number == first_) advance();
  return bytes;
}

void AckTracker::advance() {
  while (!entries_.empty() && entries_.front().done) {
    entries_.pop_front();
    ++first_;
  }
  while (!positions_.empty() && positions_.front().first < first_) {
    released_ = std::move(positions_.front().second);
    positions_.pop_front();
  }
}

std::optional<Position> AckTracker::take_position() {
  return std::exchange(released_, std::nullopt);
}

}  // namespace sluice::connector
