// SPDX-License-Identifier: Apache-2.0
#include "offset_tracker.hpp"

#include <algorithm>

namespace sluice::kafka {

void OffsetTracker::open(const std::string& topic, std::int32_t partition) {
  close(topic, partition);
  by_name_[{topic, partition}] = next_slot_;
  partitions_[next_slot_++] = {.topic = topic, .partition = partition};
}

void OffsetTracker::close(const std::string& topic, std::int32_t partition) {
  const auto found = by_name_.find({topic, partition});
  if (found == by_name_.end()) return;
  auto& its = partitions_.at(found->second);
  its.open = false;
  if (its.under_way == 0) partitions_.erase(found->second);
  by_name_.erase(found);
}

void OffsetTracker::close_all() {
  while (!by_name_.empty()) {
    const auto name = by_name_.begin()->first;
    close(name.first, name.second);
  }
}

std::optional<OffsetTracker::Slot> OffsetTracker::find(const std::string& topic,
                                                       std::int32_t partition) const {
  const auto found = by_name_.find({topic, partition});
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

std::uint64_t OffsetTracker::sent(Slot slot, std::int64_t next) {
  entries_.push_back({++last_sent_, slot, next});
  ++partitions_.at(slot).under_way;
  return last_sent_;
}

void OffsetTracker::skipped(Slot slot, std::int64_t next) {
  entries_.push_back({last_sent_, slot, next});
  ++partitions_.at(slot).under_way;
  settle();
}

void OffsetTracker::acknowledged(std::uint64_t number) {
  last_acknowledged_ = std::max(last_acknowledged_, number);
  settle();
}

void OffsetTracker::settle() {
  while (!entries_.empty() && entries_.front().number <= last_acknowledged_) {
    const auto entry = entries_.front();
    entries_.pop_front();
    auto& its = partitions_.at(entry.slot);
    its.acknowledged = entry.next;
    if (--its.under_way == 0 && !its.open) partitions_.erase(entry.slot);
  }
}

std::size_t OffsetTracker::under_way(const std::string& topic, std::int32_t partition) const {
  const auto slot = find(topic, partition);
  return slot ? partitions_.at(*slot).under_way : 0;
}

std::vector<CommitOffset> OffsetTracker::take_commits() {
  std::vector<CommitOffset> out;
  for (auto& [slot, its] : partitions_) {
    if (!its.open || its.acknowledged <= its.taken) continue;
    its.taken = its.acknowledged;
    out.push_back({its.topic, its.partition, its.acknowledged});
  }
  return out;
}

void OffsetTracker::commit_failed(const std::string& topic, std::int32_t partition) {
  if (const auto slot = find(topic, partition)) partitions_.at(*slot).taken = -1;
}

}  // namespace sluice::kafka
