// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is committed: how far the newest file counts, and which offsets are in it and in the
// files before it. One line of text for each batch, appended and synced after the data.
//
// A line has a checksum, so a line that was cut by a crash is seen and does not count; the one
// before it does. The log is begun anew, with its last line only, when it has grown.

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <sluice/outcome.hpp>
#include <sluice/types.hpp>

namespace sluice::file {

struct Commit {
  std::string topic;
  std::uint64_t file_number = 0;  // 0: no file yet
  std::uint64_t file_bytes = 0;   // of this file; what is behind them does not count
  std::uint64_t file_records = 0;
  std::chrono::milliseconds file_begun{0};  // since 1970
  std::map<PartitionId, Offset> offsets;    // the last of each partition

  friend bool operator==(const Commit&, const Commit&) = default;
};

// One line, with its line feed.
[[nodiscard]] std::string format_commit(const Commit& commit);

struct CommitHistory {
  Commit last;            // of the whole lines
  std::size_t bytes = 0;  // of the whole lines
  bool found = false;     // there was one
};
// Errors: `data_corrupt` when a line is broken that is not the last.
[[nodiscard]] Outcome<CommitHistory> parse_commits(std::string_view text);

}  // namespace sluice::file
