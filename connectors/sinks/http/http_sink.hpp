// SPDX-License-Identifier: Apache-2.0
#pragma once

// Topic -> requests to one address, in order, one after the other on a connection that is kept.
//
// A record counts when its request was answered with 2xx. One whose answer was lost is sent again,
// with the same idempotency key.

#include <string>

#include <sluice/connector/sink.hpp>

#include "common/http/http_sender.hpp"
#include "http_sink_options.hpp"

namespace sluice::http_sink {

class HttpSink final : public Sink {
 public:
  explicit HttpSink(HttpSinkOptions options);

  void open(SinkContext& context) override;
  void write(std::span<const SinkRecord> records) override;
  void check(CheckContext& check) override;

 private:
  void write_each(std::span<const SinkRecord> records);
  void write_batch(std::span<const SinkRecord> records);
  void send(std::span<const SinkRecord> records, std::string_view body);
  [[nodiscard]] common::HttpRequest request(std::string method) const;

  HttpSinkOptions options_;
  common::StatusRules rules_;
  common::HttpSender sender_;
  SinkContext* context_ = nullptr;
  std::string topic_;
};

}  // namespace sluice::http_sink
