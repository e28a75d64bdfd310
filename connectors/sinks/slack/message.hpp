// SPDX-License-Identifier: Apache-2.0
#pragma once

// A record as a message for Slack, and what Slack's answers mean. Pure.
// https://api.slack.com/messaging/webhooks, https://api.slack.com/reference/surfaces/formatting

#include <optional>
#include <string>
#include <string_view>

#include <sluice/connector/sink.hpp>
#include <sluice/outcome.hpp>

#include "common/http/http_status.hpp"
#include "common/text_template/text_template.hpp"
#include "slack_options.hpp"

namespace sluice::slack {

inline constexpr std::size_t text_chars_max = 40'000;  // what is longer Slack cuts off

class MessageMaker {
 public:
  explicit MessageMaker(SlackOptions options);
  // The JSON that is posted. Errors: `malformed` (not UTF-8, no JSON object, no text), and
  // `record_too_large`.
  [[nodiscard]] Outcome<std::string> message(std::string_view topic,
                                             const SinkRecord& record) const;

 private:
  [[nodiscard]] Outcome<std::string> text(std::string_view topic, const SinkRecord& record) const;

  SlackOptions options_;
  common::TextTemplate template_;
};

// `&amp;`, `&lt;`, `&gt;`.
[[nodiscard]] std::string escaped(std::string_view text);
[[nodiscard]] std::size_t characters(std::string_view text);
// The first `most` characters, the last of them `…` when there were more.
[[nodiscard]] std::string cut(std::string_view text, std::size_t most);

// The error that an answer is, if it is one. What concerns the webhook or its channel stops the
// sink: it would be the same for all records.
[[nodiscard]] std::optional<Error> answer_error(const common::HttpResponse& response,
                                                std::string_view what);

}  // namespace sluice::slack
