// SPDX-License-Identifier: Apache-2.0
#include "connector/supervisor.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include <poll.h>

#include "base/log.hpp"
#include "connector/stop_rules.hpp"
#include "connector/wake_fd.hpp"

namespace sluice::connector {
namespace {

using std::chrono::milliseconds;

// How long a session that was told to give up may take to notice, and to store what is done: what
// is not stored is done again by the next run.
constexpr milliseconds unwind_grace{2'000};

// What the two threads share; it lives as long as either, because the session's may be stuck.
struct Shared {
  WakeFd wake;
  std::mutex guard;
  std::optional<Error> failure;
  std::atomic<bool> failed{false};
  std::atomic<bool> ended{false};

  void fail(Error error) {
    const std::lock_guard lock(guard);
    if (!failure) failure = std::move(error);
    failed = true;
    wake.signal();
  }
};

template <typename Step>
void attempt(Shared& shared, const Step& step) {
  try {
    step();
  } catch (const Failure& failure) {
    shared.fail(failure.error());
  } catch (const std::exception& problem) {
    shared.fail({Errc::internal, std::string("the connector threw ") + problem.what(), {}});
  }
}

void work(Session& session, Stats& stats, const std::shared_ptr<Shared>& shared) {
  attempt(*shared, [&] { session.run(); });
  stats.phase(Phase::draining);
  attempt(*shared, [&] { session.drain(); });
  shared->ended = true;
  shared->wake.signal();
}

class Supervision {
 public:
  Supervision(Session& session, Stats& stats, const SupervisorSettings& settings, Shared& shared)
      : session_(session),
        stats_(stats),
        settings_(settings),
        shared_(shared),
        rules_(settings.drain_timeout),
        next_status_(now() + settings.status_period) {}

  // Returns when the session ended, or must not be waited for.
  void watch() {
    while (!shared_.ended && !second_signal_ && !is_stuck()) {
      wait_for_event();
      if (shared_.failed && !seen_failure_) on_failure();
      if (const auto signal = settings_.take_signal()) on_signal(*signal);
      if (rules_.on_time(now()) == StopRules::Action::give_up) on_deadline();
      if (now() >= next_status_) on_status();
    }
  }

  [[nodiscard]] RunEnd end() const {
    RunEnd out{.unfinished = session_.unfinished(),
               .second_signal = second_signal_,
               .thread_is_stuck = !shared_.ended};
    const std::lock_guard lock(shared_.guard);
    out.failure = shared_.failure;
    const bool cancelled = out.failure && out.failure->code == Errc::cancelled;
    out.cut_short = gave_up_at_ && !was_starting_ && (cancelled || out.thread_is_stuck);
    // Giving up is our doing; that it was cut short says the rest.
    if (gave_up_at_ && cancelled) out.failure.reset();
    return out;
  }

 private:
  static TimePoint now() { return std::chrono::steady_clock::now(); }
  [[nodiscard]] bool is_stuck() const {
    return gave_up_at_ && now() >= *gave_up_at_ + unwind_grace;
  }

  void wait_for_event() {
    auto until = next_status_;
    if (const auto deadline = rules_.deadline()) until = std::min(until, *deadline);
    if (gave_up_at_) until = std::min(until, *gave_up_at_ + unwind_grace);
    const auto left = std::chrono::ceil<milliseconds>(until - now());
    std::array<pollfd, 2> fds{{{.fd = settings_.signal_fd, .events = POLLIN, .revents = 0},
                               {.fd = shared_.wake.fd(), .events = POLLIN, .revents = 0}}};
    ::poll(fds.data(), fds.size(), static_cast<int>(std::max<long>(left.count(), 0)));
    shared_.wake.clear();
  }

  void on_failure() {
    seen_failure_ = true;
    rules_.on_failure(now());
  }

  void on_signal(int signal) {
    const bool starting = stats_.snapshot().phase == Phase::starting;
    const auto action = rules_.on_signal(now(), starting);
    if (action == StopRules::Action::none) return;
    if (action == StopRules::Action::leave) {
      second_signal_ = signal;
      return;
    }
    was_starting_ = starting;
    log::info("connector", "told to stop, finishing what is half done",
              {{"signal", std::to_string(signal)},
               {"unfinished", std::to_string(session_.unfinished())}});
    stats_.phase(Phase::draining);
    session_.request_stop();
  }

  void on_deadline() {
    gave_up_at_ = now();
    session_.abandon();
  }

  void on_status() {
    next_status_ = now() + settings_.status_period;
    if (settings_.status) settings_.status();
  }

  Session& session_;
  Stats& stats_;
  const SupervisorSettings& settings_;
  Shared& shared_;
  StopRules rules_;
  TimePoint next_status_;
  bool seen_failure_ = false;
  bool was_starting_ = false;  // when it was told to stop: there was nothing to finish
  std::optional<int> second_signal_;
  std::optional<TimePoint> gave_up_at_;
};

}  // namespace

int RunEnd::exit_code() const {
  if (second_signal) return 128 + *second_signal;
  if (failure) return describe(failure->code).exit_code;
  return unfinished > 0 || cut_short ? 1 : 0;
}

RunEnd supervise(Session& session, Stats& stats, const SupervisorSettings& settings) {
  const auto shared = std::make_shared<Shared>();
  std::thread thread([&session, &stats, shared] { work(session, stats, shared); });
  Supervision supervision(session, stats, settings, *shared);
  supervision.watch();
  const auto end = supervision.end();
  if (end.thread_is_stuck) {
    thread.detach();
  } else {
    thread.join();
    stats.phase(Phase::stopped);
  }
  return end;
}

}  // namespace sluice::connector
