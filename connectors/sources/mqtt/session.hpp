// SPDX-License-Identifier: Apache-2.0
#pragma once

// One subscriber's MQTT session, without I/O: bytes and time go in, messages and bytes come out.
//
// The session outlives its connections. It hands out each message with a number, and
// acknowledges it to the broker (PUBACK, or PUBREC of QoS 2) only when the caller says that the
// stream has it; acknowledgements go out in the order in which the messages came. A message
// that the broker repeats on a new connection because it had no acknowledgement yet is
// recognised and not handed out again.
//
// Memory: one receive buffer of at most `packet_bytes_max` and a little, and one small entry
// for each message without acknowledgement, of which there are at most 65,535.
// Not thread-safe. Never blocks, never throws for what a broker sends.

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "common/mqtt/packet.hpp"
#include "unacknowledged.hpp"

namespace sluice::mqtt {

struct SessionOptions {
  Version version = Version::v5;
  std::string client_id;
  std::optional<std::string> user;
  std::optional<std::string> password;
  std::vector<std::string> topics;  // none: it subscribes to nothing
  Qos qos = Qos::at_least_once;
  bool clean_start = false;
  std::chrono::seconds session_expiry{0};
  std::chrono::seconds keep_alive{60};  // 0: no pings
  std::uint16_t receive_maximum = 4096;
  std::size_t packet_bytes_max = std::size_t{16} << 20U;
  // For the answers to CONNECT, SUBSCRIBE and PINGREQ.
  std::chrono::milliseconds answer_timeout{10'000};
};

// Valid until the next `receive_room`.
struct Message {
  std::string_view topic;
  std::string_view payload;
  Qos qos = Qos::at_most_once;
  // To be given to `acknowledge`; none with QoS 0.
  std::optional<std::uint64_t> sequence;
};

class Session {
 public:
  using Clock = std::chrono::steady_clock;
  using Time = Clock::time_point;

  explicit Session(SessionOptions options);

  // A connection is there: forgets what belonged to the last one, and writes CONNECT.
  void open(Time now);
  [[nodiscard]] Version version() const { return options_.version; }
  [[nodiscard]] const std::string& client_id() const { return options_.client_id; }
  // Both take effect with the next `open`.
  void set_version(Version version) { options_.version = version; }
  void set_client_id(std::string client_id) { options_.client_id = std::move(client_id); }

  // Where to put bytes from the broker; never empty. Then say how many it were.
  [[nodiscard]] std::span<char> receive_room();
  void received(std::size_t count, Time now);
  // The next message, or none until more bytes are there. Errors end the connection:
  // `permission_denied` and `outside_rejected` when the broker refuses us, `unsupported` when it
  // does not know this version, `outside_unavailable` when it says to try later,
  // `already_running` when another client took the session over, and those of the packets.
  [[nodiscard]] Outcome<std::optional<Message>> next();

  // The stream has every message up to this number.
  void acknowledge(std::uint64_t sequence);
  // It did not take this one: what the broker repeats of it is handed out again.
  void not_taken(std::uint64_t sequence) { unacknowledged_.not_taken(sequence); }

  // Bytes for the broker. Say how many of them went.
  [[nodiscard]] std::string_view output() const {
    return std::string_view(output_).substr(output_sent_);
  }
  void sent(std::size_t count, Time now);

  // Pings when it is time. `timed_out` when an answer is missing; while the caller is not
  // reading, a missing answer means nothing.
  [[nodiscard]] Outcome<Done> tick(Time now, bool reading);
  // When `tick` has something to do.
  [[nodiscard]] Time deadline() const;

  // Every topic is subscribed.
  [[nodiscard]] bool running() const { return state_ == State::running; }
  // The broker had kept our session and what came since the last connection.
  [[nodiscard]] bool resumed() const { return resumed_; }
  // This connection had to begin a new session, though there was one: the broker lost it, and
  // with it what it had not delivered.
  [[nodiscard]] bool was_forgotten() const { return forgotten_; }
  // Messages that were handed out and not acknowledged to this connection.
  [[nodiscard]] std::size_t waiting() const { return unacknowledged_.size(); }
  // The broker repeated these and they were not handed out again.
  [[nodiscard]] std::uint64_t repeated() const { return repeated_; }

  // Writes DISCONNECT. Acknowledgements from now on are for the next connection.
  void close();
  [[nodiscard]] bool closed() const { return state_ == State::closed; }

 private:
  enum class State { closed, connecting, subscribing, running };

  [[nodiscard]] Outcome<std::optional<Message>> handle(const Frame& frame);
  [[nodiscard]] std::optional<Message> on_publish(const Publish& publish);
  [[nodiscard]] Outcome<Done> on_connack(const Connack& connack);
  [[nodiscard]] Outcome<Done> on_suback(const Suback& suback);
  [[nodiscard]] Outcome<Done> on_disconnect(const Disconnect& disconnect);
  void on_pubrel(const Pubrel& pubrel);
  void subscribe();
  void write_acks();

  SessionOptions options_;
  State state_ = State::closed;
  bool resumed_ = false;
  bool forgotten_ = false;
  bool subscribed_before_ = false;
  std::chrono::seconds keep_alive_{0};
  std::uint64_t repeated_ = 0;
  Unacknowledged unacknowledged_;

  std::vector<char> input_;
  std::size_t input_begin_ = 0;
  std::size_t input_end_ = 0;
  std::string output_;
  std::size_t output_sent_ = 0;

  Time last_sent_{};
  Time last_received_{};
  std::optional<Time> answer_due_;
  bool deaf_ = false;  // nobody reads what the broker says
};

}  // namespace sluice::mqtt
