// SPDX-License-Identifier: Apache-2.0
#include "common/tail/os.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::common {
namespace {

[[noreturn]] void fail(const std::string& what, int number) {
  const bool denied = number == EACCES || number == EPERM;
  throw Failure(denied ? Errc::permission_denied : Errc::io, what + ": " + std::strerror(number));
}

FileFacts facts_from(const struct stat& found) {
  return {.device = found.st_dev,
          .inode = found.st_ino,
          .size = static_cast<std::uint64_t>(found.st_size),
          .modified_ns = found.st_mtim.tv_sec * 1'000'000'000 + found.st_mtim.tv_nsec,
          .regular = S_ISREG(found.st_mode)};
}

int on_glob_error(const char*, int number) {
  return number == EACCES || number == EIO ? 1 : 0;
}

}  // namespace

std::optional<ReadFile> ReadFile::open(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd >= 0) return ReadFile(fd);
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  fail("cannot read " + path, errno);
}

ReadFile::~ReadFile() {
  if (fd_ >= 0) ::close(fd_);
}

FileFacts ReadFile::facts() const {
  struct stat found{};
  if (::fstat(fd_, &found) != 0) fail("cannot look at an open file", errno);
  return facts_from(found);
}

std::size_t ReadFile::read(std::uint64_t offset, char* room, std::size_t count) const {
  std::size_t done = 0;
  while (done < count) {
    const auto got = ::pread(fd_, room + done, count - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("cannot read a file", errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

std::optional<FileFacts> facts_of(const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return facts_from(found);
}

bool has_wildcard(const std::string& pattern) {
  return pattern.find_first_of("*?[") != std::string::npos;
}

std::vector<std::string> expand(const std::string& pattern) {
  // A file may have such letters in its name.
  if (!has_wildcard(pattern) || facts_of(pattern)) {
    return facts_of(pattern) ? std::vector{pattern} : std::vector<std::string>{};
  }
  glob_t found{};
  const int code = ::glob(pattern.c_str(), 0, &on_glob_error, &found);
  std::vector<std::string> paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  ::globfree(&found);
  if (code == GLOB_ABORTED) {
    throw Failure(Errc::permission_denied, "a folder of `" + pattern + "` cannot be read");
  }
  return paths;
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::optional<std::string> find_inode(const std::string& folder, std::uint64_t inode) {
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::opendir(folder.c_str()), &::closedir);
  if (!entries) return std::nullopt;
  while (const dirent* entry = ::readdir(entries.get())) {
    if (entry->d_ino == inode) return folder + '/' + entry->d_name;
  }
  return std::nullopt;
}

bool has_compressed_name(const std::string& path) {
  static constexpr std::array<std::string_view, 6> endings{".gz",  ".bz2", ".xz",
                                                           ".zst", ".zip", ".Z"};
  for (const auto ending : endings) {
    if (path.ends_with(ending)) return true;
  }
  return false;
}

}  // namespace sluice::common
