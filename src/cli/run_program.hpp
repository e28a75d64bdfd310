// SPDX-License-Identifier: Apache-2.0
#pragma once

// Another program, run to its end.

#include <string>
#include <vector>

namespace sluice::cli {

struct ProgramRun {
  std::vector<std::string> words;        // the program, found on the PATH, and its arguments
  std::vector<std::string> environment;  // `NAME=value`, besides what this program has
};
struct ProgramEnd {
  int exit_code = 0;   // 128+n after signal n; 127 when it could not be started
  std::string errors;  // what it wrote on standard error
};

// It has no standard input, and this program's standard output. Throws: `io` when no process can be
// made.
[[nodiscard]] ProgramEnd run_program(const ProgramRun& run);

}  // namespace sluice::cli
