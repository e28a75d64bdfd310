// SPDX-License-Identifier: Apache-2.0
#pragma once

// A server in this process for one test, on free ports and in a directory of its own.

#include "broker/broker.hpp"
#include "broker/test_client.hpp"

namespace sluice::broker::test {

class BrokerTest : public testing::Test {
 protected:
  BrokerTest() {
    options_.data_directory = dir_.path() / "data";
    options_.sc_port = 0;
    options_.spu_port = 0;
  }

  void start() {
    broker_ = std::make_unique<Broker>(options_);
    ports_ = broker_->start();
  }
  void restart() {
    broker_.reset();
    start();
  }
  [[nodiscard]] TestClient sc() const { return TestClient(ports_.sc); }
  [[nodiscard]] TestClient spu() const { return TestClient(ports_.spu); }
  // A topic with everything default.
  void make_topic(const std::string& name, wire::TopicSpec spec = {}) {
    auto client = sc();
    const auto made = client.create_topic(name, std::move(spec));
    ASSERT_TRUE(made.error_code.ok()) << made.error_code.text();
  }
  // Does the server still do its work?
  void expect_serves() {
    auto client = spu();
    const auto answer = client.spu(wire::ApiVersionsRequest{"0.50.2", "linux", "x"}, 2);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->api_keys.size(), 5U);
  }

  TemporaryDirectory dir_;
  BrokerOptions options_;
  std::unique_ptr<Broker> broker_;
  BrokerPorts ports_;
};

}  // namespace sluice::broker::test
