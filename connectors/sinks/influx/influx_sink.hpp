// SPDX-License-Identifier: Apache-2.0
#pragma once

// Topic -> points in InfluxDB 1 or 2, a request for each batch.
//
// A record counts when the server has taken its batch. A record's points have the same time each
// time, so one that is written again is the same point.

#include <string>

#include <sluice/connector/sink.hpp>

#include "common/http/http_sender.hpp"
#include "influx_options.hpp"
#include "point.hpp"

namespace sluice::influx {

// The error that the answer to a write is, if it is one: only 204 is none. What the server says
// about a point of several makes the kit look for it: the others are written again, and are the
// same points.
[[nodiscard]] std::optional<Error> answer_error(const common::HttpResponse& response,
                                                std::string_view what);

class InfluxSink final : public Sink {
 public:
  explicit InfluxSink(InfluxOptions options);

  void open(SinkContext& context) override;
  void write(std::span<const SinkRecord> records) override;
  void check(CheckContext& check) override;

 private:
  [[nodiscard]] common::HttpRequest request(std::string_view path) const;
  [[nodiscard]] std::string write_path() const;

  InfluxOptions options_;
  PointMaker points_;
  common::HttpSender sender_;
  std::string topic_;
};

}  // namespace sluice::influx
