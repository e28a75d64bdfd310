// SPDX-License-Identifier: Apache-2.0
#pragma once

// Lines out of input that arrives in pieces, each with its number. Pure.
//
// Memory is bounded by the longest line allowed plus one piece; of a longer line only the fact
// is kept.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::cli {

struct Line {
  std::uint64_t number = 0;  // from 1
  std::string_view text;     // without the line feed
  bool too_long = false;     // then `text` is empty

  friend bool operator==(const Line&, const Line&) = default;
};

class LineSplitter {
 public:
  explicit LineSplitter(std::size_t line_bytes_max) : line_bytes_max_(line_bytes_max) {}

  // Ends the views of earlier lines.
  void feed(std::string_view piece);
  // The next whole line, if there is one.
  [[nodiscard]] std::optional<Line> next();
  // What is left at the end of the input: a last line without a line feed.
  [[nodiscard]] std::optional<Line> rest();

 private:
  [[nodiscard]] Line finished(std::string_view text);

  std::size_t line_bytes_max_;
  std::string buffer_;
  std::size_t begin_ = 0;    // of the line that comes next
  std::size_t scanned_ = 0;  // no line feed between `begin_` and here
  std::uint64_t number_ = 0;
  bool skipping_ = false;  // inside a line that is too long
};

}  // namespace sluice::cli
