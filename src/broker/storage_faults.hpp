// SPDX-License-Identifier: Apache-2.0
#pragma once

// Faults that tests put under the storage: a full disk, a sync that fails, a crash at a named
// point. Without faults each hook costs one relaxed load. Thread-safe.

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace sluice::broker {

class StorageFaults {
 public:
  // From now on `bytes` more can be written, as on a disk that fills up.
  void fill_disk_after(std::uint64_t bytes);
  void free_disk();
  void fail_sync(bool fails) noexcept { sync_fails_ = fails; }
  void fail_truncate(bool fails) noexcept { truncate_fails_ = fails; }

  // Runs `action` the (skip + 1)th time that the storage passes `point`, on its thread. The
  // points are: append.before-write, append.after-write, commit.after-sync, roll.after-create,
  // directory.before-sync, metadata.before-rename, metadata.after-rename, topic.created-logs,
  // topic.marked-deleted.
  void at(std::string point, std::function<void()> action, int skip = 0);

  // The storage asks: how many of `bytes` fit.
  [[nodiscard]] std::size_t room_for(std::size_t bytes) noexcept;
  [[nodiscard]] bool sync_fails() const noexcept { return sync_fails_; }
  [[nodiscard]] bool truncate_fails() const noexcept { return truncate_fails_; }
  void pass(std::string_view point) {
    if (armed_.load(std::memory_order_relaxed)) pass_armed(point);
  }

 private:
  struct Trap {
    std::function<void()> action;
    int skip;
  };
  void pass_armed(std::string_view point);

  std::atomic<std::int64_t> room_{-1};  // -1: no limit
  std::atomic<bool> sync_fails_{false};
  std::atomic<bool> truncate_fails_{false};
  std::atomic<bool> armed_{false};
  std::mutex mutex_;
  std::map<std::string, Trap, std::less<>> traps_;
};

}  // namespace sluice::broker
