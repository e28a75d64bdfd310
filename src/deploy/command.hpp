// SPDX-License-Identifier: Apache-2.0
#pragma once

// Another program, run to its end with a deadline: kubectl, docker, systemctl, a connector's own
// check. What it says is kept, up to a limit.

#include <chrono>
#include <string>
#include <vector>

namespace sluice::deploy {

struct Command {
  std::vector<std::string> words;  // the program, found on the PATH, and its arguments
  std::string input;               // on its standard input
  std::chrono::milliseconds timeout{60'000};
  std::vector<std::string> environment;  // `NAME=value`, besides ours
};
struct CommandEnd {
  int exit_code = 0;  // 128+n after signal n; 127 when it could not be started; 124 after the deadline
  std::string output;
  std::string errors;
};

// A program that is not through by the deadline is killed. Throws: `io` when no process can be made.
[[nodiscard]] CommandEnd run_command(const Command& command);

// For a message: the words as a shell would take them.
[[nodiscard]] std::string joined(const std::vector<std::string>& words);
// The last line that says something, or `no word of why`.
[[nodiscard]] std::string last_line(const std::string& text);

}  // namespace sluice::deploy
