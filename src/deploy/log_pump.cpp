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
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { run(); });
}

LogPump::~LogPump() {
  ::close(writer_);
  const std::uint64_t one = 1;
  const auto written = ::write(stop_, &one, sizeof one);
  static_cast<void>(written);
  thread_.join();
  ::close(reader_);
  ::close(stop_);
}

// After the word to stop, what is in the pipe is still taken; nothing that comes later.
void LogPump::run() {
  constexpr std::size_t line_bytes_max = 65'536;
  std::string rest;
  std::array<char, 65'536> piece{};
  for (bool stopping = false;;) {
    const auto count = ::read(reader_, piece.data(), piece.size());
    if (count > 0) {
      rest.append(piece.data(), static_cast<std::size_t>(count));
      const auto end = rest.size() > line_bytes_max ? rest.size() : rest.rfind('\n') + 1;
      log_.write(std::string_view(rest).substr(0, end));
      rest.erase(0, end);
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count == 0 || stopping) break;
    std::array<pollfd, 2> ready{{{.fd = reader_, .events = POLLIN, .revents = 0},
                                 {.fd = stop_, .events = POLLIN, .revents = 0}}};
    ::poll(ready.data(), ready.size(), -1);
    stopping = ready[1].revents != 0;
  }
  if (!rest.empty()) log_.write(rest + "\n");
}

}  // namespace sluice::deploy
