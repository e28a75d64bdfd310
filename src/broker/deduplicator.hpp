// SPDX-License-Identifier: Apache-2.0
#pragma once

// Leaves out of one partition what its topic's SmartModule has seen before. The module runs as
// long as the server does; at the first use it looks back at the log.
//
// What it let through counts as seen only when it is stored. When an append fails, or the module
// does, the module is started again and looks back at what there is; and whoever was told that
// his record is a copy of one that was lost in that way is told of an error instead.
//
// `lane()` keeps the order in which records came; everything else runs in it, but for `lost`
// and `generation`, which may be called from any thread.

#include <atomic>
#include <memory>
#include <optional>
#include <span>

#include "broker/smartmodules.hpp"
#include "wire/topic_objects.hpp"

namespace sluice::broker {

class LogWriter;

class Deduplicator {
 public:
  // Requires: `modules` and `writer` outlive it, or its lane has ended.
  Deduplicator(const wire::Deduplication& spec, SmartModules& modules, LogWriter& writer);

  [[nodiscard]] const std::shared_ptr<TaskLane>& lane() const noexcept { return lane_; }

  struct Unique {
    // In place of the batches; nothing: they stay as they are. Empty when no record is left.
    std::optional<Bytes> batch;
    std::int32_t last_offset_delta = 0;
    std::uint64_t generation = 0;  // of what it was compared with
  };
  [[nodiscard]] tl::expected<Unique, wire::ErrorCode> filter(std::span<const BatchSlot> batches,
                                                             const PartitionLog& log);

  // Something that was let through was not stored.
  void lost() noexcept { ++generation_; }
  [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }

 private:
  [[nodiscard]] tl::expected<void, wire::ErrorCode> start(const PartitionLog& log);

  const SmartModules::Invocations invocations_;
  SmartModules& modules_;
  LogWriter& writer_;
  const std::shared_ptr<TaskLane> lane_;
  std::optional<smartmodule::Chain> chain_;
  std::uint64_t chain_generation_ = 0;
  std::atomic<std::uint64_t> generation_{0};
};

// How the module is called, as the official server does: reference smartmodule.md §7.
[[nodiscard]] wire::SmartModuleInvocation invocation_of(const wire::Deduplication& spec);

}  // namespace sluice::broker
