// SPDX-License-Identifier: Apache-2.0
#pragma once

// What is remembered of the files that are read, and its text: compact JSON, the `Position` that
// the kit keeps. Pure.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sluice/outcome.hpp>

namespace sluice::common {

// A hash of the first bytes of a file. It tells another file that got the same inode, and a file
// that was emptied and written anew.
struct Fingerprint {
  static constexpr std::size_t bytes_max = 1024;
  std::uint32_t length = 0;  // how many bytes were hashed
  std::uint64_t hash = 0;

  // Of at most the first `bytes_max` of `head`.
  [[nodiscard]] static Fingerprint of(std::string_view head);
  // True when a file that begins with `head` can be this one, grown or not.
  [[nodiscard]] bool matches(std::string_view head) const;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

struct FileState {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  Fingerprint fingerprint;
  std::uint64_t offset = 0;  // everything in front of it was sent
  std::int64_t lines = 0;    // in front of it; -1 when they were never counted
  std::string path;
  // Of a file that is one record, when `offset` is its end: its time as it was read, ns since 1970
  // (0: not known), and whether it was sent, not refused nor there before the start.
  std::int64_t modified_ns = 0;
  bool sent = false;
  friend bool operator==(const FileState&, const FileState&) = default;
};

struct TailState {
  std::uint64_t number = 0;  // grows from position to position
  std::vector<FileState> files;
};

// {"v":1,"n":7,"files":[[device,inode,length,hash,offset,lines,"path"]]}; where it has one, with
// `modified_ns` and `sent` (0 or 1) behind the path.
void append_state_begin(std::string& out, std::uint64_t number);
void append_file_state(std::string& out, const FileState& file);
void append_state_end(std::string& out);
// Errors: `data_corrupt`.
[[nodiscard]] Outcome<TailState> parse_state(std::string_view text);

}  // namespace sluice::common
