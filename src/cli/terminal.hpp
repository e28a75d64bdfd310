// SPDX-License-Identifier: Apache-2.0
#pragma once

// Standard output and standard error: whole writes, colours and a progress line where a person
// is looking, and nothing of that where a program is.
//
// Colours need a terminal and an unset (or empty) NO_COLOR; progress needs a terminal.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::cli {

[[nodiscard]] bool stdin_is_terminal();
[[nodiscard]] bool stdout_is_terminal();
[[nodiscard]] bool stderr_is_terminal();
// Columns of the terminal on standard output; 100 when there is none.
[[nodiscard]] std::size_t terminal_columns();

// False when nobody reads any more (`| head`). Throws: `io`, `no_space`.
[[nodiscard]] bool write_stdout(std::string_view text);
// For what is printed once at the end: a closed pipe is no error.
void print(std::string_view text);
// What cannot be written is dropped: there is nowhere left to say so.
void write_stderr(std::string_view text);
// True when standard output is a pipe that nobody reads any more.
[[nodiscard]] bool stdout_is_closed();

class Paint {
 public:
  [[nodiscard]] static Paint of_stdout();
  [[nodiscard]] static Paint of_stderr();
  explicit Paint(bool on) : on_(on) {}

  [[nodiscard]] bool on() const noexcept { return on_; }

  [[nodiscard]] std::string bold(std::string_view text) const { return in("1", text); }
  [[nodiscard]] std::string dim(std::string_view text) const { return in("2", text); }
  [[nodiscard]] std::string red(std::string_view text) const { return in("1;31", text); }

 private:
  [[nodiscard]] std::string in(std::string_view code, std::string_view text) const;
  bool on_;
};

// One line on standard error that is written over and over while work goes on, at most ten
// times a second. Silent unless standard error is a terminal. Not thread-safe.
class Progress {
 public:
  Progress();
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // True when it is time for the next line: make the text only then.
  [[nodiscard]] bool due();
  void show(std::string_view text);
  // Takes the line away, so that others can write.
  void clear();

 private:
  bool on_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

}  // namespace sluice::cli
