// SPDX-License-Identifier: Apache-2.0
#pragma once

// The folder where the running connectors of a user have their control sockets, and the sockets
// in it: how a connector takes one, how the tool finds it.
//
// `$SLUICE_RUNTIME_DIR`, else `$XDG_RUNTIME_DIR/sluice`, else `/tmp/sluice-<uid>`. It belongs to
// the user and nobody else may enter it. The socket of a connector is `<file_stem(name)>.sock`; one
// whose program died stays behind, refuses connections, and is removed by whoever finds it.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace sluice {

// Where sockets may be, the first being where new ones go: with an environment that differs (cron,
// sudo) connectors of one user may be in the second.
[[nodiscard]] std::vector<std::filesystem::path> runtime_folders();
// Makes it when it is missing. `permission_denied`: it is somebody else's, or others may enter it;
// `io`: it cannot be made.
[[nodiscard]] Result<> make_runtime_folder(const std::filesystem::path& folder);
// The same check for a folder that must not be made: false when there is none.
[[nodiscard]] Result<bool> has_runtime_folder(const std::filesystem::path& folder);

[[nodiscard]] std::filesystem::path control_socket(const std::filesystem::path& folder,
                                                   std::string_view name);

// A path that fits into the address of a UNIX socket, however long the real one is. Good for as
// long as the object lives.
class SocketPath {
 public:
  // Throws nothing: what cannot be opened fails at its use.
  explicit SocketPath(const std::filesystem::path& path);
  ~SocketPath();
  SocketPath(const SocketPath&) = delete;
  SocketPath& operator=(const SocketPath&) = delete;

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  int folder_ = -1;
  std::string text_;
};

// A socket that listens at a path; the file goes with the object.
class ControlSocket {
 public:
  // None when another program listens there. `io`, `permission_denied`.
  [[nodiscard]] static Result<std::optional<ControlSocket>> listen(std::filesystem::path path);
  ControlSocket(ControlSocket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)), inode_(other.inode_) {}
  ControlSocket& operator=(ControlSocket&&) = delete;
  ~ControlSocket();

  // A new descriptor, the caller's to close.
  [[nodiscard]] int duplicate() const;
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  ControlSocket(int fd, std::filesystem::path path, unsigned long inode)
      : fd_(fd), path_(std::move(path)), inode_(inode) {}
  int fd_;
  std::filesystem::path path_;
  unsigned long inode_;  // ours: another program may have taken the path meanwhile
};

// Whether a program accepts connections there.
[[nodiscard]] bool is_listening(const std::filesystem::path& socket);
// Removes the socket file if no program listens there. True when it is gone.
bool remove_if_stale(const std::filesystem::path& socket);

}  // namespace sluice
