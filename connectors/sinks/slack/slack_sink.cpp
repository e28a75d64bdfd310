// SPDX-License-Identifier: Apache-2.0
#include "slack_sink.hpp"

#include <sluice/connector/run.hpp>

namespace sluice::slack {

SlackSink::SlackSink(SlackOptions options)
    : options_(options),
      messages_(options),
      sender_(options.http, "sluice/slack-sink " + std::string(connector_info.version)) {}

void SlackSink::open(SinkContext& context) {
  context_ = &context;
  topic_ = context.topic();
  sender_.open(context);
}

// Its path is the secret: messages show scheme and host only.
common::HttpRequest SlackSink::request() const {
  return {.url = options_.webhook_url.reveal().reveal(),
          .headers = {{"Content-Type", "application/json; charset=utf-8"}},
          .may_be_cut = true};
}

void SlackSink::write(std::span<const SinkRecord> records) {
  for (std::size_t i = 0; i < records.size(); ++i) {
    try {
      post(records[i]);
    } catch (const Failure& failure) {
      throw PartialWrite(i, failure.error());
    }
    context_->written(i + 1);
  }
}

void SlackSink::post(const SinkRecord& record) {
  const auto message = messages_.message(topic_, record).value();
  auto asked = request();
  asked.body = message;
  sender_.send(asked, answer_error);
}

// An empty message: Slack says that it has no text (400), which only a good webhook does.
void SlackSink::check(CheckContext& check) {
  auto asked = request();
  asked.body = "{}";
  const auto response = sender_.ask(asked, check);
  const auto error = answer_error(response, common::shown_request(asked));
  if (error && response.status != 400) throw Failure(*error);
  check.found(common::shown_request(asked) + " takes messages; none was posted");
}

}  // namespace sluice::slack
