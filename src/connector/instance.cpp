// SPDX-License-Identifier: Apache-2.0
#include "connector/instance.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/digest.hpp"
#include "base/name_stem.hpp"
#include "sluice/error.hpp"

namespace sluice::connector {
namespace {

constexpr std::string_view checkpoint_prefix = "sluice-checkpoint-";
constexpr std::size_t topic_name_max = 63;

int lock_file(const std::filesystem::path& folder, const std::string& stem) {
  std::error_code ignored;  // opening the file says it better
  std::filesystem::create_directories(folder, ignored);
  const auto path = folder / (stem + ".lock");
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) {
    const auto code = errno == EACCES || errno == EROFS ? Errc::permission_denied : Errc::io;
    throw Failure(code, "cannot open the lock " + path.string() + ": " + std::strerror(errno));
  }
  if (::flock(fd, LOCK_EX | LOCK_NB) == 0) return fd;
  ::close(fd);
  return -1;
}

// A runtime folder that the user has set is a world apart: what runs there is in no list of the
// others, and may have their names.
std::string world() {
  const char* folder = std::getenv("SLUICE_RUNTIME_DIR");
  if (folder == nullptr || *folder == '\0') return {};
  std::error_code ignored;
  auto path = std::filesystem::weakly_canonical(folder, ignored);
  if (path.filename().empty()) path = path.parent_path();
  constexpr std::size_t enough = 16;
  return sha256_hex((ignored ? std::filesystem::path(folder) : path).string()).substr(0, enough) +
         '/';
}

// A socket in the abstract namespace: no file, and gone with the process.
int lock_socket(const std::string& stem) {
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw Failure(Errc::io, std::string("cannot make a socket: ") + std::strerror(errno));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto text = "sluice-connector/" + std::to_string(::getuid()) + "/" + world() + stem;
  const auto size = std::min(text.size(), sizeof(address.sun_path) - 1);
  std::copy_n(text.data(), size, address.sun_path + 1);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

std::string default_instance_name(std::string_view connector, std::string_view topic) {
  std::string out(connector);
  return out.append("-").append(topic);
}

std::string checkpoint_topic(std::string_view name) {
  return std::string(checkpoint_prefix) +
         name_stem(name, topic_name_max - checkpoint_prefix.size());
}

InstanceLock::InstanceLock(const std::string& name,
                           const std::optional<std::filesystem::path>& folder)
    : fd_(folder ? lock_file(*folder, file_stem(name)) : lock_socket(file_stem(name))) {
  if (fd_ < 0) {
    throw Failure(Errc::already_running,
                  "another connector with the name `" + name +
                      "` is running here; stop it, or give this one another --name");
  }
}

InstanceLock::~InstanceLock() {
  ::close(fd_);
}

}  // namespace sluice::connector
