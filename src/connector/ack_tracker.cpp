// SPDX-License-Identifier: Apache-2.0
#include "connector/ack_tracker.hpp"

#include <utility>

#include "base/assert.hpp"

namespace sluice::connector {
namespace {

std::size_t cost_of(const Position& position) {
  constexpr std::size_t around = 48;
  return position.bytes.size() + around;
}

}  // namespace

std::uint64_t AckTracker::add(std::size_t bytes, std::optional<Position> position,
                              std::uint32_t parts) {
  const auto number = added();
  entries_.push_back(
      {.bytes = static_cast<std::uint32_t>(bytes), .parts = parts & 0x7FFF'FFFFU, .failed = 0});
  bytes_ += bytes + entry_bytes;
  if (position) {
    bytes_ += cost_of(*position);
    positions_.emplace_back(number, *std::move(position));
  }
  if (parts == 0 && number == first_) advance();
  return number;
}

AckTracker::Entry& AckTracker::entry(std::uint64_t number) {
  SLUICE_ASSERT(number >= first_ && number < added());
  return entries_[number - first_];
}

bool AckTracker::complete(std::uint64_t number) {
  auto& one = entry(number);
  SLUICE_ASSERT(one.parts > 0);
  --one.parts;
  if (one.parts > 0) return false;
  bytes_ -= one.bytes;
  if (number == first_) advance();
  return true;
}

// The part stays without a result, so the record is never done.
bool AckTracker::fail(std::uint64_t number) {
  auto& one = entry(number);
  const bool is_first = one.failed == 0;
  one.failed = 1;
  return is_first;
}

void AckTracker::advance() {
  while (!entries_.empty() && entries_.front().parts == 0) {
    entries_.pop_front();
    bytes_ -= entry_bytes;
    ++first_;
  }
  while (!positions_.empty() && positions_.front().first < first_) {
    bytes_ -= cost_of(positions_.front().second);
    released_ = std::move(positions_.front().second);
    released_number_ = positions_.front().first;
    positions_.pop_front();
  }
}

std::optional<Position> AckTracker::take_position() {
  return std::exchange(released_, std::nullopt);
}

}  // namespace sluice::connector
