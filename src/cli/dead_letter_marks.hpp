// SPDX-License-Identifier: Apache-2.0
#pragma once

// Which dead letters were replayed before, so that they are not sent again.
//
// A mark is the SHA-256 of a letter's text. Those of a file stand in `FILE.replayed`, a line each;
// those of a topic in the topic `TOPIC-replayed`, a record each. It is written after the record is
// in its topic: after a crash in between the record is sent twice, never not at all.

#include <cstdint>
#include <memory>
#include <set>
#include <span>
#include <string>

#include "cli/dead_letter_input.hpp"

namespace sluice::cli {

class LetterMarks {
 public:
  virtual ~LetterMarks() = default;
  [[nodiscard]] bool has(const std::string& mark) const { return marks_.contains(mark); }
  // Returns when they are durable. Throws: `Failure`.
  virtual void add(std::span<const std::string> marks) = 0;

 protected:
  std::set<std::string> marks_;
};

// With the marks that are there. `looks_only`: nothing is made, locked or added. Throws:
// `already_running` when another replay has the file, `io`, what the cluster fails with.
[[nodiscard]] std::unique_ptr<LetterMarks> open_marks(const LetterPlace& place, Client& client,
                                                      const StopSignal& stop, bool looks_only);
[[nodiscard]] std::string mark_of(const std::string& letter);

}  // namespace sluice::cli
