// SPDX-License-Identifier: Apache-2.0
#include "connector/dead_letters.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace sluice::connector {
namespace {

namespace fs = std::filesystem;

// A letter is larger than its record, which may be as large as a topic takes.
constexpr std::size_t request_bytes_max = 16'777'216;

[[nodiscard]] Failure failure_of_errno(const std::string& what, const fs::path& path) {
  const int error = errno;
  const bool is_full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  const bool is_denied = error == EACCES || error == EPERM || error == EROFS;
  const auto code = is_full ? Errc::no_space : (is_denied ? Errc::permission_denied : Errc::io);
  return Failure(code, "cannot " + what + " the dead letters in " + path.string() + ": " +
                           std::strerror(error));
}

// Where the last whole line ends.
off_t end_of_lines(int fd, const fs::path& path) {
  auto end = ::lseek(fd, 0, SEEK_END);
  std::array<char, 4096> block{};
  while (end > 0) {
    const auto size = std::min<off_t>(end, block.size());
    const auto count = ::pread(fd, block.data(), static_cast<std::size_t>(size), end - size);
    if (count != size) throw failure_of_errno("read", path);
    const auto last = std::string_view(block.data(), static_cast<std::size_t>(size)).rfind('\n');
    if (last != std::string_view::npos) return end - size + static_cast<off_t>(last) + 1;
    end -= size;
  }
  return 0;
}

// The name of a new file is durable only with its folder.
void sync_folder_of(const fs::path& path) {
  const auto folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw failure_of_errno("open the folder of", path);
  const bool synced = ::fsync(fd) == 0;
  ::close(fd);
  if (!synced) throw failure_of_errno("sync the folder of", path);
}

// Tells the callback when the last of several has its result.
class Countdown {
 public:
  Countdown(std::size_t count, Callback<Done> done) : left_(count), done_(std::move(done)) {}

  void one(const Outcome<Delivered>& outcome) {
    if (!outcome.ok() && !failed_.exchange(true)) {
      return done_(in_context("writing a dead letter", outcome.error()));
    }
    if (--left_ == 0 && !failed_) done_(Done{});
  }

 private:
  std::atomic<std::size_t> left_;
  std::atomic<bool> failed_{false};
  Callback<Done> done_;
};

}  // namespace

FileDeadLetters::FileDeadLetters(Identity from, fs::path path)
    : from_(std::move(from)), path_(std::move(path)) {
  std::error_code ignored;  // opening the file says it better
  if (fs::exists(path_, ignored) && !fs::is_regular_file(path_, ignored)) {
    throw Failure(Errc::invalid_config,
                  "the dead letters cannot be kept in " + path_.string() + ": it is not a file");
  }
  if (path_.has_parent_path()) fs::create_directories(path_.parent_path(), ignored);
  fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd_ < 0) throw failure_of_errno("write", path_);
  try {
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      throw Failure(Errc::already_running, "another connector writes its dead letters to " +
                                               path_.string() + ": give each its own file");
    }
    if (::ftruncate(fd_, end_of_lines(fd_, path_)) != 0) throw failure_of_errno("write", path_);
    sync_folder_of(path_);
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

FileDeadLetters::~FileDeadLetters() {
  ::close(fd_);
}

void FileDeadLetters::write(std::span<const DeadLetter> letters, Callback<Done> durable) {
  std::string text;
  for (const auto& letter : letters) {
    text += format_dead_letter(from_, stamps_.next(), letter) + "\n";
  }
  const auto before = ::lseek(fd_, 0, SEEK_END);
  try {
    append(text);
    if (::fdatasync(fd_) != 0) throw failure_of_errno("sync", path_);
  } catch (const Failure& failure) {
    // Nothing half-written stays, so that they can be written again.
    if (::ftruncate(fd_, before) != 0) return durable(failure_of_errno("cut", path_).error());
    return durable(failure.error());
  }
  durable(Done{});
}

void FileDeadLetters::append(std::string_view text) {
  while (!text.empty()) {
    const auto count = ::write(fd_, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw failure_of_errno("write", path_);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

TopicDeadLetters::TopicDeadLetters(Identity from, Cluster& cluster, const std::string& topic)
    : from_(std::move(from)) {
  TopicConfig config;
  // Somebody has to look at them first.
  config.retention_time = std::chrono::days(3'650);
  cluster.ensure_topic(topic, config);
  ProducerOptions options;
  options.request_bytes_max = request_bytes_max;
  options.queue_bytes_max = 4 * request_bytes_max;
  options.retry_for.reset();
  writer_ = cluster.writer(topic, options);
}

void TopicDeadLetters::write(std::span<const DeadLetter> letters, Callback<Done> durable) {
  const auto countdown = std::make_shared<Countdown>(letters.size(), std::move(durable));
  for (const auto& letter : letters) {
    const auto text = format_dead_letter(from_, stamps_.next(), letter);
    const auto key = letter.key ? std::optional<std::string_view>(*letter.key) : std::nullopt;
    writer_->send({.key = key, .value = text},
                  [countdown](const Outcome<Delivered>& outcome) { countdown->one(outcome); });
  }
  writer_->hurry();
}

}  // namespace sluice::connector
