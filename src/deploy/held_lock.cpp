// SPDX-License-Identifier: Apache-2.0
#include "deploy/held_lock.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "deploy/files.hpp"
#include "sluice/error.hpp"

namespace sluice::deploy {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int look_every_ms = 5;

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

bool has_open(pid_t pid, const std::filesystem::path& file) {
  struct stat wanted{};
  if (::stat(file.c_str(), &wanted) != 0) return false;
  std::error_code failed;
  const auto folder = std::filesystem::path("/proc") / std::to_string(pid) / "fd";
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed)) {
    struct stat open_file{};
    if (::stat(at->path().c_str(), &open_file) != 0) continue;  // closed meanwhile
    if (open_file.st_dev == wanted.st_dev && open_file.st_ino == wanted.st_ino) return true;
  }
  return false;
}

std::optional<FileLock> try_take_unsigned(const std::filesystem::path& file) {
  make_folder(file.parent_path(), 0700);
  return or_throw(FileLock::try_take(file));
}

}  // namespace

std::optional<HeldLock> HeldLock::try_take(const std::filesystem::path& file) {
  auto lock = try_take_unsigned(file);
  if (!lock) return std::nullopt;
  const auto pid = std::to_string(::getpid()) + "\n";
  if (::pwrite(lock->fd(), pid.data(), pid.size(), 0) < 0 ||
      ::ftruncate(lock->fd(), static_cast<off_t>(pid.size())) != 0) {
    throw Failure(errno == ENOSPC || errno == EDQUOT ? Errc::no_space : Errc::io,
                  "cannot write the lock " + file.string() + ": " + std::strerror(errno));
  }
  return HeldLock(*std::move(lock));
}

std::optional<HeldLock> HeldLock::take(const std::filesystem::path& file,
                                       std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    if (auto lock = try_take_unsigned(file)) return HeldLock(*std::move(lock));
    if (Clock::now() >= deadline) return std::nullopt;
    ::poll(nullptr, 0, look_every_ms);
  }
}

bool is_locked(const std::filesystem::path& file) {
  return or_throw(is_locked_file(file));
}

bool signal_holder(const std::filesystem::path& file, int signal) {
  if (!is_locked(file)) return false;
  const auto text = read_whole(file, 64);
  const auto pid = text ? std::atoi(text->c_str()) : 0;
  if (pid <= 0) return false;
  const ProcessHandle process(pid);
  // Looked at after the handle was made: it is this process that the signal goes to.
  if (!has_open(pid, file)) return false;
  if (process.send(signal)) return true;
  if (errno == ESRCH || errno == EBADF) return false;
  throw Failure(Errc::permission_denied,
                "cannot stop process " + std::to_string(pid) + ": " + std::strerror(errno));
}

bool wait_until_free(const std::filesystem::path& file, std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  while (is_locked(file)) {
    if (Clock::now() >= deadline) return false;
    ::poll(nullptr, 0, look_every_ms);
  }
  return true;
}

}  // namespace sluice::deploy
