// SPDX-License-Identifier: Apache-2.0
#include "connector/file_checkpoint.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "base/name_stem.hpp"
#include "base/text.hpp"
#include "connector/checkpoint_text.hpp"
#include "connector/instance.hpp"

namespace sluice::connector {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail_with_errno(const std::string& what, const fs::path& path) {
  const int error = errno;
  const auto code = error == ENOSPC || error == EDQUOT                    ? Errc::no_space
                    : error == EACCES || error == EPERM || error == EROFS ? Errc::permission_denied
                                                                          : Errc::io;
  throw Failure(code, "cannot " + what + " " + path.string() + ": " + std::strerror(error));
}

// A file descriptor that closes itself.
class File {
 public:
  File(const fs::path& path, int flags, const std::string& what)
      : path_(path), fd_(::open(path.c_str(), flags | O_CLOEXEC, 0644)) {
    if (fd_ < 0) fail_with_errno(what, path);
  }
  ~File() { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void write(std::string_view text) {
    while (!text.empty()) {
      const auto count = ::write(fd_, text.data(), text.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) fail_with_errno("write", path_);
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void sync() {
    if (::fsync(fd_) != 0) fail_with_errno("sync", path_);
  }

 private:
  fs::path path_;
  int fd_;
};

}  // namespace

FileCheckpoint::FileCheckpoint(const fs::path& folder, std::string name)
    : folder_(folder), name_(std::move(name)), path_(folder / (file_stem(name_) + ".checkpoint")) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    errno = error.value();
    fail_with_errno("make the state folder", folder);
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) fail_with_errno("write to the folder", folder);
}

std::optional<Position> FileCheckpoint::load() {
  if (!fs::exists(path_)) return std::nullopt;
  std::ifstream in(path_, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw Failure(Errc::io, "cannot read " + path_.string());
  auto position = parse_checkpoint(text.str(), name_);
  if (!position) {
    throw Failure(
        in_context(path_.string() + " (remove it to start from the beginning)", position.error()));
  }
  return *std::move(position);
}

void FileCheckpoint::save(const Position& position) {
  const auto beside = fs::path(path_).concat(".new");
  {
    File file(beside, O_WRONLY | O_CREAT | O_TRUNC, "write");
    file.write(format_checkpoint(name_, utc_now(), position) + "\n");
    file.sync();
  }
  if (::rename(beside.c_str(), path_.c_str()) != 0) fail_with_errno("replace", path_);
  File(folder_, O_RDONLY | O_DIRECTORY, "open").sync();
}

}  // namespace sluice::connector
