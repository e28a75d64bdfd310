// SPDX-License-Identifier: Apache-2.0
#pragma once

// Cuts text into records: lines, or groups of lines. Pure; copies nothing, a record is a part of
// the text. What has no end yet is left: the caller reads more and begins again there.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::common {

struct CutRules {
  std::string delimiter = "\n";  // never empty
  // When set, a record is a line for which it is true, and the lines behind it for which not.
  std::function<bool(std::string_view line)> begins_record;
};

// Places in the text: the record is [begin, end), the next one begins at `next`.
struct Cut {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t next = 0;
  std::uint64_t lines = 0;
  friend bool operator==(const Cut&, const Cut&) = default;
};

class RecordCutter {
 public:
  // `text` begins where a record begins. Both outlive the cutter.
  RecordCutter(const CutRules& rules, std::string_view text) : rules_(rules), text_(text) {}

  // The next record whose end is known.
  [[nodiscard]] std::optional<Cut> next();
  // After `next` found no more: what is left, as one record, without a half line and with it.
  [[nodiscard]] std::optional<Cut> complete_lines() const;
  [[nodiscard]] std::optional<Cut> everything() const;

 private:
  const CutRules& rules_;
  std::string_view text_;
  std::size_t begin_ = 0;    // of the record in work
  std::size_t line_ = 0;     // of the first line that was not looked at
  std::uint64_t lines_ = 0;  // between the two
};

// `\n`, `\r`, `\t`, `\0`, `\\` and `\xNN` in a delimiter as users write it. None: not well-formed.
[[nodiscard]] std::optional<std::string> unescaped(std::string_view text);

}  // namespace sluice::common
