// SPDX-License-Identifier: Apache-2.0
#include "cli/line_splitter.hpp"

#include <utility>

namespace sluice::cli {

void LineSplitter::feed(std::string_view piece) {
  buffer_.erase(0, begin_);
  scanned_ -= begin_;
  begin_ = 0;
  buffer_ += piece;
}

Line LineSplitter::finished(std::string_view text) {
  const bool too_long = std::exchange(skipping_, false) || text.size() > line_bytes_max_;
  return {++number_, too_long ? std::string_view() : text, too_long};
}

std::optional<Line> LineSplitter::next() {
  const auto feed_at = buffer_.find('\n', scanned_);
  if (feed_at != std::string::npos) {
    const auto text = std::string_view(buffer_).substr(begin_, feed_at - begin_);
    begin_ = scanned_ = feed_at + 1;
    return finished(text);
  }
  if (buffer_.size() - begin_ > line_bytes_max_) {
    skipping_ = true;
    begin_ = buffer_.size();
  }
  scanned_ = buffer_.size();
  return std::nullopt;
}

std::optional<Line> LineSplitter::rest() {
  const auto text = std::string_view(buffer_).substr(begin_);
  begin_ = scanned_ = buffer_.size();
  if (text.empty() && !skipping_) return std::nullopt;
  return finished(text);
}

}  // namespace sluice::cli
