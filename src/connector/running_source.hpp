// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: a source session on a thread of its own.

#include "connector/fakes.hpp"
#include "connector/source_session.hpp"

namespace sluice::connector::fakes {

inline const SourceSettings quick{
    .buffer_bytes = 16'777'216,
    .checkpoint_interval = milliseconds(1),
    .backoff = {.first = milliseconds(1), .most = milliseconds(2)},
};

// A session on a thread of its own, with everything around it under the test's control.
class Running {
 public:
  explicit Running(std::function<void(SourceContext&)> body,
                   PositionKeeper keeper = PositionKeeper::kit, bool automatic = false,
                   SourceSettings settings = quick)
      : writer(automatic), source(std::move(body), keeper), settings_(settings) {}
  ~Running() {
    if (session) session->abandon();
    if (thread_.joinable()) thread_.join();
    writer.close(milliseconds(0));
  }

  void start() {
    session.emplace(source, writer, &store, clock, stats, settings_);
    if (before_run) before_run(*session);
    thread_ = std::thread([this] {
      try {
        session->run();
        session->drain();
      } catch (const Failure& failure) {
        failed = failure.error();
      }
      ended = true;
    });
  }
  bool ends() {
    return eventually([this] { return ended.load(); });
  }

  Clock clock;
  Stats stats{clock};
  Writer writer;
  Store store;
  FunctionSource source;
  std::optional<SourceSession> session;
  std::optional<Error> failed;  // valid once `ended`
  std::atomic<bool> ended{false};
  std::function<void(SourceSession&)> before_run;

 private:
  SourceSettings settings_;
  std::thread thread_;
};

}  // namespace sluice::connector::fakes
