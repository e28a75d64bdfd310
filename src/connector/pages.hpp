// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a running connector answers over HTTP: to everybody who may ask for metrics and health, and,
// on its control socket, to its user.
//
//   GET /metrics /livez /readyz /status
//   POST /pause /resume            control only: answers with /status
//   GET /tap[?count=N]             control only: a JSON object a line for each record that passes

#include <chrono>
#include <functional>
#include <optional>

#include "connector/clock.hpp"
#include "connector/health.hpp"
#include "connector/http_server.hpp"
#include "connector/tap.hpp"

namespace sluice::connector {

class Pages {
 public:
  using SetPaused = std::function<void(bool paused)>;

  // All outlive this.
  Pages(Identity who, const Stats& stats, const Clock& clock, Tap& tap, SetPaused set_paused)
      : who_(std::move(who)),
        stats_(stats),
        clock_(clock),
        tap_(tap),
        set_paused_(std::move(set_paused)) {}

  // Looks only.
  [[nodiscard]] HttpReply reply(const HttpRequest& request) const;
  [[nodiscard]] HttpReply control_reply(const HttpRequest& request) const;

 private:
  [[nodiscard]] std::optional<HttpReply> page(std::string_view path) const;
  [[nodiscard]] HttpReply pause(bool paused) const;
  [[nodiscard]] HttpReply tap(std::string_view query) const;

  Identity who_;
  const Stats& stats_;
  const Clock& clock_;
  Tap& tap_;
  SetPaused set_paused_;
};

}  // namespace sluice::connector
