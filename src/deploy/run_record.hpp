// SPDX-License-Identifier: Apache-2.0
#pragma once

// `run.json`: what the supervisor of a local deployment last said about its connector.
//
// Only the lock says whether the supervisor lives; this file says how it went, and stays behind
// when it ends. Pure but for `read` and `write`.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice::deploy {

enum class RunState : std::uint8_t {
  starting,  // the first start is under way
  running,   // the program runs
  waiting,   // it ended, and is started again after a while
  draining,  // it was told to stop
  stopped,   // it was told to stop, and has
  finished,  // it ended by itself, with nothing left to do
  failed,    // it ended, and starting it again would not help
};
[[nodiscard]] std::string_view name_of(RunState state);

struct RunRecord {
  RunState state = RunState::starting;
  std::uint64_t generation = 0;  // of the deployment that it runs
  std::uint64_t restarts = 0;
  std::int64_t pid = 0;          // of the program, for people
  std::string started;           // UTC; the program's last start
  std::optional<int> exit_code;  // of its last end
  std::string ended;             // UTC
  std::string reason;            // why it ended, as a sentence

  friend bool operator==(const RunRecord&, const RunRecord&) = default;
};

[[nodiscard]] std::string run_record_json(const RunRecord& record);
[[nodiscard]] Result<RunRecord> parse_run_record(std::string_view text);

// Nothing when there is none. Throws: `data_corrupt` with the file's name, `io`.
[[nodiscard]] std::optional<RunRecord> read_run_record(const std::filesystem::path& file);
void write_run_record(const std::filesystem::path& file, const RunRecord& record);

}  // namespace sluice::deploy
