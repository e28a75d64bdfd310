// SPDX-License-Identifier: Apache-2.0
#include "cli/background.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/units.hpp"
#include "cli/failure.hpp"

namespace sluice::cli {
namespace {

// The first byte of what the new process says.
constexpr char is_ready = 'R';
constexpr char has_failed = 'F';

[[noreturn]] void fail_call(const std::string& what, int number) {
  throw Failure(number == EACCES || number == EROFS ? Errc::permission_denied : Errc::io,
                what + ": " + std::strerror(number));
}

int open_log(const std::filesystem::path& log) {
  constexpr std::uintmax_t bytes_max = 16'777'216;
  std::error_code ignored;
  if (std::filesystem::file_size(log, ignored) > bytes_max && !ignored) {
    std::filesystem::rename(log, log.string() + ".1", ignored);
  }
  const int fd = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
  if (fd < 0) fail_call("cannot open the log file " + log.string(), errno);
  return fd;
}

void say(int fd, const std::string& text) {
  const auto written = ::write(fd, text.data(), text.size());
  static_cast<void>(written);  // the other side has given up: nobody to tell
}

std::string packed(const Failure& failure) {
  const auto* hinted = dynamic_cast<const HintedFailure*>(&failure);
  std::string out{has_failed, static_cast<char>(failure.code())};
  out += failure.what();
  out += '\0';
  out += hinted != nullptr ? hinted->hint() : hint_for(failure.code());
  return out;
}

// What the starting program has open is not for a process that outlives it: a pipe that stays
// open would keep its reader waiting.
void close_all_but(int kept) {
  constexpr unsigned first = STDERR_FILENO + 1;
  const auto keep = static_cast<unsigned>(kept);
  if (keep > first) ::close_range(first, keep - 1, 0);
  ::close_range(keep + 1, ~0U, 0);
}

[[noreturn]] void run_detached(int log, int pipe, const std::function<void(StartedWith)>& work) {
  ::setsid();
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  close_all_but(pipe);
  try {
    work([pipe](const std::string& line) {
      say(pipe, is_ready + line);
      ::close(pipe);
    });
    ::_exit(0);
  } catch (const Failure& failure) {
    say(pipe, packed(failure));
    ::_exit(report(failure));
  } catch (const std::exception& other) {
    say(pipe, packed(Failure(Errc::internal, other.what())));
    ::_exit(1);
  }
}

// Everything until the other side closes. False when it takes too long.
bool read_all(int fd, std::chrono::milliseconds timeout, std::string& out) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd ready{.fd = fd, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, static_cast<int>(left.count())) <= 0) continue;
    std::array<char, 4096> piece{};
    const auto count = ::read(fd, piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return true;
    out.append(piece.data(), static_cast<std::size_t>(count));
  }
}

std::string unpacked(const std::string& said, const std::filesystem::path& log) {
  if (said.starts_with(is_ready)) return said.substr(1);
  if (said.size() > 2 && said.front() == has_failed) {
    const auto end = said.find('\0', 2);
    throw HintedFailure(static_cast<Errc>(said[1]), said.substr(2, end - 2),
                        end == std::string::npos ? "" : said.substr(end + 1));
  }
  throw HintedFailure(Errc::internal, "the server ended before it was ready",
                      "its last words are in " + log.string());
}

}  // namespace

std::string start_in_background(const std::filesystem::path& log, std::chrono::milliseconds timeout,
                                const std::function<void(StartedWith)>& work) {
  const int log_fd = open_log(log);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) fail_call("cannot make a pipe", errno);
  const auto child = ::fork();
  if (child < 0) fail_call("cannot make a process", errno);
  if (child == 0) {
    ::close(pipe[0]);
    run_detached(log_fd, pipe[1], work);
  }
  ::close(pipe[1]);
  ::close(log_fd);
  std::string said;
  const bool in_time = read_all(pipe[0], timeout, said);
  ::close(pipe[0]);
  if (!in_time) {
    ::kill(child, SIGTERM);
    throw HintedFailure(Errc::timed_out,
                        "the server was not ready after " + format_duration(timeout),
                        "what it did is in " + log.string());
  }
  return unpacked(said, log);
}

}  // namespace sluice::cli
