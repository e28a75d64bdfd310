// SPDX-License-Identifier: Apache-2.0
#pragma once

// A thread that leaves the program's signals to the program. Also against SIGPIPE: sendfile
// raises it when a client has gone, and cannot be told not to.

#include <csignal>
#include <thread>
#include <utility>

namespace sluice::broker {

template <typename Run>
[[nodiscard]] std::thread start_thread(Run run) {
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  for (const int fault : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP}) {
    ::sigdelset(&all, fault);
  }
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // a new thread inherits it
  std::thread thread(std::move(run));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return thread;
}

}  // namespace sluice::broker
