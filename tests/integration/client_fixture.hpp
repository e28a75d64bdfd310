// SPDX-License-Identifier: Apache-2.0
#pragma once

// A server for the client's tests: the embedded one, which can be stopped, started again on the
// same ports and told to misbehave; or, for what does not need that, a real cluster.

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "broker/broker.hpp"
#include "sluice/client.hpp"

namespace sluice::testing {

// Waits for a condition, with a limit.
inline bool eventually(const std::function<bool()>& condition,
                       std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    auto pattern = (std::filesystem::temp_directory_path() / "sluice-test-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) throw Failure(Errc::io, "mkdtemp " + pattern);
    path_ = pattern;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class TestServer {
 public:
  explicit TestServer(std::optional<broker::TlsFiles> tls = std::nullopt) {
    options_.data_directory = directory_.path() / "data";
    options_.sc_port = 0;
    options_.spu_port = 0;
    options_.durability = broker::Durability::none;
    options_.tls = std::move(tls);
    start();
  }
  void start() {
    // A program of another test may have the port just now.
    if (!eventually([this] { return try_start(); })) {
      throw Failure(Errc::address_in_use, "the ports of the test's server");
    }
  }
  void stop() {
    broker_->stop();
    broker_.reset();
  }
  [[nodiscard]] broker::Broker& broker() { return *broker_; }
  [[nodiscard]] broker::Faults& faults() { return broker_->faults(); }
  // Where the records of a partition are, from offset 0 on.
  [[nodiscard]] std::filesystem::path log_file(const std::string& partition) const {
    return options_.data_directory / "logs" / partition / "00000000000000000000.log";
  }
  [[nodiscard]] ClusterProfile profile() const {
    return {.name = "test", .endpoint = "127.0.0.1:" + std::to_string(options_.sc_port)};
  }

 private:
  bool try_start() {
    broker_ = std::make_unique<broker::Broker>(options_);
    try {
      const auto ports = broker_->start();
      options_.sc_port = ports.sc;
      options_.spu_port = ports.spu;
      return true;
    } catch (const Failure& failure) {
      if (failure.code() != Errc::address_in_use) throw;
      return false;
    }
  }

  TemporaryDirectory directory_;
  broker::BrokerOptions options_;
  std::unique_ptr<broker::Broker> broker_;
};

// The cluster that FLUVIO_TEST_PROFILE names, when it is set.
inline std::optional<ClusterProfile> real_cluster() {
  const char* path = std::getenv("FLUVIO_TEST_PROFILE");
  if (!path || !*path) return std::nullopt;
  return load_profile(std::filesystem::path(path));
}

// A topic name that no other test and no earlier run has.
inline std::string fresh_topic(const std::string& what) {
  static int count = 0;
  return "t-" + std::to_string(::getpid()) + "-" + std::to_string(++count) + "-" + what;
}

// Runs each test against the embedded server, and against a real cluster when there is one.
class AnyServer : public ::testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) {
      const auto profile = real_cluster();
      if (!profile) GTEST_SKIP() << "no cluster: FLUVIO_TEST_PROFILE is not set";
      profile_ = *profile;
    } else {
      server_ = std::make_unique<TestServer>();
      profile_ = server_->profile();
    }
    client_.emplace(Client::connect(profile_));
  }
  [[nodiscard]] Client& client() { return *client_; }
  // A topic with so many partitions, deleted at the end.
  std::string topic(const std::string& what, const TopicConfig& config = {}) {
    // A real control plane can lose a status update right after a deletion ("applying attempt to
    // update by stale value") and then leaves the topic waiting; another one works.
    auto impatient = Client::connect(profile_, {.request_timeout = std::chrono::seconds(5)});
    for (int attempt = 0;; ++attempt) {
      topics_.push_back(fresh_topic(what));
      try {
        EXPECT_EQ(impatient.admin().create_topic(topics_.back(), config), Created::created);
        return topics_.back();
      } catch (const Failure& failure) {
        if (!GetParam() || attempt == 5 || failure.code() != Errc::timed_out) throw;
      }
    }
  }
  void TearDown() override {
    if (!client_) return;
    for (const auto& name : topics_) client().admin().delete_topic(name);
    client_.reset();
  }

 private:
  std::unique_ptr<TestServer> server_;
  ClusterProfile profile_;
  std::optional<Client> client_;
  std::vector<std::string> topics_;
};

}  // namespace sluice::testing
