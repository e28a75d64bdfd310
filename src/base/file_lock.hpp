// SPDX-License-Identifier: Apache-2.0
#pragma once

// A lock that lives as long as the processes that have its open file: the kernel lets it go when
// they end, however they end. A child process keeps it, until it closes the descriptor.

#include <filesystem>
#include <optional>
#include <utility>

#include "base/result.hpp"

namespace sluice {

class FileLock {
 public:
  // Makes the file when it is missing. None when another process has it.
  // Errors: `permission_denied`, `io`, `no_space`.
  [[nodiscard]] static Result<std::optional<FileLock>> try_take(const std::filesystem::path& file);
  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  explicit FileLock(int fd) : fd_(fd) {}
  int fd_;
};

// Whether a process has the lock of the file. Only looks: nobody who takes it is disturbed.
// Errors: as `try_take`; a file that is not there is locked by nobody.
[[nodiscard]] Result<bool> is_locked_file(const std::filesystem::path& file);

}  // namespace sluice
