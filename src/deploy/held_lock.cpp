// SPDX-License-Identifier: Apache-2.0
#include "deploy/held_lock.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "deploy/files.hpp"
#include "sluice/error.hpp"

namespace sluice::deploy {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int look_every_ms = 5;

struct flock whole_file() {
  struct flock out{};
  out.l_type = F_WRLCK;
  out.l_whence = SEEK_SET;
  return out;
}

int open_lock(const std::filesystem::path& file, int flags) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CLOEXEC | flags, 0600);
  if (fd >= 0 || errno == ENOENT) return fd;
  const auto code = errno == EACCES || errno == EROFS ? Errc::permission_denied : Errc::io;
  throw Failure(code, "cannot open the lock " + file.string() + ": " + std::strerror(errno));
}

// A handle on a process, which stays the same process when its number is given away.
class ProcessHandle {
 public:
  explicit ProcessHandle(pid_t pid) : fd_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {}
  ~ProcessHandle() {
    if (fd_ >= 0) ::close(fd_);
  }
  ProcessHandle(const ProcessHandle&) = delete;
  ProcessHandle& operator=(const ProcessHandle&) = delete;

  [[nodiscard]] bool send(int signal) const {
    return ::syscall(SYS_pidfd_send_signal, fd_, signal, nullptr, 0) == 0;
  }

 private:
  int fd_;
};

}  // namespace

std::optional<HeldLock> HeldLock::try_take(const std::filesystem::path& file) {
  make_folder(file.parent_path(), 0700);
  const int fd = open_lock(file, O_CREAT);
  auto wanted = whole_file();
  if (::fcntl(fd, F_SETLK, &wanted) == 0) return HeldLock(fd);
  const int number = errno;
  ::close(fd);
  if (number == EACCES || number == EAGAIN) return std::nullopt;
  throw Failure(Errc::io, "cannot lock " + file.string() + ": " + std::strerror(number));
}

std::optional<HeldLock> HeldLock::take(const std::filesystem::path& file,
                                       std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    if (auto lock = try_take(file)) return lock;
    if (Clock::now() >= deadline) return std::nullopt;
    ::poll(nullptr, 0, look_every_ms);
  }
}

HeldLock::~HeldLock() {
  if (fd_ >= 0) ::close(fd_);
}

std::optional<pid_t> lock_holder(const std::filesystem::path& file) {
  const int fd = open_lock(file, 0);
  if (fd < 0) return std::nullopt;
  auto asked = whole_file();
  const int failed = ::fcntl(fd, F_GETLK, &asked);
  ::close(fd);
  if (failed != 0 || asked.l_type == F_UNLCK) return std::nullopt;
  return asked.l_pid;
}

bool signal_holder(const std::filesystem::path& file, int signal) {
  const auto pid = lock_holder(file);
  if (!pid) return false;
  if (*pid <= 0) {
    throw Failure(Errc::permission_denied,
                  "a process that cannot be seen from here holds " + file.string());
  }
  const ProcessHandle process(*pid);
  // Between the two looks the process cannot have become another one.
  if (lock_holder(file) != pid) return false;
  if (process.send(signal)) return true;
  if (errno == ESRCH || errno == EBADF) return false;
  throw Failure(Errc::permission_denied,
                "cannot stop process " + std::to_string(*pid) + ": " + std::strerror(errno));
}

bool wait_until_free(const std::filesystem::path& file, std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  while (lock_holder(file)) {
    if (Clock::now() >= deadline) return false;
    ::poll(nullptr, 0, look_every_ms);
  }
  return true;
}

}  // namespace sluice::deploy
