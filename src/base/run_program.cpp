// SPDX-License-Identifier: Apache-2.0
#include "base/run_program.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sluice/error.hpp"

namespace sluice {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read = -1;
  int write = -1;

  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
      throw Failure(Errc::io, std::string("cannot make a pipe: ") + std::strerror(errno));
    }
    read = ends[0];
    write = ends[1];
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    close_end(read);
    close_end(write);
  }
  static void close_end(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
};

// For C functions that take lists of words, ended by a null pointer.
std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (auto& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

// Each name once: programs differ in which of two they take.
std::vector<std::string> environment_of(const ProgramRun& run) {
  auto out = run.environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto name = text.substr(0, text.find('=') + 1);
    const bool is_given = std::ranges::any_of(
        run.environment, [&](const std::string& own) { return own.starts_with(name); });
    if (!is_given) out.emplace_back(text);
  }
  return out;
}

int exit_code_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// Milliseconds for poll(): -1 waits for ever.
int wait_ms(const std::optional<Clock::time_point>& until) {
  if (!until) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1'000'000'000));
}

// False at the end of the stream.
bool take_piece(int fd, std::string& text, std::size_t bytes_max) {
  std::array<char, 16'384> piece{};
  const auto count = ::read(fd, piece.data(), piece.size());
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) return false;
  // One byte more than allowed tells the reader that there was more.
  const auto room = bytes_max + 1 - std::min(text.size(), bytes_max + 1);
  text.append(piece.data(), std::min(static_cast<std::size_t>(count), room));
  return true;
}

// Reads both streams to their ends, or until the run is over its limits.
void read_streams(const ProgramRun& run, Pipe& output, Pipe& errors, ProgramEnd& end) {
  std::optional<Clock::time_point> until;
  if (run.deadline.count() > 0) until = Clock::now() + run.deadline;
  while (output.read >= 0 || errors.read >= 0) {
    std::array<pollfd, 2> fds{{{output.read, POLLIN, 0}, {errors.read, POLLIN, 0}}};
    const int ready = ::poll(fds.data(), fds.size(), wait_ms(until));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0) {
      end.is_late = true;
      return;
    }
    if (fds[0].revents != 0 && !take_piece(output.read, end.output, run.bytes_max)) {
      Pipe::close_end(output.read);
    }
    if (fds[1].revents != 0 && !take_piece(errors.read, end.errors, run.bytes_max)) {
      Pipe::close_end(errors.read);
    }
    if (end.output.size() > run.bytes_max) {
      end.is_too_much = true;
      return;
    }
  }
}

class SpawnActions {
 public:
  SpawnActions(const ProgramRun& run, const Pipe& output, const Pipe& errors) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (run.takes_output) {
      ::posix_spawn_file_actions_adddup2(&actions_, output.write, STDOUT_FILENO);
    }
    ::posix_spawn_file_actions_adddup2(&actions_, errors.write, STDERR_FILENO);
    if (!run.folder.empty()) {
      ::posix_spawn_file_actions_addchdir_np(&actions_, run.folder.c_str());
    }
    if (run.deadline.count() > 0) {
      ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP);
      ::posix_spawnattr_setpgroup(&attributes_, 0);
    }
  }
  SpawnActions(const SpawnActions&) = delete;
  SpawnActions& operator=(const SpawnActions&) = delete;
  ~SpawnActions() {
    ::posix_spawn_file_actions_destroy(&actions_);
    ::posix_spawnattr_destroy(&attributes_);
  }

  // 0, or an error number.
  [[nodiscard]] int spawn(pid_t& child, char* const* words, char* const* environment) const {
    return ::posix_spawnp(&child, words[0], &actions_, &attributes_, words, environment);
  }

 private:
  posix_spawn_file_actions_t actions_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

ProgramEnd run_program(const ProgramRun& run) {
  auto words = run.words;
  auto environment = environment_of(run);
  const auto word_pointers = pointers(words);
  const auto environment_pointers = pointers(environment);
  Pipe output;
  Pipe errors;
  pid_t child = 0;
  const int failed = SpawnActions(run, output, errors)
                         .spawn(child, word_pointers.data(), environment_pointers.data());
  Pipe::close_end(output.write);
  Pipe::close_end(errors.write);
  if (!run.takes_output) Pipe::close_end(output.read);
  if (failed != 0) {
    return {.exit_code = 127, .errors = words.front() + ": " + std::strerror(failed)};
  }
  ProgramEnd end;
  read_streams(run, output, errors, end);
  if (end.is_late || end.is_too_much) ::kill(run.deadline.count() > 0 ? -child : child, SIGKILL);
  end.exit_code = exit_code_of(child);
  if (end.errors.size() > run.bytes_max) end.errors.resize(run.bytes_max);
  if (end.output.size() > run.bytes_max) end.output.resize(run.bytes_max);
  return end;
}

}  // namespace sluice
