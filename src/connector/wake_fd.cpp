// SPDX-License-Identifier: Apache-2.0
#include "connector/wake_fd.hpp"

#include <cstdint>
#include <cstring>

#include <sys/eventfd.h>
#include <unistd.h>

#include "sluice/error.hpp"

namespace sluice::connector {

WakeFd::WakeFd() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) {
    throw Failure(Errc::io, std::string("cannot make an eventfd: ") + std::strerror(errno));
  }
}

WakeFd::~WakeFd() {
  ::close(fd_);
}

void WakeFd::signal() noexcept {
  if (signalled_.exchange(true)) return;
  const std::uint64_t one = 1;
  // Fails only when the counter is full, and then it is readable.
  [[maybe_unused]] const auto written = ::write(fd_, &one, sizeof one);
}

void WakeFd::clear() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto taken = ::read(fd_, &count, sizeof count);
  // A signal that comes in between does not write again: its cause is seen by the caller, who
  // looks at the state after this.
  signalled_.store(false);
}

}  // namespace sluice::connector
