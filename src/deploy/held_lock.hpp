// SPDX-License-Identifier: Apache-2.0
#pragma once

// A lock on a file, held while the object lives, and after it by processes that keep its
// descriptor; the kernel lets it go with the last of them, however that ends.
//
// The file says which process took it. That is believed only while this process has the very file
// open, so a signal never goes to a stranger who has the number now. The file stays: nobody waits
// on one that is gone.

#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/file_lock.hpp"

namespace sluice::deploy {

class HeldLock {
 public:
  // Nothing when another process has it. Throws: `permission_denied`, `io`, `no_space`.
  [[nodiscard]] static std::optional<HeldLock> try_take(const std::filesystem::path& file);
  // Nothing when it is not free in time. Does not say who took it, and so needs no space on disk.
  [[nodiscard]] static std::optional<HeldLock> take(const std::filesystem::path& file,
                                                    std::chrono::milliseconds timeout);
  [[nodiscard]] int fd() const noexcept { return lock_.fd(); }

 private:
  explicit HeldLock(FileLock lock) : lock_(std::move(lock)) {}
  FileLock lock_;
};

[[nodiscard]] bool is_locked(const std::filesystem::path& file);

// Sends a signal to the process that took the lock. False when it is gone or not to be known: then
// nobody holds the lock, or a process that ends by itself soon.
bool signal_holder(const std::filesystem::path& file, int signal);

// True when it is free in time.
[[nodiscard]] bool wait_until_free(const std::filesystem::path& file,
                                   std::chrono::milliseconds timeout);

}  // namespace sluice::deploy
