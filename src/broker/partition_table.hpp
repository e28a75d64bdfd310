// SPDX-License-Identifier: Apache-2.0
#pragma once

// The partitions that this server leads, for every thread that serves data.

#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/partition.hpp"

namespace sluice::broker {

class PartitionTable {
 public:
  // Nothing when this server does not lead it.
  [[nodiscard]] std::shared_ptr<Partition> find(std::string_view topic, std::uint32_t index) const;
  [[nodiscard]] std::vector<std::shared_ptr<Partition>> all() const;
  [[nodiscard]] std::size_t size() const;

  void add(std::shared_ptr<Partition> partition);
  // Those that were removed.
  std::vector<std::shared_ptr<Partition>> remove_topic(std::string_view topic);

 private:
  mutable std::shared_mutex mutex_;
  std::map<std::string, std::vector<std::shared_ptr<Partition>>, std::less<>> topics_;
  std::size_t size_ = 0;
};

}  // namespace sluice::broker
