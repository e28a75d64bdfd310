// SPDX-License-Identifier: Apache-2.0
#include "deploy/rotating_log.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "deploy/files.hpp"
#include "sluice/error.hpp"

namespace sluice::deploy {
namespace {

// More than any log has: a bound on the search for old files.
constexpr int old_files_max = 100;

std::filesystem::path numbered(const std::filesystem::path& path, int number) {
  return number == 0 ? path : std::filesystem::path(path.string() + "." + std::to_string(number));
}

std::string read_to_end(int fd) {
  std::string out;
  std::array<char, 65'536> piece{};
  for (;;) {
    const auto count = ::read(fd, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return out;
    out.append(piece.data(), static_cast<std::size_t>(count));
  }
}

ino_t inode_of(int fd) {
  struct stat facts{};
  return ::fstat(fd, &facts) == 0 ? facts.st_ino : 0;
}

// Where the last `lines` lines begin; `missing` is how many more there should be before them.
std::size_t start_of_last(std::string_view text, std::int64_t lines, std::int64_t& missing) {
  missing = lines;
  auto at = text.size();
  while (missing > 0 && at > 0) {
    const auto before = text.rfind('\n', at >= 2 ? at - 2 : std::string_view::npos);
    --missing;
    at = at < 2 || before == std::string_view::npos ? 0 : before + 1;
  }
  return at;
}

}  // namespace

RotatingLog::RotatingLog(std::filesystem::path path, const LogLimits& limits)
    : path_(std::move(path)), limits_(limits) {
  open();
}

RotatingLog::~RotatingLog() {
  if (fd_ >= 0) ::close(fd_);
}

void RotatingLog::open() {
  fd_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd_ < 0) {
    const auto code = errno == EACCES || errno == EROFS ? Errc::permission_denied : Errc::io;
    throw Failure(code, "cannot open the log " + path_.string() + ": " + std::strerror(errno));
  }
  struct stat facts{};
  size_ = ::fstat(fd_, &facts) == 0 ? static_cast<std::uint64_t>(facts.st_size) : 0;
}

void RotatingLog::rotate() {
  ::close(std::exchange(fd_, -1));
  std::error_code ignored;  // an old file that stays costs space, no more
  std::filesystem::remove(numbered(path_, limits_.old_files), ignored);
  for (int number = limits_.old_files - 1; number >= 0; --number) {
    std::filesystem::rename(numbered(path_, number), numbered(path_, number + 1), ignored);
  }
  open();
}

void RotatingLog::append(std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(fd_, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return;
    size_ += static_cast<std::uint64_t>(count);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void RotatingLog::write(std::string_view text) noexcept {
  try {
    if (fd_ < 0) open();
    std::size_t begin = 0;
    for (std::size_t at = 0; at < text.size();) {
      const auto feed = text.find('\n', at);
      const auto end = feed == std::string_view::npos ? text.size() : feed + 1;
      const bool fits = size_ + (end - begin) <= limits_.file_bytes;
      if (!fits && size_ + (at - begin) > 0) {
        append(text.substr(begin, at - begin));
        rotate();
        begin = at;
      }
      at = end;
    }
    append(text.substr(begin));
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see the contract
  }
}

LogReader::LogReader(std::filesystem::path path, std::int64_t lines) : path_(std::move(path)) {
  fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) return;
  inode_ = inode_of(fd_);
  first_ = read_to_end(fd_);
  std::int64_t missing = old_files_max;  // of anything: all files
  if (lines >= 0) first_.erase(0, start_of_last(first_, lines, missing));
  for (int number = 1; number < old_files_max && missing > 0; ++number) {
    auto older = read_whole(numbered(path_, number), std::size_t{1} << 30U);
    if (!older) break;
    if (lines >= 0) older->erase(0, start_of_last(*older, missing, missing));
    first_.insert(0, *older);
  }
}

LogReader::~LogReader() {
  if (fd_ >= 0) ::close(fd_);
}

// The file after the one that is read: the next younger number. -1 when there is none.
int LogReader::next_file() const {
  int next = -1;
  for (int number = 0; number < old_files_max; ++number) {
    const int fd = ::open(numbered(path_, number).c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) break;
    if (inode_of(fd) == inode_) {
      ::close(fd);
      break;
    }
    if (next >= 0) ::close(next);
    next = fd;
  }
  return next;
}

std::string LogReader::read() {
  if (!first_.empty()) return std::exchange(first_, {});
  std::string out = fd_ >= 0 ? read_to_end(fd_) : std::string();
  while (out.empty()) {
    const int next = next_file();
    if (next < 0) return out;
    // Nobody writes to this one any more: what is there now is all.
    if (fd_ >= 0) out = read_to_end(fd_);
    if (fd_ >= 0) ::close(fd_);
    fd_ = next;
    inode_ = inode_of(fd_);
    out += read_to_end(fd_);
  }
  return out;
}

std::string last_log_lines(const std::filesystem::path& path, std::int64_t lines) {
  return LogReader(path, lines).read();
}

}  // namespace sluice::deploy
