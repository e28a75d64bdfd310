// SPDX-License-Identifier: Apache-2.0
#include "base/file_lock.hpp"

#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "base/text.hpp"

namespace sluice {
namespace {

tl::unexpected<Error> failed_file(const std::string& what, const std::filesystem::path& file,
                                  int number) {
  const bool denied = number == EACCES || number == EPERM || number == EROFS;
  const bool full = number == ENOSPC || number == EDQUOT;
  return fail(denied ? Errc::permission_denied
              : full ? Errc::no_space
                     : Errc::io,
              what + " " + quote_if_needed(file.string()) + ": " + std::strerror(number));
}

// A lock of the open file, and not of the process, which is what a child keeps.
struct flock whole_file() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

Result<std::optional<FileLock>> FileLock::try_take(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) return failed_file("cannot open the lock", file, errno);
  auto lock = whole_file();
  if (::fcntl(fd, F_OFD_SETLK, &lock) == 0) return FileLock(fd);
  const int number = errno;
  ::close(fd);
  if (number != EAGAIN && number != EACCES) return failed_file("cannot lock", file, number);
  return std::nullopt;
}

FileLock::~FileLock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<bool> is_locked_file(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) return false;
  if (fd < 0) return failed_file("cannot open the lock", file, errno);
  auto lock = whole_file();
  const int asked = ::fcntl(fd, F_OFD_GETLK, &lock);
  const int number = errno;
  ::close(fd);
  if (asked != 0) return failed_file("cannot query the lock", file, number);
  return lock.l_type != F_UNLCK;
}

}  // namespace sluice
