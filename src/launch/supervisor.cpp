// SPDX-License-Identifier: Apache-2.0
#include "launch/supervisor.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/units.hpp"

namespace sluice::launch {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

// The signals that this needs, as something to poll; as they were at the end of the object.
class SignalQueue {
 public:
  SignalQueue() {
    sigset_t wanted;
    ::sigemptyset(&wanted);
    for (const int number : {SIGTERM, SIGINT, SIGCHLD}) ::sigaddset(&wanted, number);
    ::pthread_sigmask(SIG_BLOCK, &wanted, &before_);
    fd_ = ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd_ < 0)
      throw Failure(Errc::io, std::string("cannot wait for signals: ") + std::strerror(errno));
  }
  ~SignalQueue() {
    ::close(fd_);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  SignalQueue(const SignalQueue&) = delete;
  SignalQueue& operator=(const SignalQueue&) = delete;

  // How many times a stop was asked for, after at most `timeout`.
  [[nodiscard]] int wait(milliseconds timeout) const {
    pollfd ready{.fd = fd_, .events = POLLIN, .revents = 0};
    ::poll(&ready, 1, static_cast<int>(std::clamp<std::int64_t>(timeout.count(), 0, 3'600'000)));
    int stops = 0;
    signalfd_siginfo info{};
    while (::read(fd_, &info, sizeof info) == sizeof info) {
      if (info.ssi_signo != SIGCHLD) ++stops;
    }
    return stops;
  }

 private:
  int fd_ = -1;
  sigset_t before_{};
};

class Supervision {
 public:
  Supervision(const LaunchPlan& plan, const SuperviseOptions& options, const SuperviseHooks& hooks)
      : plan_(plan),
        options_(options),
        hooks_(hooks),
        policy_(options.limits, std::random_device{}()) {}

  SuperviseResult run();

 private:
  void say(const std::string& line) const {
    if (hooks_.say) hooks_.say(line);
  }
  ChildEnd run_program();
  void start();
  void take_signals(milliseconds timeout);
  void end_rest();
  bool pause(milliseconds time);
  [[nodiscard]] SuperviseResult result(SuperviseResult::Why why, const ChildEnd& end) const {
    return {.why = why, .last = end, .restarts = policy_.restarts()};
  }

  const LaunchPlan& plan_;
  const SuperviseOptions& options_;
  const SuperviseHooks& hooks_;
  RestartPolicy policy_;
  SignalQueue signals_;
  std::optional<ChildProcess> child_;
  int stops_ = 0;
  Clock::time_point kill_at_ = Clock::time_point::max();
};

void Supervision::start() {
  child_.emplace(plan_, ChildSetup{.output_fd = options_.output_fd,
                                   .kept_fds = options_.kept_fds,
                                   .grace = options_.drain_timeout});
  say("started " + plan_.connector + " " + plan_.version + ", process " +
      std::to_string(child_->pid()) +
      (policy_.restarts() > 0 ? ", restart " + std::to_string(policy_.restarts()) : ""));
  if (hooks_.started) hooks_.started(child_->pid(), policy_.restarts());
}

void Supervision::take_signals(milliseconds timeout) {
  const auto left = duration_cast<milliseconds>(kill_at_ - Clock::now());
  const auto before = stops_;
  stops_ += signals_.wait(kill_at_ == Clock::time_point::max() ? timeout : std::min(timeout, left));
  if (!child_) return;
  if (before == 0 && stops_ > 0) {
    say("stopping " + plan_.connector + "; a second signal kills it");
    child_->send(SIGTERM);
    kill_at_ = Clock::now() + options_.drain_timeout;
  }
  if (stops_ > 1 && before < 2) {
    say("killing " + plan_.connector + ": a second signal came");
    child_->send(SIGKILL);
  } else if (Clock::now() >= kill_at_) {
    say("killing " + plan_.connector + ": it did not stop within " +
        format_duration(options_.drain_timeout));
    child_->send(SIGKILL);
    kill_at_ = Clock::time_point::max();
  }
}

// The program has ended; its own children have their time to do so.
void Supervision::end_rest() {
  if (child_->is_gone()) return;
  if (stops_ == 0) {
    child_->send(SIGTERM);
    kill_at_ = Clock::now() + options_.drain_timeout;
  }
  // A child of somebody else that ends sends us no signal before it is adopted: look again.
  constexpr milliseconds glance{50};
  while (!child_->is_gone()) take_signals(glance);
}

ChildEnd Supervision::run_program() {
  kill_at_ = Clock::time_point::max();
  constexpr milliseconds long_time{3'600'000};
  start();
  while (!child_->end()) take_signals(long_time);
  const auto end = *child_->end();
  end_rest();
  child_.reset();
  return end;
}

// False when a stop was asked for meanwhile.
bool Supervision::pause(milliseconds time) {
  const auto until = Clock::now() + time;
  while (stops_ == 0 && Clock::now() < until) {
    // Rounded up: a pause is never cut into turns of nothing.
    take_signals(duration_cast<milliseconds>(until - Clock::now()) + milliseconds(1));
  }
  return stops_ == 0;
}

SuperviseResult Supervision::run() {
  using Why = SuperviseResult::Why;
  for (bool is_first = true;; is_first = false) {
    const auto began = Clock::now();
    ChildEnd end{.exit_code = 3};
    try {
      end = run_program();
    } catch (const Failure& failure) {
      if (is_first) throw;
      say(failure.what());
    }
    if (hooks_.ended) hooks_.ended(end, policy_.restarts());
    if (stops_ > 0) return result(Why::stopped, end);
    if (kind_of(end) == EndKind::finished) return result(Why::finished, end);
    if (kind_of(end) == EndKind::configuration) return result(Why::configuration, end);
    if (options_.once) return result(Why::gave_up, end);
    const auto next = policy_.ended(end, duration_cast<milliseconds>(Clock::now() - began));
    if (!next.restarts) return result(Why::gave_up, end);
    say("restart " + std::to_string(policy_.restarts()) + " in " + format_duration(next.pause) +
        ": " + describe_end(end));
    if (!pause(next.pause)) return result(Why::stopped, end);
  }
}

}  // namespace

SuperviseResult supervise(const LaunchPlan& plan, const SuperviseOptions& options,
                          const SuperviseHooks& hooks) {
  return Supervision(plan, options, hooks).run();
}

}  // namespace sluice::launch
