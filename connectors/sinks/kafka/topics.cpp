// SPDX-License-Identifier: Apache-2.0
#include "topics.hpp"

#include <array>
#include <memory>

#include "common/kafka/errors.hpp"

namespace sluice::kafka {
namespace {

using Queue = std::unique_ptr<rd_kafka_queue_t, decltype(&rd_kafka_queue_destroy)>;
using Event = std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)>;
using Options = std::unique_ptr<rd_kafka_AdminOptions_t, decltype(&rd_kafka_AdminOptions_destroy)>;
using Topic = std::unique_ptr<rd_kafka_NewTopic_t, decltype(&rd_kafka_NewTopic_destroy)>;
using Resource =
    std::unique_ptr<rd_kafka_ConfigResource_t, decltype(&rd_kafka_ConfigResource_destroy)>;

struct Admin {
  explicit Admin(common::KafkaClient& client, rd_kafka_admin_op_t operation)
      : queue(rd_kafka_queue_new(client.get()), &rd_kafka_queue_destroy),
        options(rd_kafka_AdminOptions_new(client.get(), operation), &rd_kafka_AdminOptions_destroy),
        timeout_ms(static_cast<int>(client.timeout().count())) {
    std::array<char, 128> text{};
    rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, text.data(), text.size());
  }
  // The library's own timeout comes first.
  [[nodiscard]] Event answer() const {
    return {rd_kafka_queue_poll(queue.get(), timeout_ms + 1'000), &rd_kafka_event_destroy};
  }

  Queue queue;
  Options options;
  int timeout_ms;
};

void throw_if_failed(const std::string& what, const rd_kafka_event_t* event) {
  if (event == nullptr) throw Failure(Errc::timed_out, what + ": no answer");
  if (const auto code = rd_kafka_event_error(const_cast<rd_kafka_event_t*>(event))) {
    throw Failure(common::kafka_error(
        what, code, rd_kafka_event_error_string(const_cast<rd_kafka_event_t*>(event))));
  }
}

Topic to_library(const NewTopic& topic, const std::string& what) {
  std::array<char, 256> text{};
  Topic out(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions.value_or(-1),
                                  topic.replication.value_or(-1), text.data(), text.size()),
            &rd_kafka_NewTopic_destroy);
  if (!out) throw Failure(Errc::invalid_config, what + ": " + text.data());
  if (topic.compacted) {
    // Small segments: only closed ones are compacted.
    rd_kafka_NewTopic_set_config(out.get(), "cleanup.policy", "compact");
    rd_kafka_NewTopic_set_config(out.get(), "segment.bytes", "1048576");
  }
  return out;
}

}  // namespace

common::KafkaTopic create_topic(common::KafkaClient& client, const NewTopic& topic,
                                const common::KafkaClient::GiveUp& give_up) {
  const std::string what = "making the topic " + topic.name;
  const Admin admin(client, RD_KAFKA_ADMIN_OP_CREATETOPICS);
  const auto wanted = to_library(topic, what);
  std::array<rd_kafka_NewTopic_t*, 1> topics{wanted.get()};
  rd_kafka_CreateTopics(client.get(), topics.data(), topics.size(), admin.options.get(),
                        admin.queue.get());
  const auto event = admin.answer();
  throw_if_failed(what, event.get());
  std::size_t count = 0;
  const auto* const result = rd_kafka_event_CreateTopics_result(event.get());
  const auto* const* const each = rd_kafka_CreateTopics_result_topics(result, &count);
  const auto code = count == 1 ? rd_kafka_topic_result_error(each[0]) : RD_KAFKA_RESP_ERR__FAIL;
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR && code != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
    const char* const why = count == 1 ? rd_kafka_topic_result_error_string(each[0]) : nullptr;
    throw Failure(common::kafka_error(what, code, why != nullptr ? why : ""));
  }
  // The broker that answers may not have heard of it yet.
  const auto until = std::chrono::steady_clock::now() + client.timeout();
  while (true) {
    const auto found = client.topic(topic.name, give_up);
    if (found.exists) return found;
    if (std::chrono::steady_clock::now() >= until) {
      throw Failure(Errc::timed_out, what + ": it was made, and is not there");
    }
    rd_kafka_poll(client.get(), 100);
  }
}

std::optional<std::string> cleanup_policy(common::KafkaClient& client, const std::string& topic) {
  const Admin admin(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
  const Resource resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()),
                          &rd_kafka_ConfigResource_destroy);
  std::array<rd_kafka_ConfigResource_t*, 1> resources{resource.get()};
  rd_kafka_DescribeConfigs(client.get(), resources.data(), resources.size(), admin.options.get(),
                           admin.queue.get());
  const auto event = admin.answer();
  if (!event || rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  std::size_t count = 0;
  const auto* const result = rd_kafka_event_DescribeConfigs_result(event.get());
  const auto* const* const each = rd_kafka_DescribeConfigs_result_resources(result, &count);
  if (count != 1) return {};
  const auto* const* const entries = rd_kafka_ConfigResource_configs(each[0], &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (std::string_view(rd_kafka_ConfigEntry_name(entries[i])) == "cleanup.policy") {
      return rd_kafka_ConfigEntry_value(entries[i]);
    }
  }
  return {};
}

// `compact,delete` is both: what is older than retention.ms goes, the newest of a key too.
bool keeps_newest(std::string_view policy) {
  const auto has = [&](std::string_view word) { return policy.find(word) != policy.npos; };
  return has("compact") && !has("delete");
}

}  // namespace sluice::kafka
