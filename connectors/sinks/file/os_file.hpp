// SPDX-License-Identifier: Apache-2.0
#pragma once

// Files of the operating system, as the sink needs them: every failure is a `Failure` that says
// what was tried with which path.

#include <cstdint>
#include <string>
#include <string_view>

#include <sluice/error.hpp>

namespace sluice::file {

// The failure that errno is: `no_space`, `permission_denied`, `io`.
[[nodiscard]] Failure os_failure(int error, const std::string& what, const std::string& path);

class OsFile {
 public:
  OsFile() = default;
  // Opens for writing and makes it when it is missing.
  explicit OsFile(std::string path);
  ~OsFile();
  OsFile(OsFile&& other) noexcept;
  OsFile& operator=(OsFile&& other) noexcept;

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::uint64_t size() const;
  // Writes at a place, all of it.
  void write_at(std::uint64_t place, std::string_view bytes);
  // Returns when the bytes, and the length, are on the disk.
  void sync();
  void truncate(std::uint64_t bytes);
  // False when somebody else has it locked. The lock ends with the process.
  [[nodiscard]] bool try_lock();
  void close();

 private:
  std::string path_;
  int fd_ = -1;
};

// The content, or nothing when there is no such file.
[[nodiscard]] std::string read_file(const std::string& path);
// Makes names that were added or removed in a folder durable.
void sync_folder(const std::string& path);
void make_folders(const std::string& path);
// The folder itself, or the nearest above it that there is.
[[nodiscard]] std::string existing_folder(const std::string& path);
// Throws when no file can be made in the folder. Leaves nothing there.
void check_writable(const std::string& folder);
void rename_file(const std::string& from, const std::string& to);
void remove_file(const std::string& path);

}  // namespace sluice::file
