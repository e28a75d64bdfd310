// SPDX-License-Identifier: Apache-2.0
#include "broker/faults.hpp"

#include <utility>

namespace sluice::broker {

void Faults::add(FaultRule rule) {
  const std::lock_guard lock(mutex_);
  rules_.push_back(std::move(rule));
  active_ = true;
}

void Faults::clear() {
  storage_.free_disk();
  storage_.fail_sync(false);
  storage_.fail_truncate(false);
  const std::lock_guard lock(mutex_);
  rules_.clear();
  active_ = record_count_max_ > 0;
}

void Faults::record_requests(std::size_t record_count_max) {
  const std::lock_guard lock(mutex_);
  record_count_max_ = record_count_max;
  active_ = record_count_max_ > 0 || !rules_.empty();
}

std::vector<RequestRecord> Faults::requests() const {
  const std::lock_guard lock(mutex_);
  return {records_.begin(), records_.end()};
}

std::optional<FaultAction> Faults::on_request(Listener listener, const wire::RequestHeader& header,
                                              std::size_t size_bytes) {
  if (!active_.load(std::memory_order_relaxed)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  if (record_count_max_ > 0) {
    if (records_.size() == record_count_max_) records_.pop_front();
    records_.push_back({listener, header.api_key, header.api_version, header.correlation_id,
                        header.client_id, size_bytes});
  }
  for (auto& rule : rules_) {
    if (rule.listener != listener || rule.api_key != header.api_key || rule.count == 0) continue;
    if (rule.skip > 0) {
      --rule.skip;
      continue;
    }
    if (rule.count > 0) --rule.count;
    return rule.action;
  }
  return std::nullopt;
}

}  // namespace sluice::broker
