// SPDX-License-Identifier: Apache-2.0
#pragma once

// Another program, run to its end.
//
// It has no standard input. Without a deadline it stays in this program's process group, so that
// an interrupt from the terminal ends both; with one it has a group of its own, which is killed
// with all that it started. Safe to use from any thread.

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace sluice {

struct ProgramRun {
  std::vector<std::string> words;         // the program, found on the PATH, and its arguments
  std::vector<std::string> environment;   // `NAME=value`, instead of what this program has there
  std::filesystem::path folder;           // where it runs; empty: here. Requires: a program with a
                                          // slash is absolute when this is given
  bool takes_output = false;              // else it writes to this program's standard output
  std::chrono::milliseconds deadline{0};  // 0: none
  std::size_t bytes_max = 1'048'576;      // of its output, and of its errors
};

struct ProgramEnd {
  int exit_code = 0;   // 128+n after signal n; 127 when it could not be started
  std::string errors;  // what it wrote on standard error; what is over the limit is left out
  std::string output;
  bool is_late = false;      // it was killed at its deadline
  bool is_too_much = false;  // it was killed for its output, which is over the limit
};

// Throws: `io` when no process can be made.
[[nodiscard]] ProgramEnd run_program(const ProgramRun& run);

}  // namespace sluice
