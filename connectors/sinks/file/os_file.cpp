// SPDX-License-Identifier: Apache-2.0
#include "os_file.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::file {

Failure os_failure(int error, const std::string& what, const std::string& path) {
  Errc code = Errc::io;
  if (error == ENOSPC || error == EDQUOT) code = Errc::no_space;
  if (error == EACCES || error == EPERM || error == EROFS) code = Errc::permission_denied;
  return {code, "cannot " + what + ' ' + path + ": " + std::strerror(error)};
}

OsFile::OsFile(std::string path) : path_(std::move(path)) {
  constexpr mode_t mode = 0644;
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, mode);
  if (fd_ < 0) throw os_failure(errno, "open", path_);
}

OsFile::~OsFile() {
  close();
}

OsFile::OsFile(OsFile&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

OsFile& OsFile::operator=(OsFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(fd_, other.fd_);
  return *this;
}

void OsFile::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

std::uint64_t OsFile::size() const {
  struct stat info{};
  if (::fstat(fd_, &info) != 0) throw os_failure(errno, "look at", path_);
  return static_cast<std::uint64_t>(info.st_size);
}

void OsFile::write_at(std::uint64_t place, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(place));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw os_failure(errno, "write", path_);
    place += static_cast<std::uint64_t>(count);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void OsFile::sync() {
  if (::fdatasync(fd_) != 0) throw os_failure(errno, "sync", path_);
}

void OsFile::truncate(std::uint64_t bytes) {
  if (::ftruncate(fd_, static_cast<off_t>(bytes)) != 0) throw os_failure(errno, "cut", path_);
}

bool OsFile::try_lock() {
  if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) return true;
  if (errno != EWOULDBLOCK) throw os_failure(errno, "lock", path_);
  return false;
}

std::string read_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno == ENOENT) return {};
  if (fd < 0) throw os_failure(errno, "open", path);
  std::string text;
  std::array<char, 65536> room{};
  ssize_t count = 0;
  while ((count = ::read(fd, room.data(), room.size())) != 0) {
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    text.append(room.data(), static_cast<std::size_t>(count));
  }
  const int error = errno;
  ::close(fd);
  if (count < 0) throw os_failure(error, "read", path);
  return text;
}

void sync_folder(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw os_failure(errno, "open", path);
  const int failed = ::fsync(fd);
  const int error = errno;
  ::close(fd);
  if (failed != 0) throw os_failure(error, "sync", path);
}

void make_folders(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (error) throw os_failure(error.value(), "make the folder", path);
}

std::string existing_folder(const std::string& path) {
  std::filesystem::path folder = path;
  std::error_code ignored;
  if (!std::filesystem::exists(folder, ignored)) folder = std::filesystem::absolute(folder);
  while (!std::filesystem::exists(folder, ignored) && folder.has_relative_path()) {
    folder = folder.parent_path();
  }
  return folder.string();
}

void check_writable(const std::string& folder) {
  constexpr mode_t mode = 0600;
  const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, mode);
  if (fd >= 0) {
    ::close(fd);
    return;
  }
  // Not every file system has files without a name.
  const bool unknown = errno == EOPNOTSUPP || errno == EISDIR;
  if (unknown && ::access(folder.c_str(), W_OK | X_OK) == 0) return;
  throw os_failure(errno, "write to the folder", folder);
}

void rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw os_failure(errno, "rename", from);
}

void remove_file(const std::string& path) {
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) throw os_failure(errno, "remove", path);
}

}  // namespace sluice::file
