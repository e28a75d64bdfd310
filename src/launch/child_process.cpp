// SPDX-License-Identifier: Apache-2.0
#include "launch/child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace sluice::launch {
namespace {

struct Pipe {
  int read = -1;
  int write = -1;
};

[[noreturn]] void fail_call(const std::string& what, int number) {
  throw Failure(number == EACCES || number == EPERM ? Errc::permission_denied : Errc::io,
                what + ": " + std::strerror(number));
}

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail_call("cannot make a pipe", errno);
  return {ends[0], ends[1]};
}

// What execve wants, made before the fork: nothing may be allocated after it.
class ExecWords {
 public:
  explicit ExecWords(const LaunchPlan& plan) {
    words_.push_back(plan.program.string());
    words_.insert(words_.end(), plan.arguments.words.begin(), plan.arguments.words.end());
    for (const auto& [name, value] : plan.environment) environment_.push_back(name + '=' + value);
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string_view text = *entry;
      const auto name = std::string(text.substr(0, text.find('=')));
      if (!plan.environment.contains(name)) environment_.emplace_back(text);
    }
    for (auto& word : words_) word_pointers_.push_back(word.data());
    for (auto& entry : environment_) environment_pointers_.push_back(entry.data());
    word_pointers_.push_back(nullptr);
    environment_pointers_.push_back(nullptr);
  }

  void exec() {
    ::execve(words_.front().c_str(), word_pointers_.data(), environment_pointers_.data());
  }

 private:
  std::vector<std::string> words_, environment_;
  std::vector<char*> word_pointers_, environment_pointers_;
};

void reset_signals() {
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::signal(number, SIG_DFL);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

struct StartPipes {
  Pipe go;       // a byte comes when the guard is there; no byte: nobody is left to guard it
  Pipe failure;  // errno, if the program cannot be started
};

[[noreturn]] void become(ExecWords& words, const ChildSetup& setup, const StartPipes& pipes,
                         pid_t parent) {
  ::setpgid(0, 0);
  reset_signals();
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (::getppid() != parent) ::_exit(1);  // it ended before the line above
  ::close(pipes.go.write);
  char word = 0;
  ssize_t count = -1;
  do {
    count = ::read(pipes.go.read, &word, 1);
  } while (count < 0 && errno == EINTR);
  if (count != 1) ::_exit(1);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (nothing >= 0) ::dup2(nothing, STDIN_FILENO);
  if (setup.output_fd >= 0) {
    ::dup2(setup.output_fd, STDOUT_FILENO);
    ::dup2(setup.output_fd, STDERR_FILENO);
  }
  words.exec();
  const int number = errno;
  const auto written = ::write(pipes.failure.write, &number, sizeof number);
  static_cast<void>(written);
  ::_exit(127);
}

bool group_lives(pid_t group) {
  return ::kill(-group, 0) == 0 || errno == EPERM;
}

// Waits for the end of its parent, or for its word that all is over. Whoever closes the pipe
// without a word has died.
// `kept`, sorted, are the only descriptors that it keeps; the pipe is one of them.
[[noreturn]] void guard(int pipe, pid_t group, const ChildSetup& setup,
                        const std::vector<int>& kept) {
  ::setsid();
  ::prctl(PR_SET_NAME, "sluice-guard");
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) ::signal(number, SIG_IGN);
  unsigned next = 0;
  for (const int fd : kept) {
    const auto at = static_cast<unsigned>(fd);
    if (at > next) ::close_range(next, at - 1, 0);
    next = at + 1;
  }
  ::close_range(next, ~0U, 0);
  char word = 0;
  ssize_t count = -1;
  do {
    count = ::read(pipe, &word, 1);
  } while (count < 0 && errno == EINTR);
  if (count > 0) ::_exit(0);
  ::kill(-group, SIGTERM);
  constexpr int step_ms = 20;
  for (auto left = setup.grace.count(); left > 0 && group_lives(group); left -= step_ms) {
    ::poll(nullptr, 0, step_ms);
  }
  if (group_lives(group)) ::kill(-group, SIGKILL);
  for (auto at = setup.kept_fds.size(); at-- > 0;) ::close(setup.kept_fds[at]);
  ::_exit(0);
}

void wait_for(pid_t process) {
  while (::waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
  }
}

ChildEnd end_of(int status) {
  if (WIFSIGNALED(status)) return {.signal = WTERMSIG(status)};
  return {.exit_code = WEXITSTATUS(status)};
}

}  // namespace

ChildProcess::ChildProcess(const LaunchPlan& plan, const ChildSetup& setup) {
  // So that children of the program whose parent is gone are ours to wait for.
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  ExecWords words(plan);
  const StartPipes pipes{make_pipe(), make_pipe()};
  const auto parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(words, setup, pipes, parent);
  const int fork_failed = errno;
  ::close(pipes.go.read);
  ::close(pipes.failure.write);
  if (pid_ < 0) {
    ::close(pipes.go.write);
    ::close(pipes.failure.read);
    fail_call("cannot make a process", fork_failed);
  }
  ::setpgid(pid_, pid_);  // whoever is first; the guard needs the group
  const bool is_guarded = start_guard(setup);
  if (is_guarded) {
    const char go = 'g';
    const auto written = ::write(pipes.go.write, &go, 1);
    static_cast<void>(written);
  }
  ::close(pipes.go.write);
  int number = 0;
  const auto count = ::read(pipes.failure.read, &number, sizeof number);
  ::close(pipes.failure.read);
  if (is_guarded && count != sizeof number) return;
  while (!is_gone()) ::poll(nullptr, 0, 1);
  if (!is_guarded) throw Failure(Errc::io, "cannot make a process to guard the connector");
  fail_call("cannot start " + plan.program.string(), number);
}

// False when there can be none: better no program than one that nobody guards.
bool ChildProcess::start_guard(const ChildSetup& setup) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
  auto kept = setup.kept_fds;
  kept.push_back(ends[0]);
  std::ranges::sort(kept);
  guard_ = ::fork();
  if (guard_ == 0) {
    ::close(ends[1]);
    guard(ends[0], pid_, setup, kept);
  }
  ::close(ends[0]);
  guard_pipe_ = ends[1];
  return guard_ > 0;
}

ChildProcess::~ChildProcess() {
  while (!is_gone()) {
    send(SIGKILL);
    ::poll(nullptr, 0, 1);
  }
}

void ChildProcess::send(int signal) const noexcept {
  if (!is_gone_) ::kill(-pid_, signal);
}

const std::optional<ChildEnd>& ChildProcess::end() {
  collect();
  return end_;
}

bool ChildProcess::is_gone() {
  collect();
  return is_gone_;
}

void ChildProcess::collect() {
  while (!is_gone_) {
    int status = 0;
    const auto who = ::waitpid(-pid_, &status, WNOHANG);
    if (who == pid_) end_ = end_of(status);
    if (who > 0 || (who < 0 && errno == EINTR)) continue;
    if (who == 0) return;  // some live
    is_gone_ = true;
    if (guard_pipe_ < 0) return;
    const char word = 'e';
    const auto written = ::write(guard_pipe_, &word, 1);
    static_cast<void>(written);
    ::close(guard_pipe_);
    if (guard_ > 0) wait_for(guard_);
  }
}

}  // namespace sluice::launch
