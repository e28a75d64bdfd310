// SPDX-License-Identifier: Apache-2.0
#include "deploy/command.hpp"

#include "base/text.hpp"
#include "base/units.hpp"
#include "sluice/error.hpp"

namespace sluice::deploy {

ProgramEnd run_command(const std::vector<std::string>& words, std::chrono::milliseconds timeout) {
  constexpr std::size_t bytes_max = 16U * 1024 * 1024;
  return run_program(
      {.words = words, .takes_output = true, .deadline = timeout, .bytes_max = bytes_max});
}

std::string must_run(const std::vector<std::string>& words, std::chrono::milliseconds timeout) {
  auto end = run_command(words, timeout);
  if (end.is_late) {
    throw Failure(Errc::timed_out,
                  "`" + joined(words) + "` was not through after " + format_duration(timeout));
  }
  if (end.exit_code == 0) return std::move(end.output);
  throw Failure(Errc::io, "`" + joined(words) + "` failed: " + last_line(end.errors));
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
