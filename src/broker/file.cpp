// SPDX-License-Identifier: Apache-2.0
#include "broker/file.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace sluice::broker {
namespace {

Errc kind_of(int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return Errc::no_space;
    case EACCES:
    case EPERM:
    case EROFS:
      return Errc::permission_denied;
    default:
      return Errc::io;
  }
}

// Drops `bytes` from the front of `parts`.
std::span<iovec> drop_front(std::span<iovec> parts, std::size_t bytes) {
  while (!parts.empty() && bytes >= parts.front().iov_len) {
    bytes -= parts.front().iov_len;
    parts = parts.subspan(1);
  }
  if (bytes > 0) {
    parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + bytes;
    parts.front().iov_len -= bytes;
  }
  return parts;
}

// What may be written in one call: fewer parts when the (pretended) disk is nearly full.
Result<std::size_t> write_some(int fd, std::span<iovec> parts, std::uint64_t position,
                               const StorageEnv& env) {
  iovec short_part{};
  auto call = parts.first(std::min<std::size_t>(parts.size(), IOV_MAX));
  if (env.faults) {
    std::size_t wanted = 0;
    for (const auto& part : call) wanted += part.iov_len;
    const auto room = env.faults->room_for(wanted);
    if (room == 0) return tl::unexpected(errno_error(ENOSPC, "writing"));
    if (room < wanted) {
      short_part = {call.front().iov_base, std::min(call.front().iov_len, room)};
      call = std::span(&short_part, 1);
    }
  }
  const auto written =
      ::pwritev(fd, call.data(), static_cast<int>(call.size()), static_cast<off_t>(position));
  if (written < 0 && errno == EINTR) return std::size_t{0};
  if (written < 0) return tl::unexpected(errno_error(errno, "writing"));
  return static_cast<std::size_t>(written);
}

}  // namespace

Error errno_error(int number, std::string what) {
  return {kind_of(number), std::move(what) + ": " + std::generic_category().message(number), {}};
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Result<File> File::open(const fs::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  if (fd < 0) return tl::unexpected(errno_error(errno, "opening " + path.string()));
  return File(fd);
}

Result<std::uint64_t> File::size() const {
  struct stat info{};
  if (::fstat(fd_, &info) != 0) return tl::unexpected(errno_error(errno, "size of file"));
  return static_cast<std::uint64_t>(info.st_size);
}

Result<std::size_t> File::read_at(std::span<std::byte> into, std::uint64_t position) const {
  std::size_t done = 0;
  while (done < into.size()) {
    const auto count =
        ::pread(fd_, into.data() + done, into.size() - done, static_cast<off_t>(position + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::unexpected(errno_error(errno, "reading"));
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Result<> File::write_at(std::span<iovec> parts, std::uint64_t position,
                        const StorageEnv& env) const {
  parts = drop_front(parts, 0);
  while (!parts.empty()) {
    const auto written = write_some(fd_, parts, position, env);
    if (!written) return tl::unexpected(written.error());
    position += *written;
    parts = drop_front(parts, *written);
  }
  return {};
}

Result<> File::write_at(ByteView bytes, std::uint64_t position, const StorageEnv& env) const {
  iovec part{const_cast<std::byte*>(bytes.data()), bytes.size()};
  return write_at(std::span(&part, 1), position, env);
}

Result<> File::sync_data(const StorageEnv& env) const {
  if (env.faults && env.faults->sync_fails()) return tl::unexpected(errno_error(EIO, "syncing"));
  if (env.sync && ::fdatasync(fd_) != 0) return tl::unexpected(errno_error(errno, "syncing"));
  return {};
}

Result<> File::truncate(std::uint64_t size, const StorageEnv& env) const {
  if (env.faults && env.faults->truncate_fails()) {
    return tl::unexpected(errno_error(EIO, "truncating"));
  }
  if (::ftruncate(fd_, static_cast<off_t>(size)) == 0) return {};
  return tl::unexpected(errno_error(errno, "truncating"));
}

Result<> sync_directory(const fs::path& path, const StorageEnv& env) {
  env.pass("directory.before-sync");
  if (!env.sync) return {};
  const auto directory = File::open(path, O_RDONLY | O_DIRECTORY);
  if (!directory) return tl::unexpected(directory.error());
  if (::fsync(directory->fd()) == 0) return {};
  return tl::unexpected(errno_error(errno, "syncing directory " + path.string()));
}

Result<> make_directories(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error) return {};
  return tl::unexpected(errno_error(error.value(), "making directory " + path.string()));
}

Result<> make_durable_directories(const fs::path& path, const StorageEnv& env) {
  std::error_code error;
  auto whole = fs::absolute(path, error).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();
  std::vector<fs::path> holders;  // of the names that will be new
  for (auto at = whole; at.has_relative_path() && !fs::exists(at, error); at = at.parent_path()) {
    holders.push_back(at.parent_path());
  }
  if (auto done = make_directories(path); !done) return done;
  for (const auto& holder : holders) {
    if (auto done = sync_directory(holder, env); !done) return done;
  }
  return {};
}

Result<std::vector<fs::path>> list_directory(const fs::path& path) {
  std::error_code error;
  std::vector<fs::path> paths;
  fs::directory_iterator entry(path, error);
  if (error == std::errc::no_such_file_or_directory) return paths;
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    paths.push_back(entry->path());
  }
  if (error) return tl::unexpected(errno_error(error.value(), "listing " + path.string()));
  std::sort(paths.begin(), paths.end());
  return paths;
}

Result<> remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return tl::unexpected(errno_error(errno, "removing " + path.string()));
}

Result<> replace_file(const fs::path& path, ByteView content, const StorageEnv& env) {
  auto temporary = path;
  temporary += ".tmp";
  auto written = [&]() -> Result<> {
    const auto file = File::open(temporary, O_CREAT | O_TRUNC | O_WRONLY);
    if (!file) return tl::unexpected(file.error());
    if (auto done = file->write_at(content, 0, env); !done) return done;
    return file->sync_data(env);
  }();
  if (!written) {
    static_cast<void>(remove_file(temporary));
    return tl::unexpected(in_context(path.string(), std::move(written).error()));
  }
  env.pass("metadata.before-rename");
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    return tl::unexpected(errno_error(errno, "renaming to " + path.string()));
  }
  env.pass("metadata.after-rename");
  return sync_directory(path.parent_path(), env);
}

Result<Bytes> read_file(const fs::path& path, std::uint64_t bytes_max) {
  const auto file = File::open(path, O_RDONLY);
  if (!file) return tl::unexpected(file.error());
  const auto size = file->size();
  if (!size) return tl::unexpected(size.error());
  if (*size > bytes_max) {
    return fail(Errc::too_large, path.string() + ": " + std::to_string(*size) + " bytes, at most " +
                                     std::to_string(bytes_max));
  }
  Bytes content(*size);
  const auto count = file->read_at(content, 0);
  if (!count) return tl::unexpected(in_context(path.string(), count.error()));
  content.resize(*count);
  return content;
}

}  // namespace sluice::broker
