// SPDX-License-Identifier: Apache-2.0
#pragma once

// One file that is followed. Only for tail.cpp and tail_look.cpp.

#include "common/tail/tail.hpp"

namespace sluice::common {

struct Tail::File {
  FileState state;
  ReadFile file;
  std::uint64_t size = 0;
  std::int64_t modified_ns = 0;
  Time changed_at;
  std::uint64_t scanned = 0;  // no delimiter from `state.offset` to here; a record too large
  bool at_end = false;        // nothing more to read until it grows
  bool group_taken = false;   // nor complete lines that wait for the next record
  bool rest_taken = false;    // nor a half line
  bool doubtful = true;       // its first bytes are compared before it is read
  bool named = false;         // a pattern has it, seen by this scan
  bool rotated = false;       // it has lost its name

  [[nodiscard]] bool read_through() const { return state.offset >= size; }
  void has_more() { at_end = group_taken = rest_taken = false; }
};

}  // namespace sluice::common
