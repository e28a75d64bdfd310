// SPDX-License-Identifier: Apache-2.0
#include "connector/wake_fd.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <utility>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "sluice/error.hpp"

namespace sluice::connector {
namespace {

bool watch(int epoll, int fd) {
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  return fd >= 0 && ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

void take(int fd) {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = ::read(fd, &count, sizeof count);
}

void close_if_open(int fd) {
  if (fd >= 0) ::close(fd);
}

}  // namespace

WakeFd::WakeFd()
    : fd_(::epoll_create1(EPOLL_CLOEXEC)),
      event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  if (fd_ >= 0 && watch(fd_, event_) && watch(fd_, timer_)) return;
  const int error = errno;
  for (const int fd : {fd_, event_, timer_}) close_if_open(fd);
  throw Failure(Errc::io, std::string("cannot make an eventfd: ") + std::strerror(error));
}

WakeFd::~WakeFd() {
  for (const int fd : {fd_, event_, timer_}) ::close(fd);
}

void WakeFd::signal() noexcept {
  if (signalled_.exchange(true)) return;
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then it is readable.
  [[maybe_unused]] const auto written = ::write(event_, &one, sizeof one);
}

void WakeFd::signal_after(std::chrono::milliseconds time) noexcept {
  const auto ns = std::max<std::int64_t>(std::chrono::nanoseconds(time).count(), 1);
  const itimerspec at{.it_interval = {},
                      .it_value = {.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000}};
  timed_ = ::timerfd_settime(timer_, 0, &at, nullptr) == 0;
}

void WakeFd::clear() noexcept {
  take(event_);
  if (std::exchange(timed_, false)) {
    const itimerspec off{};
    ::timerfd_settime(timer_, 0, &off, nullptr);
    take(timer_);
  }
  // A signal that comes in between does not write again: its cause is seen by the caller, who
  // looks at the state after this.
  signalled_.store(false);
}

}  // namespace sluice::connector
