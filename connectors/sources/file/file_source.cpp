// SPDX-License-Identifier: Apache-2.0
#include "file_source.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "file_record.hpp"

namespace sluice::file_source {
namespace {

[[noreturn]] void fail(const std::string& what, int number) {
  throw Failure(number == EACCES || number == EPERM ? Errc::permission_denied : Errc::io,
                what + ": " + std::strerror(number));
}

}  // namespace

void FileSource::run(SourceContext& stream) {
  if (options_.stop_at_end) require_files();
  prepare_done_folder();
  const auto tail_of_run = runs_.next(tail_options(options_), stream);
  auto& tail = *tail_of_run;
  const RecordRules rules{options_.format, options_.layout, options_.key};
  common::TailFeed feed(tail, [&](const common::Piece& piece, std::string& room) {
    if (options_.done != Done::keep) {
      sent_.push_back({tail.number() + 1, {*piece.path, *piece.facts}});
    }
    return make_record(rules, piece, room);
  });
  sent_.clear();
  stream.connected();
  while (stream.dispatch() && !tail.ended()) {
    const bool busy = feed.step(stream);
    for (const auto& sent : tail.take_sent_before()) put_away(sent);
    if (!busy && !tail.ended()) wait(stream, tail);
  }
  feed.finish(stream);
  stream.flush();  // brings the last acknowledgements
}

void FileSource::wait(SourceContext& stream, const common::Tail& tail) const {
  std::array<pollfd, 2> fds{pollfd{.fd = tail.fd(), .events = POLLIN, .revents = 0},
                            pollfd{.fd = stream.wake_fd(), .events = POLLIN, .revents = 0}};
  const auto pause = std::min<std::int64_t>(tail.idle_time().count(), 3'600'000);
  if (::poll(fds.data(), fds.size(), static_cast<int>(pause)) < 0 && errno != EINTR) {
    fail("poll", errno);
  }
}

// A batch over a file that is not there is a mistake; one over a pattern may find nothing.
void FileSource::require_files() const {
  for (const auto& path : options_.paths) {
    if (!common::has_wildcard(path) && !common::facts_of(path)) {
      throw Failure(Errc::io, "there is no file " + path + ", and --stop-at-end does not wait");
    }
  }
}

void FileSource::prepare_done_folder() const {
  if (options_.done != Done::move) return;
  std::error_code error;
  std::filesystem::create_directories(options_.done_folder, error);
  if (error) fail("cannot make the folder " + options_.done_folder, error.value());
}

void FileSource::acknowledged(const Position& position) {
  if (sent_.empty()) return;
  const auto number = common::Tail::number_of(position);
  while (!sent_.empty() && sent_.front().number <= number) {
    const auto sent = std::move(sent_.front());
    sent_.pop_front();
    put_away(sent.file);
  }
}

void FileSource::put_away(const common::SentFile& sent) const {
  const auto& path = sent.path;
  if (common::facts_of(path) != sent.facts) return;  // the tail reads it again
  if (options_.done == Done::move) move_away(path);
  if (options_.done == Done::remove && ::unlink(path.c_str()) != 0 && errno != ENOENT) {
    fail("cannot delete " + path + ", which the topic has", errno);
  }
}

// Never over another file of that name.
void FileSource::move_away(const std::string& path) const {
  const auto name = options_.done_folder + '/' + std::filesystem::path(path).filename().string();
  constexpr int names_max = 10'000;
  for (int number = 0; number < names_max; ++number) {
    const auto target = number == 0 ? name : name + '.' + std::to_string(number);
    if (::renameat2(AT_FDCWD, path.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0) {
      return;
    }
    if (errno == ENOENT) return;
    if (errno != EEXIST) fail("cannot move " + path + " to " + target, errno);
  }
  throw Failure(Errc::io, "cannot move " + path + ": there are too many files of its name in " +
                              options_.done_folder);
}

void FileSource::check(CheckContext& check) {
  std::size_t count = 0;
  for (const auto& pattern : options_.paths) {
    for (const auto& path : common::expand(pattern)) {
      const auto facts = common::facts_of(path);
      if (!facts || !facts->regular || common::has_compressed_name(path)) continue;
      if (common::ReadFile::open(path)) ++count;
    }
  }
  if (options_.stop_at_end) require_files();
  check.found(std::to_string(count) + " files are there and can be read");
}

}  // namespace sluice::file_source
