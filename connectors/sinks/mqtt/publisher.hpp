// SPDX-License-Identifier: Apache-2.0
#pragma once

// One publisher's MQTT session, without I/O: messages, bytes and time go in, answers and bytes
// come out.
//
// The caller names each message by a ticket. With QoS 2 an exchange outlives its connection where
// the broker kept the session: a message that is published again under its ticket continues the
// exchange, so that it is not there twice. Requires: nothing of one batch is left out before
// `batch_done`.
//
// Memory: the bytes that are not sent yet, an entry for each message under way, at most 65,535, and
// with QoS 2 one for each of the batch. Never blocks, never throws for what a broker sends.

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "common/mqtt/packet.hpp"

namespace sluice::mqtt {

// Partition, offset, index.
using Ticket = std::tuple<std::uint32_t, std::int64_t, std::uint32_t>;

struct PublisherOptions {
  Version version = Version::v5;
  std::string client_id;
  std::optional<std::string> user;
  std::optional<std::string> password;
  Qos qos = Qos::at_least_once;
  bool retain = false;
  std::uint32_t message_expiry = 0;
  std::uint16_t in_flight_max = 1024;
  std::chrono::seconds keep_alive{60};  // 0: no pings
  std::chrono::milliseconds answer_timeout{10'000};
};

class Publisher {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  explicit Publisher(PublisherOptions options) : options_(std::move(options)) {}

  // A connection is there: writes CONNECT.
  void open(Time now);
  [[nodiscard]] Version version() const { return options_.version; }
  void set_version(Version version) { options_.version = version; }
  void set_client_id(std::string client_id) { options_.client_id = std::move(client_id); }

  void received(std::string_view bytes, Time now);
  // The broker's answer to a message: none means done.
  struct Answer {
    Ticket ticket;
    std::optional<Error> refused;
  };
  // The next answer, or none until more bytes are there. Errors end the connection; bytes that are
  // not MQTT are `connection_lost`.
  [[nodiscard]] Outcome<std::optional<Answer>> next();

  // The broker took us.
  [[nodiscard]] bool running() const { return state_ == State::running; }
  [[nodiscard]] bool may_publish() const { return running() && in_flight() < window_; }
  // Errors: `record_too_large`. Requires: `may_publish`. With QoS 0 there is no answer.
  [[nodiscard]] Outcome<Done> publish(const Ticket& ticket, std::string_view topic,
                                      std::string_view payload);
  // Messages without an answer.
  [[nodiscard]] std::size_t in_flight() const { return exchanges_.size() - sleeping_; }
  // Everything that was published is answered, and will not be published again.
  void batch_done();

  // Asks for a sign of life; with QoS 0 it says that the broker has taken what came before.
  void ping(Time now);
  [[nodiscard]] bool ping_is_out() const { return ping_is_out_; }

  [[nodiscard]] std::string_view output() const {
    return std::string_view(output_).substr(output_sent_);
  }
  void sent(std::size_t count, Time now);

  // Pings when it is time. `timed_out` when an answer is missing, or messages get nowhere: a broker
  // that answers pings is not excused from answering them.
  [[nodiscard]] Outcome<Done> tick(Time now);
  void close();

 private:
  enum class State { closed, connecting, running };
  enum class Step { published, released };
  struct Exchange {
    Ticket ticket;
    Step step = Step::published;
    bool here = true;  // on this connection; else it waits to be published again
  };

  [[nodiscard]] Error not_mqtt(Error error) const;
  [[nodiscard]] Outcome<Done> on_packet(const Frame& frame);
  [[nodiscard]] Outcome<Done> on_connack(const Connack& connack);
  [[nodiscard]] Outcome<std::optional<Answer>> on_answer(const PublishAnswer& answer);
  [[nodiscard]] bool continue_exchange(const Ticket& ticket, PublishRequest request);
  [[nodiscard]] std::uint16_t free_id();
  void message_written();
  [[nodiscard]] bool messages_wait() const {
    return in_flight() > 0 || output_sent_ < output_messages_;
  }

  PublisherOptions options_;
  State state_ = State::closed;
  bool connected_before_ = false;
  std::chrono::seconds keep_alive_{0};
  std::size_t window_ = 0;
  std::optional<std::uint32_t> packet_bytes_max_;

  std::map<std::uint16_t, Exchange> exchanges_;  // by packet id
  std::size_t sleeping_ = 0;                     // of them, not on this connection
  std::set<Ticket> finished_;                    // QoS 2: answered in this batch
  std::vector<Ticket> found_finished_;           // published again, and done already
  std::uint16_t last_id_ = 0;

  std::string input_;
  std::size_t input_read_ = 0;
  std::string output_;
  std::size_t output_sent_ = 0;
  std::size_t output_messages_ = 0;  // where the last message in `output_` ends; pings may follow
  Time last_sent_{};
  Time last_received_{};
  Time last_progress_{};    // of messages: the socket took of them, or one got its answer
  bool published_ = false;  // since the last `tick`, which is when the wait for it begins
  bool ping_is_out_ = false;
};

}  // namespace sluice::mqtt
