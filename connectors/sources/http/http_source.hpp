// SPDX-License-Identifier: Apache-2.0
#pragma once

// HTTP -> stream: polls an address, reads one response that never ends (lines or server-sent
// events), or listens to a websocket.

#include <string>

#include <sluice/connector/source.hpp>

#include "http_check.hpp"
#include "http_options.hpp"
#include "transfer.hpp"

namespace sluice::http {

class HttpSource final : public Source {
 public:
  explicit HttpSource(HttpOptions options) : options_(std::move(options)) {}

  void run(SourceContext& stream) override;
  void check(CheckContext& check) override { check_http(options_, check); }
  // Only server-sent events have a place to go on from.
  [[nodiscard]] PositionKeeper position_keeper() const override {
    return options_.stream ? PositionKeeper::kit : PositionKeeper::nobody;
  }

 private:
  void poll(SourceContext& stream);
  void follow(SourceContext& stream);
  void listen(SourceContext& stream);
  // Tells the kit and waits before the next attempt. False when the source is to stop.
  // Throws: `Failure` with the error when trying again cannot help.
  bool pause_after(SourceContext& stream, const Error& error,
                   std::chrono::milliseconds at_least = {});
  void succeeded(SourceContext& stream);

  HttpOptions options_;
  bool connected_ = false;
  bool was_connected_ = false;
};

}  // namespace sluice::http
