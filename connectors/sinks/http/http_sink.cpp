// SPDX-License-Identifier: Apache-2.0
#include "http_sink.hpp"

#include "request_parts.hpp"

namespace sluice::http_sink {

HttpSink::HttpSink(HttpSinkOptions options)
    : options_(std::move(options)),
      rules_{.accept = options_.accept_status,
             .retry = options_.retry_status,
             .reject = options_.reject_status},
      sender_(options_.http, options_.user_agent) {}

void HttpSink::open(SinkContext& context) {
  context_ = &context;
  topic_ = context.topic();
  sender_.open(context);
}

common::HttpRequest HttpSink::request(std::string method) const {
  return {.method = std::move(method),
          .url = options_.endpoint.reveal(),
          .shown = common::shown_url(options_.endpoint),
          .follow_redirects = options_.follow_redirects,
          .may_be_cut = true};
}

void HttpSink::write(std::span<const SinkRecord> records) {
  if (options_.body == Body::record) return write_each(records);
  write_batch(records);
}

void HttpSink::write_each(std::span<const SinkRecord> records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    try {
      send(records.subspan(i, 1), records[i].value);
    } catch (const Failure& failure) {
      throw PartialWrite(i, failure.error());
    }
    context_->written(i + 1);
  }
}

// Up to the first record that is not what the body takes; the kit decides about that one.
void HttpSink::write_batch(std::span<const SinkRecord> records) {
  const auto body = batch_body(options_.body, records);
  if (body.records > 0) send(records.first(body.records), body.bytes);
  if (body.problem) throw PartialWrite(body.records, *body.problem);
}

void HttpSink::send(std::span<const SinkRecord> records, std::string_view body) {
  auto asked = request(options_.method);
  asked.headers = request_headers(options_, topic_, records);
  asked.body = body;
  sender_.send(asked, rules_);
}

// Nothing is sent that could be taken for a record.
void HttpSink::check(CheckContext& check) {
  auto asked = request("OPTIONS");
  asked.headers = options_.headers;
  const auto response = sender_.ask(asked, check);
  const auto errc = common::errc_of_status(response.status);
  if (errc == Errc::permission_denied || errc == Errc::outside_unavailable) {
    throw Failure(*common::status_error(response, common::shown_request(asked)));
  }
  check.found(asked.shown + " answers OPTIONS with " + common::status_text(response.status) + "; " +
              options_.method + " itself is not sent");
}

}  // namespace sluice::http_sink
