// SPDX-License-Identifier: Apache-2.0
#pragma once

// For unit tests of sinks: the kit, as far as a sink sees it.

#include <string>
#include <utility>
#include <vector>

#include <sluice/connector/sink.hpp>

namespace sluice::common {

class FakeSinkContext final : public SinkContext {
 public:
  explicit FakeSinkContext(std::string topic = "t") : topic_(std::move(topic)) {}
  [[nodiscard]] bool stopping() const override { return false; }
  void connected() override { ++times_connected; }
  void disconnected(const Error& error) override { lost.push_back(error.code); }
  [[nodiscard]] const std::string& topic() const override { return topic_; }
  [[nodiscard]] const std::string& name() const override { return topic_; }

  int times_connected = 0;
  std::vector<Errc> lost;

 private:
  std::string topic_;
};

}  // namespace sluice::common
