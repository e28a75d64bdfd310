// SPDX-License-Identifier: Apache-2.0
#include "broker/partition.hpp"

#include <utility>

namespace sluice::broker {

Partition::Partition(std::string topic, std::uint32_t index, wire::TopicCompression compression,
                     std::unique_ptr<PartitionLog> log, std::shared_ptr<Deduplicator> deduplicator)
    : topic_(std::move(topic)),
      index_(index),
      compression_(compression),
      log_(std::move(log)),
      deduplicator_(std::move(deduplicator)) {}

// The two enums number zstd differently.
bool Partition::allows(Compression codec) const noexcept {
  using enum wire::TopicCompression;
  switch (compression_) {
    case any:
      return true;
    case none:
      return codec == Compression::none;
    case gzip:
      return codec == Compression::gzip;
    case snappy:
      return codec == Compression::snappy;
    case lz4:
      return codec == Compression::lz4;
    case zstd:
      return codec == Compression::zstd;
  }
  return false;
}

void Partition::listen(std::weak_ptr<LogListener> listener) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [](const auto& one) { return one.expired(); });
  listeners_.push_back(std::move(listener));
}

void Partition::notify() {
  const std::lock_guard lock(mutex_);
  for (const auto& one : listeners_) {
    if (const auto listener = one.lock()) listener->log_moved();
  }
}

void Partition::mark_deleted() {
  deleted_ = true;
  notify();
}

}  // namespace sluice::broker
