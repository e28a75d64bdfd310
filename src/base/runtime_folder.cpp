// SPDX-License-Identifier: Apache-2.0
#include "base/runtime_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/name_stem.hpp"

namespace sluice {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view socket_suffix = ".sock";
// Others hold the folder's lock for a connect and a bind only.
constexpr std::chrono::milliseconds lock_timeout{2'000};

tl::unexpected<Error> os_error(const std::string& what, int number) {
  const bool denied = number == EACCES || number == EPERM || number == EROFS;
  return fail(denied ? Errc::permission_denied : Errc::io, what + ": " + std::strerror(number));
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
}

// Only one program at a time looks whether a socket is stale, and replaces it.
class FolderLock {
 public:
  explicit FolderLock(const fs::path& folder)
      : fd_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
    const auto until = std::chrono::steady_clock::now() + lock_timeout;
    while (fd_ >= 0 && ::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() > until) return;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    held_ = fd_ >= 0;
  }
  ~FolderLock() {
    if (fd_ >= 0) ::close(fd_);
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  [[nodiscard]] bool held() const noexcept { return held_; }

 private:
  int fd_;
  bool held_ = false;
};

struct Address {
  sockaddr_un value{};
  socklen_t size = 0;

  explicit Address(const std::string& path) {
    value.sun_family = AF_UNIX;
    const auto count = std::min(path.size(), sizeof(value.sun_path) - 1);
    std::copy_n(path.data(), count, &value.sun_path[0]);
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + count + 1);
  }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&value); }
};

std::optional<struct stat> status_of(const fs::path& path) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
  return status;
}

}  // namespace

std::vector<fs::path> runtime_folders() {
  if (const auto given = environment("SLUICE_RUNTIME_DIR")) return {fs::path(*given)};
  std::vector<fs::path> out;
  std::error_code ignored;
  const auto session = environment("XDG_RUNTIME_DIR");
  if (session && fs::is_directory(*session, ignored)) out.push_back(fs::path(*session) / "sluice");
  out.push_back("/tmp/sluice-" + std::to_string(::geteuid()));
  return out;
}

Result<bool> has_runtime_folder(const fs::path& folder) {
  const auto status = status_of(folder);
  if (!status) {
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return os_error("cannot look at the folder " + folder.string(), errno);
  }
  if (!S_ISDIR(status->st_mode)) return fail(Errc::io, folder.string() + " is not a folder");
  if (status->st_uid != ::geteuid()) {
    return fail(Errc::permission_denied,
                "the folder " + folder.string() +
                    " belongs to somebody else; name another with SLUICE_RUNTIME_DIR");
  }
  if ((status->st_mode & 0077U) != 0) {
    return fail(Errc::permission_denied, "others may enter the folder " + folder.string() +
                                             "; `chmod 700` it, or name another with "
                                             "SLUICE_RUNTIME_DIR");
  }
  return true;
}

Result<> make_runtime_folder(const fs::path& folder) {
  const auto there = has_runtime_folder(folder);
  if (!there) return tl::unexpected(there.error());
  if (*there) return {};
  std::error_code ignored;  // making the folder itself says it better
  if (folder.has_parent_path()) fs::create_directories(folder.parent_path(), ignored);
  if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return os_error("cannot make the folder " + folder.string(), errno);
  }
  const auto made = has_runtime_folder(folder);
  if (!made) return tl::unexpected(made.error());
  return {};
}

fs::path control_socket(const fs::path& folder, std::string_view name) {
  return folder / (file_stem(name) + std::string(socket_suffix));
}

// --- SocketPath ----------------------------------------------------------------------------

SocketPath::SocketPath(const fs::path& path) : text_(path.string()) {
  if (text_.size() < sizeof(sockaddr_un::sun_path)) return;
  const auto parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
  folder_ = ::open(parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (folder_ >= 0) {
    text_ = "/proc/self/fd/" + std::to_string(folder_) + "/" + path.filename().string();
  }
}

SocketPath::~SocketPath() {
  if (folder_ >= 0) ::close(folder_);
}

// --- ControlSocket -------------------------------------------------------------------------

bool is_listening(const fs::path& socket) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return true;  // nothing is known: then nothing is removed
  const SocketPath path(socket);
  const Address address(path.text());
  const int failed = ::connect(fd, address.get(), address.size) == 0 ? 0 : errno;
  ::close(fd);
  // A full queue (EAGAIN) is a program that is busy.
  return failed != ECONNREFUSED && failed != ENOENT && failed != ENOTSOCK;
}

bool remove_if_stale(const fs::path& socket) {
  if (is_listening(socket)) return false;
  const FolderLock lock(socket.parent_path());
  // It may have been bound a moment ago, and listen only now.
  if (!lock.held() || is_listening(socket)) return false;
  if (const auto status = status_of(socket); status && !S_ISSOCK(status->st_mode)) return false;
  return ::unlink(socket.c_str()) == 0 || errno == ENOENT;
}

Result<std::optional<ControlSocket>> ControlSocket::listen(fs::path path) {
  const FolderLock lock(path.parent_path());
  if (!lock.held()) return fail(Errc::io, "cannot lock the folder of " + path.string());
  if (is_listening(path)) return std::nullopt;
  if (const auto old = status_of(path); old && !S_ISSOCK(old->st_mode)) {
    return fail(Errc::io, path.string() + " is not a socket; it is left alone");
  }
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
    return os_error("cannot remove the old socket " + path.string(), errno);
  }
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return os_error("cannot make a socket", errno);
  const SocketPath short_path(path);
  const Address address(short_path.text());
  const bool listens = ::bind(fd, address.get(), address.size) == 0 && ::listen(fd, SOMAXCONN) == 0;
  const auto status = status_of(path);
  if (!listens || !status) {
    const int number = errno;
    ::close(fd);
    return os_error("cannot listen on " + path.string(), number);
  }
  return ControlSocket(fd, std::move(path), status->st_ino);
}

ControlSocket::~ControlSocket() {
  if (fd_ < 0) return;
  const auto status = status_of(path_);
  if (status && status->st_ino == inode_) ::unlink(path_.c_str());
  ::close(fd_);
}

int ControlSocket::duplicate() const {
  return ::fcntl(fd_, F_DUPFD_CLOEXEC, 0);
}

}  // namespace sluice
