// SPDX-License-Identifier: Apache-2.0
#include "deploy/files.hpp"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/units.hpp"
#include "sluice/error.hpp"

namespace sluice::deploy {
namespace {

Errc code_of(int number) {
  if (number == EACCES || number == EPERM || number == EROFS) return Errc::permission_denied;
  return number == ENOSPC || number == EDQUOT ? Errc::no_space : Errc::io;
}

[[noreturn]] void fail_file(const char* what, const std::filesystem::path& path, int number) {
  throw Failure(code_of(number),
                std::string("cannot ") + what + " " + path.string() + ": " + std::strerror(number));
}

class OpenFile {
 public:
  OpenFile(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~OpenFile() {
    if (fd_ >= 0) ::close(fd_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int fd() const noexcept { return fd_; }

 private:
  int fd_;
};

void write_all(const OpenFile& file, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const auto count = ::write(file.fd(), content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_file("write", path, errno);
    content.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace

void make_folder(const std::filesystem::path& folder, mode_t mode) {
  std::error_code failed;
  if (std::filesystem::is_directory(folder, failed)) return;
  std::filesystem::create_directories(folder.parent_path(), failed);
  if (::mkdir(folder.c_str(), mode) != 0 && errno != EEXIST) {
    fail_file("make the folder", folder, errno);
  }
}

void write_whole(const std::filesystem::path& file, std::string_view content, mode_t mode) {
  auto beside = file;
  beside += ".new";
  ::unlink(beside.c_str());  // of a program that died; it may have another mode
  try {
    const OpenFile out(beside, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (out.fd() < 0) fail_file("write", beside, errno);
    write_all(out, content, beside);
    if (::fchmod(out.fd(), mode) != 0 || ::fsync(out.fd()) != 0) fail_file("write", beside, errno);
    move_file(beside, file);
  } catch (const Failure&) {
    ::unlink(beside.c_str());
    throw;
  }
  sync_folder(file.parent_path());
}

std::optional<std::string> read_whole(const std::filesystem::path& file, std::size_t bytes_max) {
  const OpenFile in(file, O_RDONLY);
  if (in.fd() < 0 && errno == ENOENT) return std::nullopt;
  if (in.fd() < 0) fail_file("read", file, errno);
  std::string out;
  std::array<char, 65'536> piece{};
  for (;;) {
    const auto count = ::read(in.fd(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail_file("read", file, errno);
    if (count == 0) return out;
    out.append(piece.data(), static_cast<std::size_t>(count));
    if (out.size() > bytes_max) {
      throw Failure(Errc::too_large,
                    file.string() + ": larger than " + format_byte_size(bytes_max));
    }
  }
}

void remove_file(const std::filesystem::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) fail_file("remove", file, errno);
}

void remove_tree(const std::filesystem::path& folder) {
  std::error_code failed;
  std::filesystem::remove_all(folder, failed);
  if (failed) fail_file("remove", folder, failed.value());
}

void move_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) fail_file("replace", to, errno);
}

void sync_folder(const std::filesystem::path& folder) {
  const OpenFile at(folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY);
  if (at.fd() < 0 || ::fsync(at.fd()) != 0) fail_file("sync", folder, errno);
}

}  // namespace sluice::deploy
