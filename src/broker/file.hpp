// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files, as the storage uses them: positions instead of a cursor, all or an error, and what
// durability needs. `no_space` means that the disk (or a quota) is full. No Asio here.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <sys/uio.h>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "broker/storage_faults.hpp"

namespace sluice::broker {

namespace fs = std::filesystem;

// What all storage of one server shares. `sync` false leaves durability to the kernel.
struct StorageEnv {
  bool sync = true;
  StorageFaults* faults = nullptr;

  void pass(std::string_view point) const {
    if (faults) faults->pass(point);
  }
};

// Positions may be read from any thread at once; writing is for one thread.
class File {
 public:
  File() = default;
  File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  File& operator=(File&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~File();

  // `flags` as open(2); close-on-exec is added.
  [[nodiscard]] static Result<File> open(const fs::path& path, int flags);

  [[nodiscard]] int fd() const noexcept { return fd_; }
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  [[nodiscard]] Result<std::uint64_t> size() const;
  // As many bytes as there are, up to the span.
  [[nodiscard]] Result<std::size_t> read_at(std::span<std::byte> into,
                                            std::uint64_t position) const;
  // All, or an error: then any part may have been written. Consumes `parts`.
  [[nodiscard]] Result<> write_at(std::span<iovec> parts, std::uint64_t position,
                                  const StorageEnv& env) const;
  [[nodiscard]] Result<> write_at(ByteView bytes, std::uint64_t position,
                                  const StorageEnv& env) const;
  [[nodiscard]] Result<> sync_data(const StorageEnv& env) const;
  [[nodiscard]] Result<> truncate(std::uint64_t size, const StorageEnv& env) const;

 private:
  explicit File(int fd) noexcept : fd_(fd) {}
  int fd_ = -1;
};

// `what: text of errno`, with the kind that fits.
[[nodiscard]] Error errno_error(int number, std::string what);

// Makes names in the directory durable.
[[nodiscard]] Result<> sync_directory(const fs::path& path, const StorageEnv& env);
[[nodiscard]] Result<> make_directories(const fs::path& path);
// Durable on return, with those above it that had to be made.
[[nodiscard]] Result<> make_durable_directories(const fs::path& path, const StorageEnv& env);
// The paths in it, sorted; nothing when there is no such directory.
[[nodiscard]] Result<std::vector<fs::path>> list_directory(const fs::path& path);
[[nodiscard]] Result<> remove_file(const fs::path& path);
// The file has the old content or the new, whatever happens; durable on return.
[[nodiscard]] Result<> replace_file(const fs::path& path, ByteView content, const StorageEnv& env);
[[nodiscard]] Result<Bytes> read_file(const fs::path& path, std::uint64_t bytes_max);

}  // namespace sluice::broker
