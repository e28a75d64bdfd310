// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

#include "common/mqtt/reason.hpp"

namespace sluice::mqtt {
namespace {

constexpr std::size_t room_bytes_min = 16'384;
constexpr std::size_t buffer_bytes_start = 65'536;
// A buffer that a large packet has blown up goes back when it is empty.
constexpr std::size_t buffer_bytes_kept = 1'048'576;
constexpr std::uint16_t subscribe_packet_id = 1;

std::uint64_t content_hash(const Publish& publish) {
  const std::hash<std::string_view> hash;
  return hash(publish.topic) * 31 + hash(publish.payload);
}

Error refusal(const Reason& reason, std::string what, std::string server_text) {
  return {reason.errc, std::move(what) + ": " + std::string(reason.text), std::move(server_text)};
}

}  // namespace

Session::Session(SessionOptions options) : options_(std::move(options)) {}

void Session::open(Time now) {
  state_ = State::connecting;
  resumed_ = forgotten_ = false;
  keep_alive_ = options_.keep_alive;
  unacknowledged_.connection_opened();
  input_begin_ = input_end_ = 0;
  output_.clear();
  output_sent_ = 0;
  last_sent_ = last_received_ = now;
  answer_due_ = now + options_.answer_timeout;
  encode_connect(output_, {.version = options_.version,
                           .client_id = options_.client_id,
                           .user = options_.user,
                           .password = options_.password,
                           .clean_start = options_.clean_start,
                           .keep_alive_seconds = static_cast<std::uint16_t>(keep_alive_.count()),
                           .session_expiry_seconds =
                               static_cast<std::uint32_t>(options_.session_expiry.count()),
                           .receive_maximum = options_.receive_maximum});
}

std::span<char> Session::receive_room() {
  const std::size_t unread = input_end_ - input_begin_;
  if (unread == 0 && input_.size() > buffer_bytes_kept) std::vector<char>().swap(input_);
  if (input_.empty()) input_.resize(buffer_bytes_start);
  if (unread == 0 || input_.size() - input_end_ < room_bytes_min) {
    std::memmove(input_.data(), input_.data() + input_begin_, unread);
    input_begin_ = 0;
    input_end_ = unread;
  }
  // `next` refuses packets over the limit, so this ends at the limit and what doubling adds.
  if (input_.size() - input_end_ < room_bytes_min) input_.resize(input_.size() * 2);
  return std::span(input_).subspan(input_end_);
}

void Session::received(std::size_t count, Time now) {
  input_end_ += count;
  last_received_ = now;
  if (state_ == State::running) answer_due_.reset();
}

Outcome<std::optional<Message>> Session::next() {
  for (;;) {
    const std::string_view bytes(input_.data() + input_begin_, input_end_ - input_begin_);
    auto frame = split_frame(bytes, options_.packet_bytes_max);
    if (!frame.ok()) {
      auto error = frame.error();
      if (error.code == Errc::too_large) error.context += ": raise --max-packet-size";
      return error;
    }
    if (!frame.value()) return std::optional<Message>{};
    input_begin_ += frame.value()->size;
    auto message = handle(*frame.value());
    if (!message.ok() || message.value()) return message;
  }
}

Outcome<std::optional<Message>> Session::handle(const Frame& frame) {
  auto packet = decode_packet(frame, options_.version);
  if (!packet.ok()) return packet.error();
  const bool is_connack = std::holds_alternative<Connack>(packet.value());
  if (is_connack != (state_ == State::connecting)) {
    return Error{Errc::protocol,
                 is_connack ? "the broker sent a second CONNACK"
                            : "the broker's first packet is not a CONNACK",
                 {}};
  }
  if (const auto* publish = std::get_if<Publish>(&packet.value())) return on_publish(*publish);
  Outcome<Done> done = Done{};
  if (const auto* connack = std::get_if<Connack>(&packet.value())) done = on_connack(*connack);
  if (const auto* suback = std::get_if<Suback>(&packet.value())) done = on_suback(*suback);
  if (const auto* pubrel = std::get_if<Pubrel>(&packet.value())) on_pubrel(*pubrel);
  if (const auto* bye = std::get_if<Disconnect>(&packet.value())) done = on_disconnect(*bye);
  if (!done.ok()) return done.error();
  return std::optional<Message>{};
}

std::optional<Message> Session::on_publish(const Publish& publish) {
  Message message{.topic = publish.topic, .payload = publish.payload, .qos = publish.qos};
  if (publish.qos == Qos::at_most_once) return message;
  const auto arrival = unacknowledged_.arrived(publish, content_hash(publish));
  if (arrival == Unacknowledged::Arrival::repeated) {
    ++repeated_;
    write_acks();  // the stream may have had it for long
    return std::nullopt;
  }
  message.sequence = unacknowledged_.last_sequence();
  return message;
}

Outcome<Done> Session::on_connack(const Connack& connack) {
  if (connack.reason != 0) {
    // A broker of the old version answers a version 5 CONNECT with its own short codes.
    const bool is_v5_code = connack.reason >= 0x80;
    const Reason& reason =
        is_v5_code ? reason_of(connack.reason) : connect_refusal_of_v3(connack.reason);
    return refusal(reason, "the broker refuses the connection", connack.reason_text);
  }
  if (connack.server_keep_alive) keep_alive_ = std::chrono::seconds(*connack.server_keep_alive);
  resumed_ = connack.session_present && !options_.clean_start;
  forgotten_ = subscribed_before_ && !resumed_ && !options_.clean_start;
  unacknowledged_.session_resumed(resumed_);
  // In 3.1.1 each SUBSCRIBE brings all retained messages again, so only when it is needed.
  const bool keeps_all = options_.version == Version::v3_1_1 && resumed_ && subscribed_before_;
  if (keeps_all || options_.topics.empty()) {
    state_ = State::running;
    answer_due_.reset();
    return Done{};
  }
  subscribe();
  return Done{};
}

void Session::subscribe() {
  state_ = State::subscribing;
  encode_subscribe(output_, {.version = options_.version,
                             .packet_id = subscribe_packet_id,
                             .topics = options_.topics,
                             .qos = options_.qos});
}

Outcome<Done> Session::on_suback(const Suback& suback) {
  if (state_ != State::subscribing || suback.packet_id != subscribe_packet_id ||
      suback.reasons.size() != options_.topics.size()) {
    return Error{Errc::protocol, "the broker sent a SUBACK that answers nothing", {}};
  }
  for (std::size_t i = 0; i < suback.reasons.size(); ++i) {
    const std::uint8_t granted = suback.reasons[i];
    const std::string& topic = options_.topics[i];
    if (granted > 2) {
      return refusal(reason_of(granted), "the broker refuses the subscription to '" + topic + "'",
                     suback.reason_text);
    }
    if (granted < static_cast<std::uint8_t>(options_.qos)) {
      const std::string qos = std::to_string(granted);
      return Error{Errc::outside_rejected,
                   "the broker grants only QoS " + qos + " for '" + topic +
                       "', which may lose messages: ask for it with --qos " + qos,
                   {}};
    }
  }
  state_ = State::running;
  subscribed_before_ = true;
  answer_due_.reset();
  return Done{};
}

void Session::on_pubrel(const Pubrel& pubrel) {
  unacknowledged_.released(pubrel.packet_id);
  encode_ack(output_, PacketType::pubcomp, pubrel.packet_id);
}

Outcome<Done> Session::on_disconnect(const Disconnect& disconnect) {
  return refusal(reason_of(disconnect.reason), "the broker ends the connection",
                 disconnect.reason_text);
}

void Session::acknowledge(std::uint64_t sequence) {
  unacknowledged_.stream_has(sequence);
  write_acks();
}

void Session::write_acks() {
  if (state_ == State::closed || state_ == State::connecting) return;
  while (const auto ack = unacknowledged_.next_ack()) {
    encode_ack(output_, ack->type, ack->packet_id);
  }
}

void Session::sent(std::size_t count, Time now) {
  output_sent_ += count;
  last_sent_ = now;
  if (output_sent_ < output_.size()) return;
  output_.clear();
  output_sent_ = 0;
}

Outcome<Done> Session::tick(Time now, bool reading) {
  deaf_ = !reading && state_ == State::running;
  // The answer may be there; the pings must go on in time, or the broker gives us up.
  if (deaf_) answer_due_.reset();
  if (answer_due_ && now >= *answer_due_) {
    return Error{Errc::timed_out, "the broker does not answer", {}};
  }
  if (!answer_due_ && state_ == State::running && now >= deadline()) {
    encode_pingreq(output_);
    last_sent_ = now;
    if (!deaf_) answer_due_ = now + options_.answer_timeout;
  }
  return Done{};
}

Session::Time Session::deadline() const {
  if (answer_due_) return *answer_due_;
  if (keep_alive_.count() == 0 || state_ != State::running) return Time::max();
  // A connection that only sends, or only receives, may be dead all the same.
  const auto pause = std::chrono::milliseconds(keep_alive_) * 3 / 4;
  return (deaf_ ? last_sent_ : std::min(last_sent_, last_received_)) + pause;
}

void Session::close() {
  if (state_ != State::closed) encode_disconnect(output_);
  state_ = State::closed;
}

}  // namespace sluice::mqtt
