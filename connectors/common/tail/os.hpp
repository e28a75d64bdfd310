// SPDX-License-Identifier: Apache-2.0
#pragma once

// The few calls of the operating system that following files needs.

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sluice/error.hpp>

namespace sluice::common {

struct FileFacts {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;  // since 1970
  bool regular = false;
  friend bool operator==(const FileFacts&, const FileFacts&) = default;
};

class ReadFile {
 public:
  ReadFile() = default;
  // None when there is no such file. Throws: `permission_denied`, `io`.
  [[nodiscard]] static std::optional<ReadFile> open(const std::string& path);
  ReadFile(ReadFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ReadFile& operator=(ReadFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~ReadFile();

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] FileFacts facts() const;
  // Reads `count` bytes, fewer only at the end of the file. Throws: `io`.
  [[nodiscard]] std::size_t read(std::uint64_t offset, char* room, std::size_t count) const;

 private:
  explicit ReadFile(int fd) : fd_(fd) {}
  int fd_ = -1;
};

[[nodiscard]] std::optional<FileFacts> facts_of(const std::string& path);
// The files of a pattern of glob(7), sorted. A path without wildcards is itself, if it is there.
// Throws: `permission_denied` for a folder that cannot be read.
[[nodiscard]] std::vector<std::string> expand(const std::string& pattern);
[[nodiscard]] bool has_wildcard(const std::string& pattern);
// The folder part of a path; `.` when it has none.
[[nodiscard]] std::string folder_of(const std::string& path);
// The name in this folder that has this inode.
[[nodiscard]] std::optional<std::string> find_inode(const std::string& folder, std::uint64_t inode);
[[nodiscard]] bool has_compressed_name(const std::string& path);

}  // namespace sluice::common
