// SPDX-License-Identifier: Apache-2.0
#include "splitter.hpp"

#include <algorithm>
#include <charconv>

namespace sluice::http {
namespace {

Error over_limit(std::size_t bytes_max) {
  return {Errc::too_large,
          "a record of the stream has more than " + std::to_string(bytes_max) +
              " bytes: raise --max-record-size, or check the delimiter",
          {}};
}

// Makes room: what was taken is dropped before more comes.
void drop_taken(std::string& buffer, std::size_t& begin, std::size_t& searched) {
  buffer.erase(0, begin);
  searched -= begin;
  begin = 0;
}

}  // namespace

DelimiterSplitter::DelimiterSplitter(std::string delimiter, std::size_t bytes_max)
    : delimiter_(std::move(delimiter)), bytes_max_(bytes_max) {}

void DelimiterSplitter::feed(std::string_view text) {
  drop_taken(buffer_, begin_, searched_);
  buffer_ += text;
}

Outcome<std::optional<std::string_view>> DelimiterSplitter::next() {
  const std::size_t found = buffer_.find(delimiter_, searched_);
  const std::size_t end = found == std::string::npos ? buffer_.size() : found;
  if (end - begin_ > bytes_max_) return over_limit(bytes_max_);
  if (found == std::string::npos) {
    // A delimiter of several bytes may have begun already.
    searched_ = std::max(begin_, buffer_.size() - std::min(buffer_.size(), delimiter_.size() - 1));
    return std::optional<std::string_view>{};
  }
  const auto record = std::string_view(buffer_).substr(begin_, found - begin_);
  begin_ = searched_ = found + delimiter_.size();
  return std::optional(record);
}

SseParser::SseParser(std::size_t bytes_max, std::string last_id)
    : bytes_max_(bytes_max), id_(std::move(last_id)) {}

void SseParser::feed(std::string_view text) {
  drop_taken(buffer_, begin_, searched_);
  buffer_ += text;
}

Outcome<std::optional<SseEvent>> SseParser::next() {
  while (const auto line = next_line()) {
    const bool complete = take_line(*line);
    if (data_.size() > bytes_max_) return over_limit(bytes_max_);
    if (!complete) continue;
    event_data_.swap(data_);
    data_.clear();
    has_data_ = false;
    event_id_ = id_;
    return std::optional(SseEvent{.data = event_data_, .id = event_id_});
  }
  if (buffer_.size() - begin_ > bytes_max_) return over_limit(bytes_max_);
  return std::optional<SseEvent>{};
}

// A line ends with LF, CR, or both.
std::optional<std::string_view> SseParser::next_line() {
  if (skip_line_feed_ && begin_ < buffer_.size()) {
    if (buffer_[begin_] == '\n') ++begin_;
    searched_ = std::max(searched_, begin_);
    skip_line_feed_ = false;
  }
  const std::size_t end = buffer_.find_first_of("\r\n", searched_);
  if (end == std::string::npos) {
    searched_ = buffer_.size();
    return std::nullopt;
  }
  const auto line = std::string_view(buffer_).substr(begin_, end - begin_);
  skip_line_feed_ = buffer_[end] == '\r';
  begin_ = searched_ = end + 1;
  return line;
}

bool SseParser::take_line(std::string_view line) {
  if (line.empty()) return has_data_;
  const auto colon = line.find(':');
  if (colon == 0) return false;  // a comment
  std::string_view value = colon == std::string_view::npos ? "" : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  take_field(line.substr(0, colon), value);
  return false;
}

void SseParser::take_field(std::string_view name, std::string_view value) {
  if (name == "data") {
    if (has_data_) data_ += '\n';
    data_ += value;
    has_data_ = true;
  } else if (name == "id" && value.find('\0') == std::string_view::npos) {
    id_ = value;
  } else if (name == "retry" && !value.empty() &&
             value.find_first_not_of("0123456789") == std::string_view::npos) {
    std::uint32_t pause = 0;
    const auto read = std::from_chars(value.data(), value.data() + value.size(), pause);
    if (read.ec == std::errc{}) retry_ = std::chrono::milliseconds(pause);
  }
}

}  // namespace sluice::http
