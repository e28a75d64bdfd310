// SPDX-License-Identifier: Apache-2.0
#pragma once

// What becomes of a response: one record when it is whole, or records as its parts come.

#include <functional>
#include <optional>

#include "charset.hpp"
#include "record_layout.hpp"
#include "splitter.hpp"
#include "transfer.hpp"

namespace sluice::http {

// The error that a status of 400 and more is, unless such responses are wanted.
[[nodiscard]] std::optional<Error> status_error(const ResponseHead& head, ErrorStatus policy);
// How long the server wants us to wait: its Retry-After, at most an hour.
[[nodiscard]] std::chrono::milliseconds retry_after(const ResponseHead& head);
// The character set that a response is read in: the user's, or else its own.
[[nodiscard]] std::string charset_for(const HttpOptions& options, const ResponseHead& head);

// A whole response, kept up to `max_body_size`.
class WholeResponse final : public Receiver {
 public:
  explicit WholeResponse(const HttpOptions& options) : options_(options) {}

  Outcome<Done> on_head(const ResponseHead& head) override;
  Outcome<Done> on_data(std::string_view bytes) override;

  // Requires: the response ended without an error.
  [[nodiscard]] std::string record() const;
  [[nodiscard]] std::chrono::milliseconds wait() const { return retry_after(head_); }

 private:
  const HttpOptions& options_;
  ResponseHead head_;
  std::string body_;
};

// A response that is a stream of records.
class StreamedResponse final : public Receiver {
 public:
  // `last_event_id`: where server-sent events go on. `opened` is called when the stream is there.
  StreamedResponse(const HttpOptions& options, SourceContext& stream, std::string last_event_id,
                   std::function<void()> opened);

  Outcome<Done> on_head(const ResponseHead& head) override;
  Outcome<Done> on_data(std::string_view bytes) override;
  // The response ended: whole, or cut off in the middle.
  Outcome<Done> ended(bool cleanly);

  [[nodiscard]] const std::string& last_event_id() const { return last_event_id_; }
  [[nodiscard]] std::chrono::milliseconds wait() const;
  // The server says that there is and will be nothing (204 of server-sent events).
  [[nodiscard]] bool over() const { return over_; }

 private:
  Outcome<Done> split(std::string_view text);
  Outcome<Done> split_events(std::string_view text);

  const HttpOptions& options_;
  SourceContext& stream_;
  std::string last_event_id_;
  std::function<void()> opened_;
  bool over_ = false;
  std::chrono::milliseconds wait_{0};
  std::string text_;
  std::optional<TextDecoder> decoder_;
  std::optional<RecordLayout> layout_;
  std::optional<DelimiterSplitter> lines_;
  std::optional<SseParser> events_;
};

}  // namespace sluice::http
