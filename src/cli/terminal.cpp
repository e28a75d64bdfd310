// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

// Writes everything; the error number that stopped it, or 0.
int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written >= 0) {
      text.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
      ::poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

bool wants_color(int fd) {
  const char* no_color = std::getenv("NO_COLOR");
  return ::isatty(fd) == 1 && (no_color == nullptr || *no_color == '\0');
}

}  // namespace

bool stdin_is_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}
bool stdout_is_terminal() {
  return ::isatty(STDOUT_FILENO) == 1;
}
bool stderr_is_terminal() {
  return ::isatty(STDERR_FILENO) == 1;
}

std::size_t terminal_columns() {
  winsize size{};
  const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40;
  return known ? size.ws_col : 100;
}

bool write_stdout(std::string_view text) {
  const int failed = write_all(STDOUT_FILENO, text);
  if (failed == EPIPE) return false;
  if (failed != 0) {
    throw Failure(failed == ENOSPC ? Errc::no_space : Errc::io,
                  std::string("cannot write to standard output: ") + std::strerror(failed));
  }
  return true;
}

void print(std::string_view text) {
  static_cast<void>(write_stdout(text));
}

void write_stderr(std::string_view text) {
  static_cast<void>(write_all(STDERR_FILENO, text));
}

bool stdout_is_closed() {
  pollfd state{.fd = STDOUT_FILENO, .events = 0, .revents = 0};
  return ::poll(&state, 1, 0) == 1 && (state.revents & (POLLERR | POLLNVAL)) != 0;
}

Paint Paint::of_stdout() {
  return Paint(wants_color(STDOUT_FILENO));
}
Paint Paint::of_stderr() {
  return Paint(wants_color(STDERR_FILENO));
}

std::string Paint::in(std::string_view code, std::string_view text) const {
  if (!on_) return std::string(text);
  std::string out = "\033[";
  out.append(code).append("m").append(text).append("\033[0m");
  return out;
}

Progress::Progress() : on_(stderr_is_terminal()), next_(std::chrono::steady_clock::now()) {
  next_ += std::chrono::milliseconds(300);  // quick work shows nothing
}

bool Progress::due() {
  if (!on_) return false;
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return false;
  next_ = now + std::chrono::milliseconds(100);
  return true;
}

void Progress::show(std::string_view text) {
  if (!on_) return;
  std::string line = "\r";
  line.append(text).append("\033[K");
  write_stderr(line);
  shown_ = true;
}

void Progress::clear() {
  if (shown_) write_stderr("\r\033[K");
  shown_ = false;
}

}  // namespace sluice::cli
