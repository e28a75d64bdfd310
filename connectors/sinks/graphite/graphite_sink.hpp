// SPDX-License-Identifier: Apache-2.0
#pragma once

// Stream -> Graphite, by the plaintext protocol: a line for each record, a connection for each
// batch.
//
// Carbon never answers, but it reads a connection to its end before it closes its side. So a batch
// counts when we have ended ours and carbon's end has come without a reset: every line was read.
// What carbon then does with them nobody can know. Over TLS the end that comes is that of the
// proxy, so there one connection is kept, and a batch counts when the far side's TCP has all of it.

#include <chrono>
#include <memory>
#include <optional>

#include <sluice/connector/sink.hpp>

#include "common/socket/socket.hpp"
#include "graphite_options.hpp"
#include "metric_line.hpp"

namespace sluice::graphite {

class GraphiteSink final : public Sink {
 public:
  explicit GraphiteSink(GraphiteOptions options) : options_(std::move(options)) {}

  void open(SinkContext& context) override;
  void write(std::span<const SinkRecord> records) override;
  void idle() override;
  void close() override { socket_.reset(); }
  void check(CheckContext& check) override;

 private:
  template <typename Step>
  void guarded(Step step);
  void connect();
  void send(std::string_view text);
  // Throws `connection_lost` when the far side has closed.
  void look_for_close();
  void end_and_wait_until_read();
  void wait_for_end(std::chrono::steady_clock::time_point until) const;
  void wait_until_acknowledged(std::chrono::steady_clock::time_point until) const;
  void wait(short events, std::chrono::milliseconds most) const;

  GraphiteOptions options_;
  std::optional<MetricLine> line_;
  SinkContext* context_ = nullptr;
  std::unique_ptr<common::Socket> socket_;
  std::chrono::steady_clock::time_point ended_at_;
};

}  // namespace sluice::graphite
