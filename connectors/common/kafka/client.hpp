// SPDX-License-Identifier: Apache-2.0
#pragma once

// A librdkafka handle with what both connectors need around it: settings with clear errors, its
// log in the kit's, the last thing that went wrong with the brokers, and waits with a limit.
//
// Callbacks of librdkafka find their connector through `owner`. One thread, but for the log.

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include <librdkafka/rdkafka.h>

#include <sluice/error.hpp>

#include "common/kafka/connection_options.hpp"

namespace sluice::common {

using KafkaConfHandle = std::unique_ptr<rd_kafka_conf_t, decltype(&rd_kafka_conf_destroy)>;

// The settings of a handle. The user's further ones come last, so that they win.
class KafkaConf {
 public:
  explicit KafkaConf(const KafkaConnectionOptions& options);
  // Throws: `invalid_config`, without the value.
  KafkaConf& set(const std::string& name, const std::string& value);
  KafkaConf& set(const std::string& name, std::int64_t value) {
    return set(name, std::to_string(value));
  }
  [[nodiscard]] rd_kafka_conf_t* get() const { return conf_.get(); }

 private:
  friend class KafkaClient;
  std::map<std::string, Secret<std::string>> properties_;
  std::string brokers_;
  KafkaConfHandle conf_;
};

struct KafkaClientOptions {
  rd_kafka_type_t type = RD_KAFKA_PRODUCER;
  void* owner = nullptr;
  std::chrono::milliseconds timeout{10'000};  // of each wait for the brokers
};

// What the brokers say of a topic.
struct KafkaTopic {
  bool exists = false;
  std::int32_t partitions = 0;
};

class KafkaClient {
 public:
  using GiveUp = std::function<bool()>;

  // Throws: `invalid_config`, and `tls` for certificates that cannot be read.
  KafkaClient(KafkaConf conf, KafkaClientOptions options);
  ~KafkaClient();
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  [[nodiscard]] rd_kafka_t* get() const { return handle_; }
  // For callbacks that get the handle's opaque.
  [[nodiscard]] static void* owner_of(void* opaque);

  // Waits for the brokers, and asks for a topic. Serves callbacks. Requires: `rd_kafka_poll` may be
  // called. Throws: why there is no answer: `permission_denied`, `tls`, `outside_unavailable`,
  // `timed_out`; `cancelled` when `give_up` says so.
  [[nodiscard]] KafkaTopic topic(const std::string& name, const GiveUp& give_up);
  // One short question to any broker: whether one is there.
  [[nodiscard]] bool answers(std::chrono::milliseconds wait);
  // Throws when the handle has ended for good.
  void throw_if_fatal() const;

  // The brokers are lost since the last call, and why.
  [[nodiscard]] std::optional<Error> take_loss();
  // The newest thing that went wrong with a broker, put before `error`'s text when there is one.
  [[nodiscard]] Error with_cause(Error error) const;
  [[nodiscard]] std::chrono::milliseconds timeout() const { return options_.timeout; }
  [[nodiscard]] const std::string& brokers() const { return brokers_; }

 private:
  struct Events;
  static void on_error(rd_kafka_t* handle, int code, const char* reason, void* opaque);
  static void on_log(const rd_kafka_t* handle, int level, const char* facility, const char* text);

  KafkaClientOptions options_;
  std::string brokers_;
  std::unique_ptr<Events> events_;
  rd_kafka_t* handle_ = nullptr;
};

}  // namespace sluice::common
