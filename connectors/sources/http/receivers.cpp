// SPDX-License-Identifier: Apache-2.0
#include "receivers.hpp"

#include <algorithm>

#include "common/http/http_status.hpp"

namespace sluice::http {

std::optional<Error> status_error(const ResponseHead& head, ErrorStatus policy) {
  if (head.code < 400 || policy == ErrorStatus::send) return std::nullopt;
  std::string text = "the server answers " + common::status_text(head.code);
  text += "; it is tried again (--error-status send makes such answers records)";
  return Error{Errc::outside_unavailable, std::move(text), {}};
}

std::chrono::milliseconds retry_after(const ResponseHead& head) {
  return common::parse_retry_after(head.header("retry-after"))
      .value_or(std::chrono::milliseconds{0});
}

std::string charset_for(const HttpOptions& options, const ResponseHead& head) {
  return options.charset.empty() ? charset_of(head.header("content-type")) : options.charset;
}

// --- a whole response --------------------------------------------------------------------

Outcome<Done> WholeResponse::on_head(const ResponseHead& head) {
  head_ = head;
  if (auto error = status_error(head, options_.error_status)) return *std::move(error);
  return Done{};
}

Outcome<Done> WholeResponse::on_data(std::string_view bytes) {
  if (body_.size() + bytes.size() > options_.max_body_size.bytes) {
    return Error{Errc::too_large,
                 "the response has more than " + std::to_string(options_.max_body_size.bytes) +
                     " bytes: raise --max-body-size",
                 {}};
  }
  body_ += bytes;
  return Done{};
}

std::string WholeResponse::record() const {
  std::string text;
  TextDecoder decoder(charset_for(options_, head_));
  decoder.decode(body_, text);
  decoder.finish(text);
  RecordLayout layout(options_.output_parts, options_.output_type, head_);
  return std::string(layout.record(text));
}

// --- a stream ----------------------------------------------------------------------------

StreamedResponse::StreamedResponse(const HttpOptions& options, SourceContext& stream,
                                   std::string last_event_id, std::function<void()> opened)
    : options_(options),
      stream_(stream),
      last_event_id_(std::move(last_event_id)),
      opened_(std::move(opened)) {}

Outcome<Done> StreamedResponse::on_head(const ResponseHead& head) {
  wait_ = retry_after(head);
  if (auto error = status_error(head, options_.error_status)) return *std::move(error);
  const bool sse = options_.stream_format == StreamFormat::sse ||
                   (options_.stream_format == StreamFormat::automatic &&
                    media_type(head.header("content-type")) == "text/event-stream");
  // An EventSource stops at 204.
  over_ = head.code == 204 && (sse || !last_event_id_.empty());
  const std::size_t bytes_max = options_.max_record_size.bytes;
  if (sse) {
    events_.emplace(bytes_max, last_event_id_);
  } else {
    lines_.emplace(unescaped_delimiter(options_.delimiter), bytes_max);
  }
  decoder_.emplace(sse && options_.charset.empty() ? "utf-8" : charset_for(options_, head));
  layout_.emplace(options_.output_parts, options_.output_type, head);
  opened_();
  return Done{};
}

Outcome<Done> StreamedResponse::on_data(std::string_view bytes) {
  text_.clear();
  decoder_->decode(bytes, text_);
  return events_ ? split_events(text_) : split(text_);
}

Outcome<Done> StreamedResponse::split(std::string_view text) {
  lines_->feed(text);
  for (;;) {
    auto record = lines_->next();
    if (!record.ok()) return record.error();
    if (!record.value()) return Done{};
    stream_.send({.value = layout_->record(*record.value())});
  }
}

Outcome<Done> StreamedResponse::split_events(std::string_view text) {
  events_->feed(text);
  for (;;) {
    auto event = events_->next();
    if (!event.ok()) return event.error();
    if (!event.value()) return Done{};
    last_event_id_ = event.value()->id;
    std::optional<Position> position;
    if (!last_event_id_.empty()) position = Position{last_event_id_};
    stream_.send({.value = layout_->record(event.value()->data)}, std::move(position));
  }
}

Outcome<Done> StreamedResponse::ended(bool cleanly) {
  if (!lines_) return Done{};  // an event that is not complete comes again, or is none
  text_.clear();
  decoder_->finish(text_);
  if (auto done = split(text_); !done.ok()) return done;
  const std::string_view tail = lines_->tail();
  if (tail.empty()) return Done{};
  if (cleanly && options_.tail == Tail::send) {
    stream_.send({.value = layout_->record(tail)});
  } else {
    stream_.filtered("incomplete");
  }
  return Done{};
}

std::chrono::milliseconds StreamedResponse::wait() const {
  const auto wanted = events_ ? events_->retry() : std::nullopt;
  return std::max(wait_, wanted.value_or(std::chrono::milliseconds{0}));
}

}  // namespace sluice::http
