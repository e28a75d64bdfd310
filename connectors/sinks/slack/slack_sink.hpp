// SPDX-License-Identifier: Apache-2.0
#pragma once

// Topic -> messages in a Slack channel, one a record, in order.
//
// A record counts when Slack has answered 2xx for it. Slack knows no idempotency keys, so a record
// whose answer was lost is posted again.

#include <string>

#include <sluice/connector/sink.hpp>

#include "common/http/http_sender.hpp"
#include "message.hpp"
#include "slack_options.hpp"

namespace sluice::slack {

class SlackSink final : public Sink {
 public:
  explicit SlackSink(SlackOptions options);

  void open(SinkContext& context) override;
  void write(std::span<const SinkRecord> records) override;
  void check(CheckContext& check) override;

 private:
  void post(const SinkRecord& record);
  [[nodiscard]] common::HttpRequest request() const;

  SlackOptions options_;
  MessageMaker messages_;
  common::HttpSender sender_;
  SinkContext* context_ = nullptr;
  std::string topic_;
};

}  // namespace sluice::slack
