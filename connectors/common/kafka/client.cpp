// SPDX-License-Identifier: Apache-2.0
#include "common/kafka/client.hpp"

#include <array>
#include <utility>

#include <sluice/connector/log.hpp>

#include "common/kafka/errors.hpp"

namespace sluice::common {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view log_component = "kafka";
constexpr int one_question_ms = 500;

std::string text_of(KafkaProtocol protocol) {
  return std::get<std::string>(option_value<KafkaProtocol>::to(protocol));
}
std::string text_of(KafkaSasl mechanism) {
  return std::get<std::string>(option_value<KafkaSasl>::to(mechanism));
}

void set_pem(KafkaConf& conf, const std::string& name, const PemSource& source) {
  if (!source.file.empty()) conf.set("ssl." + name + ".location", source.file);
  if (!source.pem.empty()) conf.set("ssl." + name + ".pem", source.pem.reveal());
}

// Syslog's levels.
LogLevel level_of(int level) {
  if (level <= 3) return LogLevel::error;
  if (level == 4) return LogLevel::warn;
  return level <= 6 ? LogLevel::info : LogLevel::debug;
}

bool ends_the_wait(Errc code) {
  return code == Errc::permission_denied || code == Errc::tls;
}

}  // namespace

KafkaConf::KafkaConf(const KafkaConnectionOptions& options)
    : properties_(options.properties),
      brokers_(kafka_broker_list(options)),
      conf_(rd_kafka_conf_new(), &rd_kafka_conf_destroy) {
  const auto security = kafka_security(options);
  set("bootstrap.servers", brokers_);
  set("client.id", "sluice");
  set("security.protocol", text_of(*security.protocol));
  if (!security.username.empty()) {
    set("sasl.mechanisms", text_of(security.mechanism.value_or(KafkaSasl::plain)));
    set("sasl.username", security.username);
    set("sasl.password", security.password.reveal());
  }
  set_pem(*this, "ca", security.ca);
  set_pem(*this, "certificate", security.cert);
  set_pem(*this, "key", security.key);
  if (!security.key_password.empty()) set("ssl.key.password", security.key_password.reveal());
  set("allow.auto.create.topics", "false");
  set("log.connection.close", "false");
  // A broker that is back is found soon: the kit says how long anything waits.
  set("reconnect.backoff.max.ms", 1'000);
}

KafkaConf& KafkaConf::set(const std::string& name, const std::string& value) {
  std::array<char, 512> text{};
  const auto result =
      rd_kafka_conf_set(conf_.get(), name.c_str(), value.c_str(), text.data(), text.size());
  if (result != RD_KAFKA_CONF_OK) {
    throw Failure(Errc::invalid_config,
                  "librdkafka refuses the value of its property " + name + ": see --kafka-option");
  }
  return *this;
}

struct KafkaClient::Events {
  void* owner = nullptr;
  mutable std::mutex guard;
  std::optional<Error> newest;    // of one broker
  std::optional<Error> loss;      // of all brokers
  std::optional<Error> hopeless;  // waiting does not help
};

KafkaClient::KafkaClient(KafkaConf conf, KafkaClientOptions options)
    : options_(options), brokers_(conf.brokers_), events_(std::make_unique<Events>()) {
  events_->owner = options.owner;
  for (const auto& [name, value] : conf.properties_) conf.set(name, value.reveal());
  rd_kafka_conf_set_opaque(conf.get(), events_.get());
  rd_kafka_conf_set_error_cb(conf.get(), &KafkaClient::on_error);
  rd_kafka_conf_set_log_cb(conf.get(), &KafkaClient::on_log);
  std::array<char, 512> text{};
  handle_ = rd_kafka_new(options.type, conf.get(), text.data(), text.size());
  if (handle_ == nullptr) {
    const std::string_view why(text.data());
    const bool tls = why.find("ssl") != std::string_view::npos;
    throw Failure(tls ? Errc::tls : Errc::invalid_config, "librdkafka: " + std::string(why));
  }
  (void)conf.conf_.release();  // NOLINT(bugprone-unused-return-value): the handle owns it
}

KafkaClient::~KafkaClient() {
  // Callers have closed what must be closed in order; this must not wait for a broker.
  rd_kafka_destroy_flags(handle_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void* KafkaClient::owner_of(void* opaque) {
  return static_cast<Events*>(opaque)->owner;
}

void KafkaClient::on_error(rd_kafka_t* /*handle*/, int code, const char* reason, void* opaque) {
  auto& events = *static_cast<Events*>(opaque);
  const auto error =
      kafka_error("Kafka", static_cast<rd_kafka_resp_err_t>(code), reason != nullptr ? reason : "");
  const std::lock_guard lock(events.guard);
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
    events.loss = events.newest.value_or(error);
  } else {
    events.newest = error;
  }
  if (ends_the_wait(error.code)) events.hopeless = events.loss = error;
}

void KafkaClient::on_log(const rd_kafka_t* /*handle*/, int level, const char* facility,
                         const char* text) {
  // Lost connections are told by the kit, once.
  const auto its = std::string_view(facility) == "FAIL" ? LogLevel::debug : level_of(level);
  if (!log_enabled(its, log_component)) return;
  log_line(its, log_component, std::string(facility) + ": " + text);
}

KafkaTopic KafkaClient::topic(const std::string& name, const GiveUp& give_up) {
  const auto until = Clock::now() + options_.timeout;
  using Topic = std::unique_ptr<rd_kafka_topic_t, decltype(&rd_kafka_topic_destroy)>;
  const Topic topic(rd_kafka_topic_new(handle_, name.c_str(), nullptr), &rd_kafka_topic_destroy);
  if (!topic) throw Failure(kafka_error("topic " + name, rd_kafka_last_error()));
  while (true) {
    const struct rd_kafka_metadata* answer = nullptr;
    const auto code = rd_kafka_metadata(handle_, 0, topic.get(), &answer, one_question_ms);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const std::unique_ptr<const struct rd_kafka_metadata, decltype(&rd_kafka_metadata_destroy)>
          owner(answer, &rd_kafka_metadata_destroy);
      const auto& found = answer->topics[0];
      switch (kafka_errc(found.err)) {
        case Errc::topic_not_found:
          return {};
        case Errc::outside_unavailable:
          break;  // a new topic has no leader yet
        default:
          if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            throw Failure(kafka_error("topic " + name, found.err));
          }
          return {.exists = true, .partitions = found.partition_cnt};
      }
    }
    rd_kafka_poll(handle_, 0);
    {
      const std::lock_guard lock(events_->guard);
      if (events_->hopeless) throw Failure(*events_->hopeless);
      if (code != RD_KAFKA_RESP_ERR_NO_ERROR && events_->loss) throw Failure(*events_->loss);
    }
    if (give_up && give_up()) throw Failure(Errc::cancelled, "waiting for Kafka");
    if (Clock::now() >= until) {
      throw Failure(with_cause(kafka_error(
          "no answer from " + brokers_ + " about topic " + name,
          code == RD_KAFKA_RESP_ERR_NO_ERROR ? RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE : code)));
    }
  }
}

bool KafkaClient::answers(std::chrono::milliseconds wait) {
  const struct rd_kafka_metadata* answer = nullptr;
  // Not one that any topic's state hangs on: only the brokers.
  const auto code = rd_kafka_metadata(handle_, 0, nullptr, &answer, static_cast<int>(wait.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return false;
  rd_kafka_metadata_destroy(answer);
  return true;
}

void KafkaClient::throw_if_fatal() const {
  std::array<char, 512> text{};
  const auto code = rd_kafka_fatal_error(handle_, text.data(), text.size());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  throw Failure(kafka_error("Kafka", code, text.data()));
}

std::optional<Error> KafkaClient::take_loss() {
  const std::lock_guard lock(events_->guard);
  events_->hopeless.reset();
  return std::exchange(events_->loss, std::nullopt);
}

Error KafkaClient::with_cause(Error error) const {
  const std::lock_guard lock(events_->guard);
  if (!events_->newest) return error;
  return in_context(events_->newest->context, std::move(error));
}

}  // namespace sluice::common
