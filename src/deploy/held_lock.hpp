// SPDX-License-Identifier: Apache-2.0
#pragma once

// A lock on a file, held while the object lives; the kernel lets it go with the process, however
// that ends. Who holds it is the kernel's word, too, and no file's: no pid is ever believed.
//
// One object a file and process. The file stays, so that nobody waits on one that is gone.

#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include <sys/types.h>

namespace sluice::deploy {

class HeldLock {
 public:
  // Nothing when another process has it. Throws: `permission_denied`, `io`, `no_space`.
  [[nodiscard]] static std::optional<HeldLock> try_take(const std::filesystem::path& file);
  // Nothing when it is not free in time.
  [[nodiscard]] static std::optional<HeldLock> take(const std::filesystem::path& file,
                                                    std::chrono::milliseconds timeout);
  HeldLock(HeldLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  HeldLock& operator=(HeldLock&&) = delete;
  ~HeldLock();

 private:
  explicit HeldLock(int fd) : fd_(fd) {}
  int fd_;
};

// The process that holds it. 0: one that is not to be seen from here, as in another container.
[[nodiscard]] std::optional<pid_t> lock_holder(const std::filesystem::path& file);

// Sends a signal to the holder and to nobody else. False when nobody holds the lock any more.
bool signal_holder(const std::filesystem::path& file, int signal);

// True when it is free in time.
[[nodiscard]] bool wait_until_free(const std::filesystem::path& file,
                                   std::chrono::milliseconds timeout);

}  // namespace sluice::deploy
