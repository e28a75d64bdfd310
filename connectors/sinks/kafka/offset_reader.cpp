// SPDX-License-Identifier: Apache-2.0
#include "offset_reader.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

#include "common/kafka/client.hpp"
#include "common/kafka/errors.hpp"

namespace sluice::kafka {
namespace {

using Clock = std::chrono::steady_clock;
using Message = std::unique_ptr<rd_kafka_message_t, decltype(&rd_kafka_message_destroy)>;
using Topic = std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)>;

constexpr std::int32_t the_partition = 0;  // all records are there, however many the topic has
constexpr int poll_ms = 100;
constexpr std::int64_t first_window = 64;
constexpr std::int64_t window_growth = 16;

class Reader {
 public:
  Reader(const common::KafkaConnectionOptions& connection, std::string name, ReadTo until)
      : name_(std::move(name)),
        until_(until),
        client_(conf_of(connection),
                {.type = RD_KAFKA_CONSUMER, .timeout = connection.connect_timeout}),
        topic_(rd_kafka_topic_new(client_.get(), name_.c_str(), nullptr), &rd_kafka_topic_destroy) {
  }

  std::optional<std::string> newest(const std::string& key) {
    (void)client_.topic(name_, {});
    std::int64_t low = 0;
    std::int64_t high = 0;
    const auto code = rd_kafka_query_watermark_offsets(client_.get(), name_.c_str(), the_partition,
                                                       &low, &high, timeout_ms());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) fail(code);
    for (auto window = first_window;; window *= window_growth) {
      const auto from = std::max(low, high - window);
      auto found = newest_from(from, key);
      if (found || from == low) return found;
    }
  }

 private:
  static common::KafkaConf conf_of(const common::KafkaConnectionOptions& connection) {
    common::KafkaConf conf(connection);
    conf.set("isolation.level", "read_committed")
        .set("enable.partition.eof", "true")
        .set("queued.max.messages.kbytes", 1'024);
    return conf;
  }
  [[nodiscard]] int timeout_ms() const { return static_cast<int>(client_.timeout().count()); }
  [[noreturn]] void fail(rd_kafka_resp_err_t code) const {
    throw Failure(client_.with_cause(common::kafka_error("reading " + name_, code)));
  }

  std::optional<std::string> newest_from(std::int64_t from, const std::string& key) {
    end_seen_.reset();
    if (rd_kafka_consume_start(topic_.get(), the_partition, from) != 0) fail(rd_kafka_last_error());
    try {
      auto found = read_to_end(key);
      rd_kafka_consume_stop(topic_.get(), the_partition);
      return found;
    } catch (...) {
      rd_kafka_consume_stop(topic_.get(), the_partition);
      throw;
    }
  }

  std::optional<std::string> read_to_end(const std::string& key) {
    std::optional<std::string> found;
    const auto until = Clock::now() + client_.timeout();
    while (Clock::now() < until) {
      const Message message(rd_kafka_consume(topic_.get(), the_partition, poll_ms),
                            &rd_kafka_message_destroy);
      rd_kafka_poll(client_.get(), 0);
      if (message && message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        end_seen_ = message->offset;
      } else if (message && message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        const auto error = common::kafka_error("reading " + name_, message->err);
        if (!error.retryable()) throw Failure(error);
      } else if (message) {
        const std::string_view its_key(static_cast<const char*>(message->key), message->key_len);
        if (message->key == nullptr || its_key != key) continue;
        found.emplace(static_cast<const char*>(message->payload), message->len);
      }
      if (at_end()) return found;
    }
    throw Failure(client_.with_cause(
        {Errc::outside_unavailable,
         "the end of " + name_ + " cannot be read: another transaction in it may be open",
         {}}));
  }

  // Behind the last committed record there may be some of a transaction that is open.
  [[nodiscard]] bool at_end() const {
    if (!end_seen_) return false;
    if (until_ == ReadTo::first_open) return true;
    std::int64_t low = 0;
    std::int64_t high = 0;
    const auto code =
        rd_kafka_get_watermark_offsets(client_.get(), name_.c_str(), the_partition, &low, &high);
    return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 && *end_seen_ >= high;
  }

  std::string name_;
  ReadTo until_;
  common::KafkaClient client_;
  Topic topic_;  // before the client goes
  std::optional<std::int64_t> end_seen_;
};

}  // namespace

std::optional<std::string> newest_value(const common::KafkaConnectionOptions& connection,
                                        const std::string& topic, const std::string& key,
                                        ReadTo until) {
  return Reader(connection, topic, until).newest(key);
}

}  // namespace sluice::kafka
