// SPDX-License-Identifier: Apache-2.0
#include "kafka_source.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

#include <poll.h>

#include <sluice/connector/log.hpp>

#include "common/kafka/errors.hpp"
#include "message_record.hpp"

namespace sluice::kafka {
namespace {

using std::chrono::milliseconds;

constexpr int messages_max = 1'000;         // then the kit is heard
constexpr milliseconds patience{1'000};     // of a full stream, before partitions are paused
constexpr milliseconds look_period{1'000};  // at the brokers, while they are lost
constexpr milliseconds short_question{300};
// For what is under way when a partition goes away; what is later comes twice.
constexpr milliseconds farewell{10'000};
constexpr milliseconds farewell_step{20};

// A position is the number of a record, as bytes; it means nothing to another process.
Position position_of(std::uint64_t number) {
  Position position{std::string(sizeof number, '\0')};
  std::memcpy(position.bytes.data(), &number, sizeof number);
  return position;
}

std::string place_of(const rd_kafka_message_t& message) {
  return std::string(rd_kafka_topic_name(message.rkt)) + " partition " +
         std::to_string(message.partition);
}

std::span<rd_kafka_topic_partition_t> each(const rd_kafka_topic_partition_list_t& list) {
  return {list.elems, static_cast<std::size_t>(list.cnt)};
}

}  // namespace

KafkaSource::KafkaSource(KafkaSourceOptions options) : options_(std::move(options)) {}

void KafkaSource::run(SourceContext& stream) {
  stream_ = &stream;
  held_.clear();
  tracker_.close_all();
  leaving_ = connected_ = false;
  full_since_.reset();
  try {
    if (connect()) {
      serve();
      leave();
    }
  } catch (...) {
    abandon();
    throw;
  }
  consumer_.reset();
}

bool KafkaSource::connect() {
  try {
    consumer_ = std::make_unique<Consumer>(options_, static_cast<ConsumerEvents&>(*this));
    consumer_->find(options_.topics, [this] { return stream_->stopping(); });
    consumer_->begin(options_.topics);
  } catch (const Failure& failure) {
    auto error = failure.error();
    if (error.code == Errc::cancelled && stream_->stopping()) return false;
    // What has worked may work again; brokers that start or stop say strange things.
    const bool is_access = error.code == Errc::permission_denied || error.code == Errc::tls;
    if (is_access && was_connected_) error.code = Errc::outside_unavailable;
    throw Failure(std::move(error));
  }
  connected_ = was_connected_ = true;
  stream_->connected();
  return true;
}

void KafkaSource::serve() {
  next_commit_ = next_question_ = Clock::now();
  while (stream_->dispatch()) {
    deliver_held();
    const bool has_room = held_.empty() && stream_->has_room();
    bool is_drained = true;
    if (has_room) {
      full_since_.reset();
      consumer_->set_paused(false);
      is_drained = read();
    } else {
      hold();
    }
    commit_if_due();
    look_at_link();
    wait(is_drained, has_room);
  }
}

bool KafkaSource::read() {
  for (int i = 0; i < messages_max && stream_->has_room(); ++i) {
    auto message = consumer_->poll();
    if (!message) return true;
    take(std::move(message));
  }
  return false;
}

void KafkaSource::hold() {
  const auto now = Clock::now();
  if (!full_since_) full_since_ = now;
  // Pausing throws away what is fetched ahead, so a stream that is full for a moment is waited for.
  if (now - *full_since_ < patience) return;
  consumer_->set_paused(true);
  while (auto message = consumer_->poll()) held_.push_back(std::move(message));
}

void KafkaSource::deliver_held() {
  while (!held_.empty() && stream_->has_room()) {
    auto message = std::move(held_.front());
    held_.pop_front();
    take(std::move(message));
  }
}

void KafkaSource::take(Message message) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return fault(*message);
  deliver(*message);
}

void KafkaSource::deliver(const rd_kafka_message_t& message) {
  const auto slot = tracker_.find(rd_kafka_topic_name(message.rkt), message.partition);
  if (!slot) return;  // it went away; who has it now reads the record
  const auto next = message.offset + 1;
  const auto record = view_of(message);
  if (options_.format == RecordFormat::json) {
    value_.clear();
    common::append_record_json(value_, record);
    stream_->send({.key = record.key, .value = value_}, position_of(tracker_.sent(*slot, next)));
    return;
  }
  if (record.value || options_.tombstone == Tombstone::empty) {
    stream_->send({.key = record.key, .value = record.value.value_or(std::string_view())},
                  position_of(tracker_.sent(*slot, next)));
  } else if (options_.tombstone == Tombstone::drop) {
    stream_->filtered("tombstone");
    tracker_.skipped(*slot, next);
  } else {
    stream_->refuse({.key = record.key, .value = {}},
                    {Errc::malformed,
                     place_of(message) + " offset " + std::to_string(message.offset) +
                         " has no value (a tombstone); see --tombstone",
                     {}},
                    position_of(tracker_.sent(*slot, next)));
  }
}

void KafkaSource::fault(const rd_kafka_message_t& message) {
  const auto error = common::kafka_error(message.rkt != nullptr ? place_of(message) : "Kafka",
                                         message.err, rd_kafka_message_errstr(&message));
  if (error.code == Errc::offset_evicted) {
    throw Failure(
        in_context("Kafka does not have the records that come next; --on-gap says how "
                   "to go on without them",
                   error));
  }
  if (!error.retryable()) throw Failure(error);
  log_line(LogLevel::debug, "kafka", error.context);
}

void KafkaSource::wait(bool is_drained, bool has_room) {
  if (has_room && !is_drained) return;
  const bool hears_kafka = has_room || (full_since_ && Clock::now() - *full_since_ >= patience);
  std::array<pollfd, 2> fds{
      pollfd{.fd = hears_kafka ? consumer_->fd() : -1, .events = POLLIN, .revents = 0},
      pollfd{.fd = stream_->wake_fd(), .events = POLLIN, .revents = 0}};
  const auto limit = std::min<milliseconds>(options_.commit_interval, patience);
  if (::poll(fds.data(), fds.size(), static_cast<int>(limit.count())) < 0 && errno != EINTR) {
    throw Failure(Errc::internal, std::string("poll: ") + std::strerror(errno));
  }
}

void KafkaSource::commit_if_due() {
  const auto now = Clock::now();
  if (now < next_commit_) return;
  next_commit_ = now + options_.commit_interval;
  consumer_->commit_soon(tracker_.take_commits());
}

void KafkaSource::look_at_link() {
  auto& client = consumer_->client();
  client.throw_if_fatal();
  const auto now = Clock::now();
  if (const auto loss = client.take_loss()) {
    if (connected_) stream_->disconnected(*loss);
    connected_ = false;
    next_question_ = now + look_period;
  } else if (!connected_ && now >= next_question_) {
    next_question_ = now + look_period;
    if (!client.answers(short_question)) return;
    connected_ = true;
    stream_->connected();
  }
}

void KafkaSource::acknowledged(const Position& position) {
  std::uint64_t number = 0;
  std::memcpy(&number, position.bytes.data(), std::min(position.bytes.size(), sizeof number));
  tracker_.acknowledged(number);
}

void KafkaSource::assigned(const rd_kafka_topic_partition_list_t& partitions) {
  for (const auto& partition : each(partitions)) {
    tracker_.open(partition.topic, partition.partition);
  }
}

void KafkaSource::revoked(const rd_kafka_topic_partition_list_t& partitions, bool lost) {
  const auto under_way = [&] {
    return std::ranges::any_of(each(partitions), [this](const auto& its) {
      return tracker_.under_way(its.topic, its.partition) > 0;
    });
  };
  // What is under way is in the topic soon; committed, it does not come twice.
  const auto until = Clock::now() + farewell;
  try {
    while (!lost && !leaving_ && under_way() && Clock::now() < until) {
      if (!stream_->wait(farewell_step)) break;
    }
    if (!lost) consumer_->commit_now(tracker_.take_commits());
  } catch (...) {
    for (const auto& its : each(partitions)) tracker_.close(its.topic, its.partition);
    throw;
  }
  for (const auto& its : each(partitions)) tracker_.close(its.topic, its.partition);
}

void KafkaSource::commit_failed(const std::string& topic, std::int32_t partition,
                                rd_kafka_resp_err_t code) {
  tracker_.commit_failed(topic, partition);
  const auto error = common::kafka_error(
      "committing for " + topic + " partition " + std::to_string(partition), code);
  if (!error.retryable() && !leaving_) throw Failure(error);
  log_line(LogLevel::warn, "kafka", error.context);
}

void KafkaSource::leave() {
  stream_->flush();
  leaving_ = true;
  if (connected_) consumer_->commit_now(tracker_.take_commits());
  consumer_->close();
}

void KafkaSource::abandon() noexcept {
  if (!consumer_) return;
  try {
    leaving_ = true;
    if (connected_) consumer_->commit_now(tracker_.take_commits());
    consumer_->close();
  } catch (const Failure&) {
    // The reason that we are here is the one to tell; what is not committed comes again.
  }
  consumer_.reset();
}

void KafkaSource::check(CheckContext& check) {
  auto options = options_;
  options.connection.connect_timeout =
      std::min(options.connection.connect_timeout, check.time_left());
  Consumer consumer(options, *this);
  consumer.find(options.topics, [&] { return check.time_left().count() == 0; });
  std::string names;
  for (const auto& topic : options.topics) names += (names.empty() ? "" : ", ") + topic;
  check.found("the brokers " + consumer.client().brokers() + " let us in and have " + names);
}

}  // namespace sluice::kafka
