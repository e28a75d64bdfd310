// SPDX-License-Identifier: Apache-2.0
#include "deploy/local.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/units.hpp"
#include "deploy/container.hpp"
#include "deploy/files.hpp"
#include "deploy/rotating_log.hpp"

namespace sluice::deploy {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int look_every_ms = 20;
constexpr std::int64_t tail_lines = 10;

// In a session of its own and with nothing of ours open, so that it outlives us and our terminal.
pid_t spawn_supervisor(const std::string& name, const std::filesystem::path& log) {
  std::vector<std::string> words{own_program(), "deploy", "supervise", name};
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0600);
  ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t how;
  ::posix_spawnattr_init(&how);
  ::posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSID);
  pid_t child = 0;
  const int failed =
      ::posix_spawn(&child, words.front().c_str(), &actions, &how, pointers.data(), environ);
  ::posix_spawnattr_destroy(&how);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    throw Failure(Errc::io, "cannot start " + words.front() + ": " + std::strerror(failed));
  }
  return child;
}

// What systemd does not pass on, and the supervisor needs to find the same places as we do.
std::map<std::string, std::string> unit_environment(const std::filesystem::path& root) {
  std::map<std::string, std::string> out{{"SLUICE_STATE_DIR", root.string()}};
  for (const auto* const name :
       {"HOME", "PATH", "SLUICE_RUNTIME_DIR", "XDG_RUNTIME_DIR", "SLUICE_CONNECTORS"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') out[name] = value;
  }
  return out;
}

StartEnd ended(Start start, const RunRecord& record) {
  return {.start = start, .exit_code = record.exit_code.value_or(1), .reason = record.reason};
}

}  // namespace

std::string own_program() {
  std::error_code failed;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  if (failed) throw Failure(Errc::io, "cannot find this program: " + failed.message());
  return path.string();
}

bool Local::is_supervised(const std::string& name) const {
  // Signal 0 asks whether it lives. What is left of one that was killed holds the lock, too, until
  // the connector has ended.
  const auto lock = store_.places(name).run_lock;
  return is_locked(lock) && signal_holder(lock, 0);
}

// What is known about the start by now; nothing while it is open. `running_since` is when it was
// first seen to run.
std::optional<StartEnd> Local::judge(const Applied& applied,
                                     std::optional<Clock::time_point>& running_since) const {
  const auto& deployment = applied.deployment;
  const auto record = read_run_record(store_.places(deployment.name).run);
  if (!record || record->generation != deployment.generation) return std::nullopt;
  switch (record->state) {
    case RunState::finished:
      return StartEnd{.start = Start::finished};
    case RunState::failed:
    case RunState::stopped:
      return ended(Start::failed, *record);
    case RunState::waiting:
      return ended(Start::trying, *record);
    case RunState::running:
      break;
    default:
      return std::nullopt;
  }
  // Of a program that tells nothing of itself, that it does not end at once is all we can know.
  constexpr auto settled = 1s;
  if (!running_since) running_since = Clock::now();
  if (!deployment.kit) {
    const bool has_settled = Clock::now() - *running_since >= settled;
    return has_settled ? std::optional(StartEnd{}) : std::nullopt;
  }
  const auto state = control_.state(deployment.name);
  if (!state || *state == "starting") return std::nullopt;
  if (deployment.desired == Desired::paused && *state != "paused") return std::nullopt;
  return StartEnd{};
}

StartEnd Local::start(const std::string& name, std::chrono::milliseconds window) const {
  const auto applied = store_.load(name);
  if (!applied) throw Failure(Errc::internal, "`" + name + "` is not there");
  const auto at = store_.places(name);
  remove_file(at.run);
  const auto began = Clock::now();
  const bool unit = applied->deployment.local.unit;
  const auto child = unit ? pid_t{0} : spawn_supervisor(name, at.log);
  if (unit) systemd_.start(name);
  std::optional<StartEnd> end;
  std::optional<Clock::time_point> running_since;
  bool gone = false;
  while (!end && Clock::now() - began < window) {
    end = judge(*applied, running_since);
    if (end || gone) break;
    // Once more after its end: its last word may have come in between.
    gone = child != 0 && ::waitpid(child, nullptr, WNOHANG) == child;
    if (!gone) ::poll(nullptr, 0, look_every_ms);
  }
  if (!end && gone) {
    end = StartEnd{.start = Start::failed, .exit_code = 1, .reason = "its supervisor ended"};
  }
  if (!end) {
    end = StartEnd{.start = Start::trying,
                   .exit_code = 3,
                   .reason = "it was not ready after " + format_duration(window)};
  }
  if (end->start == Start::trying || end->start == Start::failed) {
    end->log_tail = last_log_lines(at.log, tail_lines);
  }
  return *end;
}

bool Local::stop(const Deployment& deployment) const {
  const auto at = store_.places(deployment.name);
  if (deployment.local.unit && systemd_.has_unit(deployment.name)) systemd_.stop(deployment.name);
  if (!is_locked(at.run_lock)) return false;
  const auto timeout = stop_grace(deployment.running);
  const auto deadline = Clock::now() + timeout;
  // It is asked once; one that is only just starting has not told its number yet.
  bool asked = false;
  while (is_locked(at.run_lock)) {
    asked = asked || signal_holder(at.run_lock, SIGTERM);
    if (Clock::now() >= deadline) {
      throw Failure(Errc::timed_out, "`" + deployment.name + "` has not stopped after " +
                                         format_duration(timeout) +
                                         "; its log: " + at.log.string());
    }
    ::poll(nullptr, 0, look_every_ms);
  }
  return true;
}

void Local::install_unit(const Deployment& deployment) const {
  systemd_.install(deployment.name, unit_text({.name = deployment.name,
                                               .program = own_program(),
                                               .environment = unit_environment(store_.root()),
                                               .stop_timeout = stop_grace(deployment.running),
                                               .system = systemd_.is_system()}));
}

void Local::remove_unit(const Deployment& deployment) const {
  systemd_.remove(deployment.name);
}

LocalState Local::look(const Deployment& deployment) const {
  LocalState out;
  out.supervised = is_supervised(deployment.name);
  try {
    out.record = read_run_record(store_.places(deployment.name).run);
  } catch (const Failure& wrong) {
    out.problem = wrong.what();
  }
  const auto said = out.record ? std::string(name_of(out.record->state)) : std::string("starting");
  if (out.supervised) {
    out.state = said;
    const auto state = said == "running" ? control_.state(deployment.name) : std::nullopt;
    if (state) out.state = *state;
    return out;
  }
  const bool has_ended = out.record && (out.record->state == RunState::finished ||
                                        out.record->state == RunState::failed ||
                                        out.record->state == RunState::stopped);
  if (deployment.desired == Desired::stopped) {
    out.state = "stopped";
  } else {
    out.state = has_ended ? said : "down";
  }
  return out;
}

}  // namespace sluice::deploy
