// SPDX-License-Identifier: Apache-2.0
#pragma once

// The native Fluvio client: one object a cluster, with producers, consumers and admin calls.
//
//   auto client = sluice::Client::connect();
//   auto producer = client.producer("greetings");
//   producer.send({.value = "hello"});
//   producer.flush();
//
// The client owns one I/O thread and one socket per server, shared by everything made from
// it. Copies are handles to the same client. Blocking calls must not be made from callbacks.

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "sluice/admin.hpp"
#include "sluice/consumer.hpp"
#include "sluice/producer.hpp"
#include "sluice/profile.hpp"

namespace sluice {

// None may be 0, and the longest pause not below the shortest.
struct ClientOptions {
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds request_timeout{60'000};
  std::chrono::milliseconds reconnect_delay_min{20};  // doubles, with jitter, up to the next
  std::chrono::milliseconds reconnect_delay_max{10'000};
  std::string client_id = "sluice";
};

class Client {
 public:
  struct Impl;
  explicit Client(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

  // Connects to the control plane and waits until the cluster is known. Throws:
  // `connection_refused`, `unresolved_host`, `tls`, `timed_out`, `incompatible_server`,
  // `invalid_config` (profile), `invalid_argument` (option).
  static Client connect(const ClusterProfile& profile, const ClientOptions& options = {});
  // With the current profile of the default file.
  static Client connect(const ClientOptions& options = {});

  [[nodiscard]] Admin admin() const;
  // Throws: `topic_not_found`, `compression` (the topic wants another codec).
  [[nodiscard]] Producer producer(const std::string& topic, ProducerOptions options = {}) const;
  // Throws: `topic_not_found`, `partition_not_found`, `invalid_argument`.
  [[nodiscard]] Consumer consumer(const std::string& topic, ConsumerOptions options = {}) const;

  [[nodiscard]] std::string platform_version() const;
  // Closes producers and consumers, then sockets and the I/O thread. Returns by the deadline
  // in every state.
  void close(std::chrono::milliseconds deadline) const;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace sluice
