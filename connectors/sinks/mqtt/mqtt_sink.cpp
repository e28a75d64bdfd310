// SPDX-License-Identifier: Apache-2.0
#include "mqtt_sink.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <poll.h>

#include "topic_name.hpp"

namespace sluice::mqtt {
namespace {

using Clock = Publisher::Clock;

constexpr std::size_t room_bytes = 16'384;
constexpr std::size_t output_bytes_max = std::size_t{4} << 20U;
constexpr int poll_ms = 100;

PublisherOptions publisher_options(const SinkOptions& options) {
  return {
      .version = first_version(options.broker),
      .client_id = options.broker.client_id,
      .user = user_of(options.broker),
      .password = password_of(options.broker),
      .qos = static_cast<Qos>(options.qos),
      .retain = options.retain,
      .message_expiry = static_cast<std::uint32_t>(options.message_expiry.count()),
      .in_flight_max = options.max_in_flight,
      .keep_alive = options.broker.keep_alive,
      .answer_timeout = options.broker.connect_timeout,
  };
}

common::TextTemplate topic_of(const SinkOptions& options) {
  std::string ignored;
  return common::TextTemplate::parse(options.topic, ignored).value_or(common::TextTemplate{});
}

Ticket ticket_of(const SinkRecord& record) {
  return {record.partition.value, record.offset.value, record.index};
}

}  // namespace

MqttSink::MqttSink(SinkOptions options)
    : options_(std::move(options)),
      topic_(topic_of(options_)),
      publisher_(publisher_options(options_)),
      room_(room_bytes) {}

template <typename Step>
void MqttSink::guarded(Step step) {
  try {
    step();
  } catch (const RecordsRefused&) {
    throw;
  } catch (const PartialWrite&) {
    throw;
  } catch (const Failure& failure) {
    socket_.reset();
    const auto& error = failure.error();
    if (error.retryable() && context_ != nullptr) context_->disconnected(error);
    throw;
  }
}

void MqttSink::open(SinkContext& context) {
  context_ = &context;
  stream_topic_ = context.topic();
  if (options_.broker.client_id.empty()) publisher_.set_client_id("sluice-" + context.name());
  guarded([&] {
    try {
      connect_in_some_version([&] { return context.stopping(); });
    } catch (const Failure& failure) {
      // What has worked is no wrong setting: the broker's own directory may be away.
      if (!was_connected_ || failure.code() != Errc::permission_denied) throw;
      auto error = failure.error();
      error.code = Errc::outside_unavailable;
      throw Failure(std::move(error));
    }
  });
  was_connected_ = true;
  context.connected();
}

void MqttSink::connect_in_some_version(const std::function<bool()>& give_up) {
  try {
    connect(give_up);
  } catch (const Failure& failure) {
    if (failure.code() != Errc::unsupported || was_connected_ ||
        options_.broker.version != VersionChoice::automatic) {
      throw;
    }
    publisher_.set_version(Version::v3_1_1);
    connect(give_up);
  }
}

void MqttSink::connect(const std::function<bool()>& give_up) {
  socket_.reset();
  socket_ = std::move(common::Socket::connect(socket_options(options_.broker), give_up).value());
  publisher_.open(Clock::now());
  while (!publisher_.running()) {
    if (give_up()) throw Failure(Errc::cancelled, "given up before the broker answered");
    pump();
    (void)publisher_.next().value();
  }
}

void MqttSink::pump() {
  (void)publisher_.tick(Clock::now()).value();
  bool moved = false;
  while (!publisher_.output().empty()) {
    const auto count = socket_->send(publisher_.output()).value();
    if (!count) break;
    publisher_.sent(*count, Clock::now());
    moved = true;
  }
  while (const auto count = socket_->receive(room_).value()) {
    publisher_.received({room_.data(), *count}, Clock::now());
    moved = true;
    if (*count < room_.size()) break;
  }
  if (moved) return;
  const short events = publisher_.output().empty() ? POLLIN : POLLIN | POLLOUT;
  pollfd fd{.fd = socket_->fd(), .events = events, .revents = 0};
  if (::poll(&fd, 1, poll_ms) < 0 && errno != EINTR) {
    throw Failure(Errc::internal, std::string("poll: ") + std::strerror(errno));
  }
}

void MqttSink::write(Batch records) {
  // Of a batch that the broker hung up on the kit tries parts, without a new `open`.
  if (!socket_) open(*context_);
  guarded([&] { write_batch(records); });
}

void MqttSink::write_batch(Batch records) {
  Refused refused;
  std::size_t at = 0;
  auto end = records.size();
  while (at < end || publisher_.in_flight() > 0) {
    at = publish_some(records.first(end), at, refused);
    // Nothing behind a record that is no message: the user may want to stop there.
    if (!refused.empty() && refused.back().at == at) end = at;
    take_answers(records, refused);
    if (at < end || publisher_.in_flight() > 0) pump();
  }
  if (options_.qos == 0) wait_for_ping();
  publisher_.batch_done();
  if (refused.empty()) return;
  std::ranges::sort(refused, {}, &RecordsRefused::Refused::at);
  if (end == records.size()) throw RecordsRefused(std::move(refused));
  throw PartialWrite(refused.front().at, std::move(refused.front().error));
}

std::size_t MqttSink::publish_some(Batch records, std::size_t at, Refused& refused) {
  for (; at < records.size() && publisher_.may_publish(); ++at) {
    if (publisher_.output().size() >= output_bytes_max) break;
    auto done = publish(records[at]);
    if (done.ok()) continue;
    refused.push_back({at, done.error()});
    break;
  }
  return at;
}

Outcome<Done> MqttSink::publish(const SinkRecord& record) {
  const common::RecordFields fields(record.value);
  auto topic = topic_name(topic_, {.record = record, .topic = stream_topic_, .fields = fields});
  if (!topic.ok()) return topic.error();
  if (options_.payload_field.empty()) {
    return publisher_.publish(ticket_of(record), topic.value(), record.value);
  }
  auto payload = fields.text(options_.payload_field);
  if (!payload.ok()) return payload.error();
  return publisher_.publish(ticket_of(record), topic.value(), payload.value());
}

void MqttSink::take_answers(Batch records, Refused& refused) {
  while (auto answer = publisher_.next().value()) {
    if (!answer->refused) continue;
    if (answer->refused->code == Errc::permission_denied || answer->refused->retryable()) {
      throw Failure(*answer->refused);
    }
    const auto found = std::ranges::find(records, answer->ticket, &ticket_of);
    if (found != records.end()) {
      refused.push_back({static_cast<std::size_t>(found - records.begin()), *answer->refused});
    }
  }
}

void MqttSink::wait_for_ping() {
  // One that was out before says nothing of what came behind it.
  for (int rounds = 0; rounds < 2; ++rounds) {
    if (rounds == 1) publisher_.ping(Clock::now());
    while (publisher_.ping_is_out()) {
      pump();
      (void)publisher_.next().value();
    }
  }
}

void MqttSink::idle() {
  // As in `write`: what failed over a record has ended the connection, and the kit goes on.
  if (!socket_) open(*context_);
  guarded([&] {
    (void)publisher_.tick(Clock::now()).value();
    while (!publisher_.output().empty()) pump();
    while (const auto count = socket_->receive(room_).value()) {
      publisher_.received({room_.data(), *count}, Clock::now());
    }
    while (publisher_.next().value()) {
    }
  });
}

void MqttSink::close() {
  if (!socket_) return;
  publisher_.close();
  // Best effort: everything was acknowledged.
  (void)socket_->send(publisher_.output()).ok();
  socket_.reset();
}

void MqttSink::check(CheckContext& check) {
  options_.broker.connect_timeout = std::min(options_.broker.connect_timeout, check.time_left());
  const std::string client_id = check_client_id();
  auto options = publisher_options(options_);
  options.client_id = client_id;
  // Only the session's life depends on it, and this one is to end.
  publisher_ = Publisher(std::move(options));
  try {
    connect_in_some_version([&] { return check.time_left().count() == 0; });
  } catch (const Failure& failure) {
    throw Failure(in_context("checked with the client id " + client_id, failure.error()));
  }
  check.found("the broker " + options_.broker.url.redacted() + " takes us, MQTT " +
              std::string(text_of(publisher_.version())));
  close();
}

}  // namespace sluice::mqtt
