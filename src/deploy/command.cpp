// SPDX-License-Identifier: Apache-2.0
#include "deploy/command.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.hpp"
#include "sluice/error.hpp"

namespace sluice::deploy {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kept_bytes_max = 16U * 1024 * 1024;

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) {
      throw Failure(Errc::io, std::string("cannot make a pipe: ") + std::strerror(errno));
    }
  }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] int reader() const noexcept { return ends_[0]; }
  [[nodiscard]] int writer() const noexcept { return ends_[1]; }
  void close_reader() { close_end(ends_[0]); }
  void close_writer() { close_end(ends_[1]); }

 private:
  static void close_end(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

struct Pipes {
  Pipe input, output, errors;
};

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> out;
  for (auto& word : words) out.push_back(word.data());
  out.push_back(nullptr);
  return out;
}

// The child, or a negative errno.
pid_t start(const Command& command, const Pipes& pipes) {
  auto words = command.words;
  auto environment = command.environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  auto word_pointers = pointers(words);
  auto environment_pointers = pointers(environment);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, pipes.input.reader(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, pipes.output.writer(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, pipes.errors.writer(), STDERR_FILENO);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, words.front().c_str(), &actions, nullptr,
                                    word_pointers.data(), environment_pointers.data());
  ::posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? child : -failed;
}

// False at the end.
bool read_some(int fd, std::string& out) {
  std::array<char, 65'536> piece{};
  const auto count = ::read(fd, piece.data(), piece.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  if (out.size() < kept_bytes_max) out.append(piece.data(), static_cast<std::size_t>(count));
  return count > 0;
}

void write_some(Pipe& pipe, std::string_view& left) {
  const auto count = ::write(pipe.writer(), left.data(), left.size());
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count < 0) left = {};  // it does not want more: its exit code says whether that is right
  if (count > 0) left.remove_prefix(static_cast<std::size_t>(count));
  if (left.empty()) pipe.close_writer();
}

// Serves the pipes until both outputs are closed. False when the deadline is first.
bool serve(Pipes& pipes, std::string_view input, Clock::time_point deadline, CommandEnd& end) {
  ::fcntl(pipes.input.writer(), F_SETFL, O_NONBLOCK);
  if (input.empty()) pipes.input.close_writer();
  bool output = true;
  bool errors = true;
  while (output || errors) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    std::array<pollfd, 3> ready{
        {{.fd = output ? pipes.output.reader() : -1, .events = POLLIN, .revents = 0},
         {.fd = errors ? pipes.errors.reader() : -1, .events = POLLIN, .revents = 0},
         {.fd = pipes.input.writer(), .events = POLLOUT, .revents = 0}}};
    if (::poll(ready.data(), ready.size(), static_cast<int>(std::min<std::int64_t>(left, 60'000))) <= 0) continue;
    if (ready[0].revents != 0) output = read_some(pipes.output.reader(), end.output);
    if (ready[1].revents != 0) errors = read_some(pipes.errors.reader(), end.errors);
    if (ready[2].revents != 0) write_some(pipes.input, input);
  }
  return true;
}

int exit_code_of(pid_t child, Clock::time_point deadline) {
  int status = 0;
  bool killed = false;
  for (;;) {
    const auto got = ::waitpid(child, &status, killed ? 0 : WNOHANG);
    if (got == child) break;
    if (got < 0 && errno != EINTR) return 1;
    if (!killed && Clock::now() >= deadline) {
      ::kill(child, SIGKILL);
      killed = true;
    }
    if (!killed) ::poll(nullptr, 0, 2);
  }
  if (killed) return 124;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

CommandEnd run_command(const Command& command) {
  const auto deadline = Clock::now() + command.timeout;
  Pipes pipes;
  const auto child = start(command, pipes);
  if (child < 0) return {.exit_code = 127, .errors = std::strerror(-child)};
  pipes.input.close_reader();
  pipes.output.close_writer();
  pipes.errors.close_writer();
  CommandEnd end;
  const bool in_time = serve(pipes, command.input, deadline, end);
  if (!in_time) ::kill(child, SIGKILL);
  end.exit_code = exit_code_of(child, deadline);
  if (!in_time) end.exit_code = 124;
  return end;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) {
    if (!out.empty()) out += ' ';
    out += quote_if_needed(word);
  }
  return out;
}

std::string last_line(const std::string& text) {
  std::string_view out;
  for (const auto line : split(text, '\n')) {
    if (!trim(line).empty()) out = trim(line);
  }
  return out.empty() ? "no word of why" : std::string(out);
}

}  // namespace sluice::deploy
