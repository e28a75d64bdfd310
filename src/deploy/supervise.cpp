// SPDX-License-Identifier: Apache-2.0
#include "deploy/supervise.hpp"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <thread>

#include <poll.h>
#include <unistd.h>

#include "base/text.hpp"
#include "deploy/files.hpp"
#include "deploy/log_pump.hpp"
#include "deploy/prepare.hpp"
#include "deploy/run_record.hpp"
#include "launch/run_lock.hpp"
#include "launch/supervisor.hpp"

namespace sluice::deploy {
namespace {

// The connector's socket appears a moment after its start: asks until it is paused.
class Pauser {
 public:
  Pauser(const Control& control, std::string name)
      : control_(control), name_(std::move(name)), thread_([this] { run(); }) {}
  ~Pauser() {
    stop_ = true;
    thread_.join();
  }
  Pauser(const Pauser&) = delete;
  Pauser& operator=(const Pauser&) = delete;

 private:
  void run() {
    constexpr int pause_ms = 20;
    while (!stop_) {
      try {
        const auto state = control_.state(name_);
        if (state == "paused") return;
        if (state) control_.pause(name_);
      } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): it is asked again
      }
      ::poll(nullptr, 0, pause_ms);
    }
  }

  const Control& control_;
  std::string name_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

// The signals are for the supervisor, and for no other thread.
void block_signals() {
  sigset_t wanted;
  ::sigemptyset(&wanted);
  for (const int number : {SIGTERM, SIGINT, SIGCHLD}) ::sigaddset(&wanted, number);
  ::pthread_sigmask(SIG_BLOCK, &wanted, nullptr);
}

// Relative paths in the file mean what they meant when it was applied, whoever starts it now.
void go_to(const std::string& folder) {
  if (folder.empty() || ::chdir(folder.c_str()) == 0) return;
  throw Failure(Errc::permission_denied, "cannot go to " + folder + ", where it was applied: " +
                                             std::strerror(errno) + "; apply it again");
}

// Programs that the connector has left behind may write for ever.
constexpr std::chrono::seconds last_words_max{2};

class Supervision {
 public:
  Supervision(const Store& store, const Applied& applied, const Control& control)
      : store_(store),
        applied_(applied),
        control_(control),
        at_(store.places(applied.deployment.name)) {
    record_.generation = applied.deployment.generation;
  }

  int run(int lock_fd);

 private:
  // On a full disk what is said last stays; the connector goes on.
  void keep(RunState state) {
    record_.state = state;
    try {
      write_run_record(at_.run, record_);
    } catch (const Failure& failure) {
      say(failure.what());
    }
  }
  void say(const std::string& line) const {
    if (pump_ == nullptr) return;
    const auto text = utc_now() + " sluice: " + line + "\n";
    const auto written = ::write(pump_->fd(), text.data(), text.size());
    static_cast<void>(written);
  }
  [[nodiscard]] bool is_to_be_paused() const;
  void started(pid_t pid, std::uint64_t restarts);
  void ended(const launch::ChildEnd& end, std::uint64_t restarts);
  int conclude(const launch::SuperviseResult& result);
  int fail(const Failure& failure);

  const Store& store_;
  const Applied& applied_;
  const Control& control_;
  Places at_;
  RunRecord record_;
  LogPump* pump_ = nullptr;  // while `run` has it
  std::optional<Pauser> pauser_;
};

// As of now; as of our start when that cannot be read, for the connector runs already.
bool Supervision::is_to_be_paused() const {
  try {
    const auto now = store_.load(applied_.deployment.name);
    return now && now->deployment.desired == Desired::paused;
  } catch (const Failure& failure) {
    say(failure.what());
    return applied_.deployment.desired == Desired::paused;
  }
}

void Supervision::started(pid_t pid, std::uint64_t restarts) {
  record_.pid = pid;
  record_.restarts = restarts;
  record_.started = utc_now();
  keep(RunState::running);
  if (is_to_be_paused()) pauser_.emplace(control_, applied_.deployment.name);
}

void Supervision::ended(const launch::ChildEnd& end, std::uint64_t restarts) {
  pauser_.reset();
  record_.pid = 0;
  record_.restarts = restarts;
  record_.exit_code = end.code();
  record_.ended = utc_now();
  record_.reason = describe_end(end);
  // Whoever started it shows its last words when it has failed.
  if (pump_ != nullptr) pump_->flush(last_words_max);
  // What the end means is said at once: whoever started it looks here.
  switch (kind_of(end)) {
    case launch::EndKind::finished:
      return keep(RunState::finished);
    case launch::EndKind::configuration:
      return keep(RunState::failed);
    default:
      return keep(RunState::waiting);
  }
}

int Supervision::conclude(const launch::SuperviseResult& result) {
  using Why = launch::SuperviseResult::Why;
  record_.restarts = result.restarts;
  switch (result.why) {
    case Why::finished:
      keep(RunState::finished);
      return 0;
    case Why::stopped:
      keep(RunState::stopped);
      return 0;
    case Why::configuration:
    case Why::gave_up:
      break;
  }
  keep(RunState::failed);
  return result.exit_code();
}

int Supervision::fail(const Failure& failure) {
  record_.exit_code = describe(failure.code()).exit_code;
  record_.ended = utc_now();
  record_.reason = failure.what();
  keep(RunState::failed);
  return *record_.exit_code;
}

int Supervision::run(int lock_fd) {
  RotatingLog log(at_.log, {});
  LogPump pump(log);
  pump_ = &pump;
  try {
    keep(RunState::starting);
    go_to(applied_.deployment.local.folder);
    // What else may run a connector of this name, as `sluice run`, takes this lock.
    const auto name_lock = or_throw(launch::RunLock::take(applied_.deployment.name, at_.config));
    const auto secrets = applied_.secrets.empty() ? std::nullopt : std::optional(at_.secrets);
    const auto plan = local_plan(applied_, at_.config, secrets, at_.state);
    say("generation " + std::to_string(applied_.deployment.generation) + ": " +
        plan.command_line());
    const auto result = launch::supervise(
        plan,
        {.drain_timeout = applied_.deployment.running.drain_timeout + std::chrono::seconds(2),
         .output_fd = pump.fd(),
         // Who finds the deployment's lock free finds the name free.
         .kept_fds = {lock_fd, name_lock.fd()}},
        {.say = [&](const std::string& line) { say(line); },
         .started = [&](pid_t pid, std::uint64_t restarts) { started(pid, restarts); },
         .ended = [&](const launch::ChildEnd& end,
                      std::uint64_t restarts) { ended(end, restarts); }});
    return conclude(result);
  } catch (const Failure& failure) {
    pauser_.reset();
    say(failure.what());
    return fail(failure);
  }
}

}  // namespace

int supervise_deployment(const Store& store, const std::string& name, const Control& control) {
  const auto at = store.places(name);
  const auto lock = HeldLock::try_take(at.run_lock);
  if (!lock) throw Failure(Errc::already_running, "`" + name + "` is supervised already");
  const auto applied = store.load(name);
  if (!applied) {
    throw Failure(Errc::invalid_argument,
                  "there is no deployment `" + name + "` in " + store.root().string());
  }
  if (applied->deployment.target != Target::local) {
    throw Failure(Errc::invalid_argument, "`" + name + "` is not a local deployment");
  }
  if (applied->deployment.desired == Desired::stopped) return 0;
  block_signals();
  return Supervision(store, *applied, control).run(lock->fd());
}

}  // namespace sluice::deploy
