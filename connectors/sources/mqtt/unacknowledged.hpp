// SPDX-License-Identifier: Apache-2.0
#pragma once

// The messages that came and are not acknowledged to the broker yet, in the order in which
// they came: what is to be acknowledged next, and what a repeated message is a repetition of.
//
// A repetition has the packet id and the content of a message that was not acknowledged, and
// with QoS 1 the broker says that it is one. The id alone is not enough: a broker that crashed
// and went back to an older state of its own uses ids again for other messages, which must not
// be lost, though they may say the same.

#include <cstdint>
#include <deque>
#include <optional>
#include <unordered_map>

#include "common/mqtt/packet.hpp"

namespace sluice::mqtt {

class Unacknowledged {
 public:
  // A new connection. Without `kept` the broker knows nothing of earlier messages.
  void connection_opened();
  void session_resumed(bool kept);

  enum class Arrival { first_time, repeated };
  // A message with QoS 1 or 2 came; `hash` is that of topic and payload.
  Arrival arrived(const Publish& publish, std::uint64_t hash);
  // The number of the message that came last.
  [[nodiscard]] std::uint64_t last_sequence() const { return last_sequence_; }

  // The stream did not take this message: when the broker repeats it, it is a new one.
  void not_taken(std::uint64_t sequence) {
    std::erase_if(queue_, [&](const Entry& entry) { return entry.sequence == sequence; });
    std::erase_if(exchanges_, [&](const auto& item) { return item.second.sequence == sequence; });
  }

  // The stream has all messages up to this number.
  void stream_has(std::uint64_t sequence) {
    if (sequence > stored_) stored_ = sequence;
  }
  struct Ack {
    PacketType type;
    std::uint16_t packet_id;
  };
  // What the broker is to be told next, if anything.
  [[nodiscard]] std::optional<Ack> next_ack();
  // QoS 2: the broker has our PUBREC and will not repeat the message.
  void released(std::uint16_t packet_id) { exchanges_.erase(packet_id); }

  [[nodiscard]] std::size_t size() const { return queue_.size(); }

 private:
  struct Entry {
    std::uint64_t sequence = 0;
    std::uint64_t hash = 0;
    std::uint16_t packet_id = 0;
    Qos qos = Qos::at_least_once;
  };
  struct Exchange {
    std::uint64_t sequence = 0;
    std::uint64_t hash = 0;
    bool queued = false;  // on this connection, waiting for its PUBREC
  };

  std::uint64_t last_sequence_ = 0;
  std::uint64_t stored_ = 0;
  std::deque<Entry> queue_;                                // of this connection
  std::unordered_map<std::uint16_t, Entry> earlier_;       // QoS 1, of connections before
  std::unordered_map<std::uint16_t, Exchange> exchanges_;  // QoS 2, until PUBREL
};

}  // namespace sluice::mqtt
