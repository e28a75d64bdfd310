// SPDX-License-Identifier: Apache-2.0
#pragma once

// Cuts a stream of text into records: at a delimiter, or as server-sent events.
//
// Both hold at most one unfinished record, of at most `bytes_max`; a longer one is `too_large`.
// Feed, then take until there is none; views are valid until the next `feed`.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <sluice/outcome.hpp>

namespace sluice::http {

class DelimiterSplitter {
 public:
  // Requires: a delimiter.
  DelimiterSplitter(std::string delimiter, std::size_t bytes_max);

  void feed(std::string_view text);
  // The text before the next delimiter; it may be empty.
  [[nodiscard]] Outcome<std::optional<std::string_view>> next();
  // What is behind the last delimiter.
  [[nodiscard]] std::string_view tail() const { return std::string_view(buffer_).substr(begin_); }

 private:
  std::string delimiter_;
  std::size_t bytes_max_;
  std::string buffer_;
  std::size_t begin_ = 0;     // of the unfinished record
  std::size_t searched_ = 0;  // no delimiter begins before this
};

struct SseEvent {
  std::string_view data;
  std::string_view id;  // the last that the server gave; empty: none
};

class SseParser {
 public:
  // `last_id` is where the stream goes on from.
  SseParser(std::size_t bytes_max, std::string last_id);

  void feed(std::string_view text);
  [[nodiscard]] Outcome<std::optional<SseEvent>> next();
  // How long the server wants a client to wait before it connects again.
  [[nodiscard]] std::optional<std::chrono::milliseconds> retry() const { return retry_; }

 private:
  [[nodiscard]] std::optional<std::string_view> next_line();
  // True when an event is complete.
  bool take_line(std::string_view line);
  void take_field(std::string_view name, std::string_view value);

  std::size_t bytes_max_;
  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t searched_ = 0;
  bool skip_line_feed_ = false;  // of a CR LF that was cut in half
  std::string data_;
  std::string event_data_;
  std::string id_;
  std::string event_id_;
  bool has_data_ = false;
  std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace sluice::http
