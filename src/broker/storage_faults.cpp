// SPDX-License-Identifier: Apache-2.0
#include "broker/storage_faults.hpp"

#include <algorithm>
#include <utility>

namespace sluice::broker {

void StorageFaults::fill_disk_after(std::uint64_t bytes) {
  room_ = static_cast<std::int64_t>(bytes);
}

void StorageFaults::free_disk() {
  room_ = -1;
}

std::size_t StorageFaults::room_for(std::size_t bytes) noexcept {
  auto room = room_.load();
  while (room >= 0) {
    const auto taken = std::min(static_cast<std::int64_t>(bytes), room);
    if (room_.compare_exchange_weak(room, room - taken)) return static_cast<std::size_t>(taken);
  }
  return bytes;
}

void StorageFaults::at(std::string point, std::function<void()> action, int skip) {
  const std::lock_guard lock(mutex_);
  traps_.insert_or_assign(std::move(point), Trap{std::move(action), skip});
  armed_ = true;
}

void StorageFaults::pass_armed(std::string_view point) {
  std::function<void()> action;
  {
    const std::lock_guard lock(mutex_);
    const auto found = traps_.find(point);
    if (found == traps_.end() || found->second.skip-- > 0) return;
    action = std::move(found->second.action);
    traps_.erase(found);
    armed_ = !traps_.empty();
  }
  action();
}

}  // namespace sluice::broker
