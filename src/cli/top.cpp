// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "cli/control_client.hpp"
#include "cli/listing.hpp"
#include "cli/stop_signal.hpp"
#include "cli/terminal.hpp"
#include "cli/top_table.hpp"
#include "cli/verbs.hpp"

namespace sluice::cli {
namespace {

struct TopOptions {
  std::chrono::milliseconds interval{1'000};
  bool once = false;
  OutputOptions output;
};

}  // namespace
}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::TopOptions> {
  using O = sluice::cli::TopOptions;
  static constexpr auto rows = std::tuple{
      option<&O::interval>("interval", "Time between two looks.")
          .bare_number_unit(std::chrono::seconds{1})
          .at_least(std::chrono::milliseconds{100}),
      option<&O::once>("once", "Look once and end; rates are then those since the start."),
      option_group<&O::output>(),
  };
};

namespace sluice::cli {
namespace {

using std::chrono::milliseconds;

// Single keys without an echo, on a screen of its own, both given back at the end.
class FullScreen {
 public:
  FullScreen() : keys_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
    if (keys_) {
      auto raw = before_;
      raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
      ::tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    }
    print("\033[?1049h\033[?25l");
  }
  ~FullScreen() {
    print("\033[?25h\033[?1049l");
    if (keys_) ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
  }
  FullScreen(const FullScreen&) = delete;
  FullScreen& operator=(const FullScreen&) = delete;

  static void show(const std::string& text) {
    std::string out = "\033[H";
    for (const char c : text) out.append(c == '\n' ? "\033[K\n" : std::string(1, c));
    print(out + "\033[J");
  }
  [[nodiscard]] bool has_keys() const { return keys_; }

 private:
  termios before_{};
  bool keys_;
};

// Lines as wide as the terminal: a long error must not break the table.
std::string cut_lines(const std::string& text, std::size_t columns) {
  std::string out;
  std::size_t column = 0;
  bool escape = false;  // colours have no width
  for (const char c : text) {
    if (c == '\n') column = 0;
    if (c == '\033') escape = true;
    const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
    if (c != '\n' && !escape && !continues) ++column;
    if (column <= columns) out += c;
    if (escape && c == 'm') escape = false;
  }
  return out;
}

// False when the user wants no more.
bool pause(const StopSignal& stop, milliseconds interval, bool has_keys) {
  const auto until = std::chrono::steady_clock::now() + interval;
  while (!stop.requested()) {
    const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return true;
    std::array<pollfd, 2> fds{
        {{.fd = stop.fd(), .events = POLLIN, .revents = 0},
         {.fd = has_keys ? STDIN_FILENO : -1, .events = POLLIN, .revents = 0}}};
    ::poll(fds.data(), fds.size(), static_cast<int>(left.count()));
    if (fds[1].revents == 0) continue;
    char key = 0;
    if (::read(STDIN_FILENO, &key, 1) != 1) {
      has_keys = false;
    } else if (key == 'q' || key == 'Q') {
      return false;
    }
  }
  return false;
}

Listing look(TopTable& table) {
  const auto connectors = local_connectors();
  return table.next(connectors, std::chrono::system_clock::now());
}

int follow_on_terminal(const TopOptions& options) {
  const StopSignal stop;
  const FullScreen screen;
  TopTable table;
  do {
    FullScreen::show(cut_lines(
        look(table).table(Paint::of_stdout().on()) + "\n" + Paint::of_stdout().dim("q quits"),
        terminal_columns()));
  } while (pause(stop, options.interval, screen.has_keys()));
  return 0;
}

// For files and other programs: one table, or one JSON document a line, after the other.
int follow_plainly(const TopOptions& options) {
  const StopSignal stop;
  TopTable table;
  const bool json = options.output.output == OutputFormat::json;
  do {
    const auto listing = look(table);
    if (!write_stdout(json ? listing.json() + "\n" : listing.table() + "\n")) return 0;
  } while (pause(stop, options.interval, false));
  return 0;
}

int run_top(const TopOptions& options) {
  if (options.once) {
    TopTable table;
    print(look(table), options.output);
    return 0;
  }
  const bool terminal = stdout_is_terminal() && options.output.output == OutputFormat::table;
  return terminal ? follow_on_terminal(options) : follow_plainly(options);
}

}  // namespace

const Verb top = make_verb<&run_top>(
    "top", "Shows the connectors that run on this machine, live: state, rates, lag, errors.",
    "sluice top\n"
    "sluice top --once --output json");

}  // namespace sluice::cli
