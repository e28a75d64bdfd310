// SPDX-License-Identifier: Apache-2.0
#include "deploy/log_pump.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "sluice/error.hpp"

namespace sluice::deploy {

LogPump::LogPump(RotatingLog& log) : log_(log) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw Failure(Errc::io, std::string("cannot make a pipe: ") + std::strerror(errno));
  }
  reader_ = ends[0];
  writer_ = ends[1];
  ::fcntl(reader_, F_SETFL, O_NONBLOCK);
  wake_ = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  thread_ = std::thread([this] { run(); });
}

LogPump::~LogPump() {
  ::close(writer_);
  {
    const std::lock_guard lock(guard_);
    stopping_ = true;
  }
  wake();
  thread_.join();
  ::close(reader_);
  ::close(wake_);
}

void LogPump::wake() const {
  const std::uint64_t one = 1;
  const auto written = ::write(wake_, &one, sizeof one);
  static_cast<void>(written);
}

void LogPump::flush(std::chrono::milliseconds limit) {
  std::unique_lock lock(guard_);
  const auto number = ++wanted_;
  wake();
  changed_.wait_for(lock, limit, [&] { return flushed_ >= number; });
}

void LogPump::flushed(std::uint64_t number) {
  const std::lock_guard lock(guard_);
  flushed_ = number;
  changed_.notify_all();
}

// After the word to stop, what is in the pipe is still taken; nothing that comes later.
void LogPump::run() {
  constexpr std::size_t line_bytes_max = 65'536;
  std::string rest;
  std::array<char, 65'536> piece{};
  for (;;) {
    // Before the pipe is found empty: what was written before them is in the log then.
    std::unique_lock lock(guard_);
    const bool stopping = stopping_;
    const auto wanted = wanted_;
    const bool flushing = wanted != flushed_;
    lock.unlock();
    const auto count = ::read(reader_, piece.data(), piece.size());
    if (count > 0) {
      rest.append(piece.data(), static_cast<std::size_t>(count));
      const auto end = rest.size() > line_bytes_max ? rest.size() : rest.rfind('\n') + 1;
      log_.write(std::string_view(rest).substr(0, end));
      rest.erase(0, end);
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    const bool ends = count == 0 || stopping;
    if ((ends || flushing) && !rest.empty()) {
      log_.write(rest + "\n");
      rest.clear();
    }
    if (flushing) flushed(wanted);
    if (ends) return;
    std::array<pollfd, 2> ready{{{.fd = reader_, .events = POLLIN, .revents = 0},
                                 {.fd = wake_, .events = POLLIN, .revents = 0}}};
    ::poll(ready.data(), ready.size(), -1);
    std::uint64_t told = 0;
    const auto taken = ::read(wake_, &told, sizeof told);
    static_cast<void>(taken);
  }
}

}  // namespace sluice::deploy
