// SPDX-License-Identifier: Apache-2.0
#include "cli/stop_signal.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

std::atomic<int> signal_count{0};
std::array<int, 2> wake_pipe{-1, -1};

extern "C" void on_stop_signal(int number) {
  if (signal_count.fetch_add(1) > 0) ::_exit(128 + number);
  const int saved = errno;
  const char byte = 0;
  const auto written = ::write(wake_pipe[1], &byte, 1);
  static_cast<void>(written);
  errno = saved;
}

void handle(void (*handler)(int)) {
  struct sigaction action{};
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  for (const int number : {SIGINT, SIGTERM}) ::sigaction(number, &action, nullptr);
}

}  // namespace

StopSignal::StopSignal() {
  signal_count = 0;
  if (::pipe2(wake_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    throw Failure(Errc::io, std::string("cannot make a pipe for signals: ") + std::strerror(errno));
  }
  handle(&on_stop_signal);
}

StopSignal::~StopSignal() {
  handle(SIG_DFL);
  ::close(wake_pipe[0]);
  ::close(wake_pipe[1]);
}

bool StopSignal::requested() const noexcept {
  return signal_count > 0;
}
int StopSignal::fd() const noexcept {
  return wake_pipe[0];
}

void StopSignal::wait() const {
  pollfd wake{.fd = fd(), .events = POLLIN, .revents = 0};
  while (!requested()) ::poll(&wake, 1, -1);
}

}  // namespace sluice::cli
