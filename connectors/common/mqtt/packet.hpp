// SPDX-License-Identifier: Apache-2.0
#pragma once

// The packets of MQTT 3.1.1 and 5 that a client sends and receives, as bytes.
//
// Pure: bytes in, a packet or an error out. Lengths are checked against what is there before
// anything is read, and against the caller's limit before anything is waited for. Views in a
// decoded packet look into the frame.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <sluice/outcome.hpp>

namespace sluice::mqtt {

enum class Version : std::uint8_t { v3_1_1 = 4, v5 = 5 };
enum class Qos : std::uint8_t { at_most_once = 0, at_least_once = 1, exactly_once = 2 };

enum class PacketType : std::uint8_t {
  connect = 1,
  connack = 2,
  publish = 3,
  puback = 4,
  pubrec = 5,
  pubrel = 6,
  pubcomp = 7,
  subscribe = 8,
  suback = 9,
  unsubscribe = 10,
  unsuback = 11,
  pingreq = 12,
  pingresp = 13,
  disconnect = 14,
  auth = 15,
};

// --- what the broker sends ---------------------------------------------------------------

struct Connack {
  bool session_present = false;
  std::uint8_t reason = 0;
  std::string reason_text;
  std::optional<std::uint16_t> server_keep_alive;  // seconds; replaces ours
  // What the broker takes, in version 5; what it does not say is without limit.
  std::optional<std::uint16_t> receive_maximum;
  std::optional<std::uint32_t> packet_bytes_max;
  std::uint8_t qos_max = 2;
  bool retain_available = true;
};

struct Publish {
  bool duplicate = false;
  bool retained = false;
  Qos qos = Qos::at_most_once;
  std::uint16_t packet_id = 0;  // 0 with QoS 0
  std::string_view topic;
  std::string_view payload;
};

struct Pubrel {
  std::uint16_t packet_id = 0;
};

struct Suback {
  std::uint16_t packet_id = 0;
  std::string reason_text;
  std::vector<std::uint8_t> reasons;  // one per topic filter, in their order
};

struct Pingresp {};

struct Disconnect {
  std::uint8_t reason = 0;
  std::string reason_text;
};

using Packet = std::variant<Connack, Publish, Pubrel, Suback, Pingresp, Disconnect>;

// One whole packet in a stream of bytes.
struct Frame {
  std::uint8_t first = 0;  // type and flags
  std::string_view body;
  std::size_t size = 0;  // of all of it

  [[nodiscard]] PacketType type() const { return static_cast<PacketType>(first >> 4U); }
};

// The first frame of `bytes`, or none while bytes are missing. Errors: `malformed`; `too_large`
// when the packet announces more than `bytes_max`: how to raise that is the caller's to say.
[[nodiscard]] Outcome<std::optional<Frame>> split_frame(std::string_view bytes,
                                                        std::size_t bytes_max);

// What a subscriber gets. Errors: `malformed`, `truncated`, `unsupported` (authentication exchange,
// topic alias), and `protocol` for a packet that a broker never sends to one.
[[nodiscard]] Outcome<Packet> decode_packet(const Frame& frame, Version version);

// PUBACK, PUBREC or PUBCOMP: the answer to a publisher.
struct PublishAnswer {
  PacketType type = PacketType::puback;
  std::uint16_t packet_id = 0;
  std::uint8_t reason = 0;  // 0x80 and more: refused
  std::string reason_text;
};
[[nodiscard]] bool is_publish_answer(const Frame& frame);
// Errors: `malformed`. Requires: `is_publish_answer`.
[[nodiscard]] Outcome<PublishAnswer> decode_publish_answer(const Frame& frame, Version version);

// --- what we send ------------------------------------------------------------------------

struct ConnectRequest {
  Version version = Version::v5;
  std::string_view client_id;
  std::optional<std::string_view> user;
  std::optional<std::string_view> password;
  bool clean_start = false;
  std::uint16_t keep_alive_seconds = 60;
  std::uint32_t session_expiry_seconds = 0;  // version 5; 0xffffffff: never
  std::uint16_t receive_maximum = 65'535;    // version 5
};

struct SubscribeRequest {
  Version version = Version::v5;
  std::uint16_t packet_id = 1;
  std::span<const std::string> topics;
  Qos qos = Qos::at_least_once;
};

struct PublishRequest {
  Version version = Version::v5;
  std::string_view topic;
  std::string_view payload;
  Qos qos = Qos::at_least_once;
  bool retain = false;
  bool duplicate = false;
  std::uint16_t packet_id = 0;  // not with QoS 0
  // Seconds, version 5; 0: for ever.
  std::uint32_t message_expiry = 0;
};

// Longest text that MQTT can carry: client id, user, password, topic.
inline constexpr std::size_t text_bytes_max = 65'535;

// Each appends one packet to `out`. Requires: texts of at most `text_bytes_max`.
void encode_connect(std::string& out, const ConnectRequest& request);
// Retained messages come only with a new subscription where the protocol can say so.
void encode_subscribe(std::string& out, const SubscribeRequest& request);
void encode_publish(std::string& out, const PublishRequest& request);
// Bytes of the packet that `encode_publish` makes.
[[nodiscard]] std::size_t publish_bytes(const PublishRequest& request);
// PUBACK, PUBREC, PUBREL, PUBCOMP: success.
void encode_ack(std::string& out, PacketType type, std::uint16_t packet_id);
void encode_pingreq(std::string& out);
void encode_disconnect(std::string& out);

}  // namespace sluice::mqtt
