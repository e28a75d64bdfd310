// SPDX-License-Identifier: Apache-2.0
#include "broker/partition_table.hpp"

#include <mutex>

#include "base/assert.hpp"

namespace sluice::broker {

std::shared_ptr<Partition> PartitionTable::find(std::string_view topic, std::uint32_t index) const {
  const std::shared_lock lock(mutex_);
  const auto found = topics_.find(topic);
  if (found == topics_.end() || index >= found->second.size()) return nullptr;
  return found->second[index];
}

std::vector<std::shared_ptr<Partition>> PartitionTable::all() const {
  const std::shared_lock lock(mutex_);
  std::vector<std::shared_ptr<Partition>> result;
  for (const auto& [topic, partitions] : topics_) {
    result.insert(result.end(), partitions.begin(), partitions.end());
  }
  return result;
}

std::size_t PartitionTable::size() const {
  const std::shared_lock lock(mutex_);
  return size_;
}

void PartitionTable::add(std::shared_ptr<Partition> partition) {
  const std::unique_lock lock(mutex_);
  auto& partitions = topics_[partition->topic()];
  SLUICE_ASSERT(partition->index() == partitions.size());
  partitions.push_back(std::move(partition));
  ++size_;
}

std::vector<std::shared_ptr<Partition>> PartitionTable::remove_topic(std::string_view topic) {
  const std::unique_lock lock(mutex_);
  const auto found = topics_.find(topic);
  if (found == topics_.end()) return {};
  auto removed = std::move(found->second);
  topics_.erase(found);
  size_ -= removed.size();
  return removed;
}

}  // namespace sluice::broker
