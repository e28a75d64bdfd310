// SPDX-License-Identifier: Apache-2.0
#include "publisher.hpp"

#include <algorithm>
#include <utility>

#include "common/mqtt/reason.hpp"

namespace sluice::mqtt {
namespace {

// A publisher gets small packets only.
constexpr std::size_t packet_bytes_max = std::size_t{1} << 20U;
// With QoS 2 the broker keeps our exchanges while we are away for this long.
constexpr std::uint32_t session_expiry_seconds = 3600;

Error refusal(const Reason& reason, std::string what, std::string server_text) {
  return {reason.errc, std::move(what) + ": " + std::string(reason.text), std::move(server_text)};
}

// What a reason means when it is about one message.
Error message_refusal(const PublishAnswer& answer) {
  auto error =
      refusal(reason_of(answer.reason), "the broker refuses the message", answer.reason_text);
  if (error.code == Errc::too_large) error.code = Errc::record_too_large;
  if (error.code == Errc::invalid_argument) error.code = Errc::outside_rejected;
  return error;
}

std::string text_of(std::chrono::milliseconds time) {
  return std::to_string(time.count()) + " ms (--connect-timeout)";
}

}  // namespace

void Publisher::open(Time now) {
  state_ = State::connecting;
  input_.clear();
  output_.clear();
  input_read_ = output_sent_ = output_messages_ = 0;
  ping_is_out_ = published_ = false;
  found_finished_.clear();
  last_sent_ = last_received_ = last_progress_ = now;
  keep_alive_ = options_.keep_alive;
  const bool resumes = options_.qos == Qos::exactly_once;
  if (!resumes) exchanges_.clear();
  for (auto& [id, exchange] : exchanges_) exchange.here = false;
  sleeping_ = exchanges_.size();
  encode_connect(output_, {.version = options_.version,
                           .client_id = options_.client_id,
                           .user = options_.user,
                           .password = options_.password,
                           .clean_start = !resumes || !connected_before_,
                           .keep_alive_seconds = static_cast<std::uint16_t>(keep_alive_.count()),
                           .session_expiry_seconds = resumes ? session_expiry_seconds : 0});
}

void Publisher::received(std::string_view bytes, Time now) {
  if (input_read_ > 0) input_.erase(0, input_read_);
  input_read_ = 0;
  input_ += bytes;
  last_received_ = now;
}

Outcome<std::optional<Publisher::Answer>> Publisher::next() {
  if (!found_finished_.empty()) {
    const Answer answer{.ticket = found_finished_.back(), .refused = {}};
    found_finished_.pop_back();
    return std::optional(answer);
  }
  for (;;) {
    auto frame = split_frame(std::string_view(input_).substr(input_read_), packet_bytes_max);
    if (!frame.ok()) return not_mqtt(frame.error());
    if (!frame.value()) return std::optional<Answer>{};
    input_read_ += frame.value()->size;
    if (is_publish_answer(*frame.value()) && running()) {
      auto answer = decode_publish_answer(*frame.value(), options_.version);
      if (!answer.ok()) return not_mqtt(answer.error());
      auto done = on_answer(answer.value());
      if (!done.ok() || done.value()) return done;
    } else if (auto done = on_packet(*frame.value()); !done.ok()) {
      return done.error();
    }
  }
}

// The kit takes the decoder's codes for the record's: a good one would be left out, or stop the
// connector, where a new connection helps.
Error Publisher::not_mqtt(Error error) const {
  // Valid, but nothing that we do; it would come again.
  if (error.code == Errc::unsupported) return error;
  error.code = Errc::connection_lost;
  return in_context(state_ == State::connecting ? "what listens at --mqtt-url sent what is not MQTT"
                                                : "the broker sent what is not MQTT",
                    std::move(error));
}

Outcome<Done> Publisher::on_packet(const Frame& frame) {
  auto packet = decode_packet(frame, options_.version);
  if (!packet.ok()) return not_mqtt(packet.error());
  const auto* connack = std::get_if<Connack>(&packet.value());
  if ((connack != nullptr) != (state_ == State::connecting)) {
    return Error{Errc::protocol, "the broker's packets come in no order that MQTT knows", {}};
  }
  if (connack != nullptr) return on_connack(*connack);
  if (const auto* bye = std::get_if<Disconnect>(&packet.value())) {
    auto error =
        refusal(reason_of(bye->reason), "the broker ends the connection", bye->reason_text);
    if (error.code == Errc::too_large) error.code = Errc::record_too_large;
    return error;
  }
  if (std::holds_alternative<Pingresp>(packet.value())) ping_is_out_ = false;
  return Done{};
}

Outcome<Done> Publisher::on_connack(const Connack& connack) {
  if (connack.reason != 0) {
    const bool is_v5_code = connack.reason >= 0x80;
    auto error =
        refusal(is_v5_code ? reason_of(connack.reason) : connect_refusal_of_v3(connack.reason),
                "the broker refuses the connection", connack.reason_text);
    // There is no record in it that could be at fault.
    if (error.code == Errc::outside_rejected) error.code = Errc::outside_unavailable;
    if (error.code == Errc::too_large) error.code = Errc::invalid_config;
    return error;
  }
  if (connack.qos_max < static_cast<std::uint8_t>(options_.qos)) {
    return Error{
        Errc::invalid_config,
        "the broker takes only QoS " + std::to_string(connack.qos_max) + ": ask for it with --qos",
        {}};
  }
  if (options_.retain && !connack.retain_available) {
    return Error{Errc::invalid_config, "the broker keeps no messages: leave --retain out", {}};
  }
  // MQTT 5 §3.2.2.3.3 and §3.2.2.3.6. With the first no message could ever go out, with the second
  // each would be too large.
  if (connack.receive_maximum == 0 || connack.packet_bytes_max == 0) {
    return Error{Errc::protocol,
                 std::string("the broker announces a ") +
                     (connack.receive_maximum == 0 ? "receive maximum" : "maximum packet size") +
                     " of 0, which MQTT forbids: mend its settings, or take --mqtt-version 3.1.1",
                 {}};
  }
  if (connack.server_keep_alive) keep_alive_ = std::chrono::seconds(*connack.server_keep_alive);
  window_ = std::min(options_.in_flight_max, connack.receive_maximum.value_or(65'535));
  packet_bytes_max_ = connack.packet_bytes_max;
  if (!connack.session_present) {
    exchanges_.clear();
    sleeping_ = 0;
  }
  connected_before_ = true;
  state_ = State::running;
  return Done{};
}

Outcome<std::optional<Publisher::Answer>> Publisher::on_answer(const PublishAnswer& answer) {
  const auto found = exchanges_.find(answer.packet_id);
  if (found == exchanges_.end() || !found->second.here) return std::optional<Answer>{};
  Exchange& exchange = found->second;
  const bool refused = answer.reason >= 0x80;
  if (answer.type == PacketType::pubrec && !refused) {
    // Repeated, it brings the message no further.
    if (exchange.step == Step::published) last_progress_ = std::max(last_progress_, last_received_);
    exchange.step = Step::released;
    encode_ack(output_, PacketType::pubrel, answer.packet_id);
    return std::optional<Answer>{};
  }
  Answer out{.ticket = exchange.ticket, .refused = {}};
  // A PUBCOMP that does not know the id: the broker had released the message before.
  if (refused && answer.type != PacketType::pubcomp) out.refused = message_refusal(answer);
  if (options_.qos == Qos::exactly_once && !out.refused) finished_.insert(out.ticket);
  exchanges_.erase(found);
  last_progress_ = std::max(last_progress_, last_received_);
  return std::optional(std::move(out));
}

bool Publisher::continue_exchange(const Ticket& ticket, PublishRequest request) {
  const auto found = std::ranges::find_if(exchanges_, [&](const auto& entry) {
    return !entry.second.here && entry.second.ticket == ticket;
  });
  if (found == exchanges_.end()) return false;
  found->second.here = true;
  --sleeping_;
  if (found->second.step == Step::released) {
    encode_ack(output_, PacketType::pubrel, found->first);
  } else {
    request.packet_id = found->first;
    request.duplicate = true;
    encode_publish(output_, request);
  }
  message_written();
  return true;
}

std::uint16_t Publisher::free_id() {
  do {
    ++last_id_;
  } while (last_id_ == 0 || exchanges_.contains(last_id_));
  return last_id_;
}

Outcome<Done> Publisher::publish(const Ticket& ticket, std::string_view topic,
                                 std::string_view payload) {
  PublishRequest request{.version = options_.version,
                         .topic = topic,
                         .payload = payload,
                         .qos = options_.qos,
                         .retain = options_.retain,
                         .message_expiry = options_.message_expiry};
  constexpr std::size_t protocol_bytes_max = 268'435'460;
  const std::size_t most = packet_bytes_max_.value_or(protocol_bytes_max);
  if (const std::size_t bytes = publish_bytes(request); bytes > most) {
    return Error{Errc::record_too_large,
                 "the message has " + std::to_string(bytes) + " bytes, the broker takes " +
                     std::to_string(most),
                 {}};
  }
  if (finished_.contains(ticket)) {
    found_finished_.push_back(ticket);
    return Done{};
  }
  if (sleeping_ > 0 && continue_exchange(ticket, request)) return Done{};
  if (options_.qos != Qos::at_most_once) {
    request.packet_id = free_id();
    exchanges_[request.packet_id] = {.ticket = ticket, .step = Step::published, .here = true};
  }
  encode_publish(output_, request);
  message_written();
  return Done{};
}

void Publisher::message_written() {
  output_messages_ = output_.size();
  published_ = true;
}

void Publisher::batch_done() {
  finished_.clear();
}

void Publisher::ping(Time now) {
  if (ping_is_out_) return;
  encode_pingreq(output_);
  ping_is_out_ = true;
  last_sent_ = now;
}

void Publisher::sent(std::size_t count, Time now) {
  if (count > 0 && output_sent_ < output_messages_) {
    last_progress_ = now;
    published_ = false;
  }
  output_sent_ += count;
  last_sent_ = now;
  if (output_sent_ < output_.size()) return;
  output_.clear();
  output_sent_ = output_messages_ = 0;
}

Outcome<Done> Publisher::tick(Time now) {
  const auto limit = options_.answer_timeout;
  const bool waits = state_ == State::connecting || ping_is_out_;
  if (waits && now - std::max(last_sent_, last_received_) >= limit) {
    return Error{Errc::timed_out, "the broker does not answer within " + text_of(limit), {}};
  }
  if (std::exchange(published_, false)) last_progress_ = now;
  if (messages_wait() && now - last_progress_ >= limit) {
    return Error{Errc::timed_out,
                 "the broker has neither taken nor acknowledged a message within " + text_of(limit),
                 {}};
  }
  const auto pause = std::chrono::milliseconds(keep_alive_) * 3 / 4;
  if (running() && keep_alive_.count() > 0 && now - std::min(last_sent_, last_received_) >= pause) {
    ping(now);
  }
  return Done{};
}

void Publisher::close() {
  if (running()) encode_disconnect(output_);
  state_ = State::closed;
}

}  // namespace sluice::mqtt
