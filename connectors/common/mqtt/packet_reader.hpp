// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads the fields of an MQTT packet. Remembers the first fault, so that a decoder has one
// check, at its end; after a fault every read gives zero or nothing.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::mqtt {

class PacketReader {
 public:
  explicit PacketReader(std::string_view bytes) : bytes_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return bytes_.empty(); }

  std::uint8_t byte() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t big_endian16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t big_endian32() { return number(4); }
  std::uint32_t variable_length();
  // A text or binary data: two bytes of length, then as many.
  std::string_view text() { return take(big_endian16()); }
  std::string_view take(std::size_t count);
  std::string_view rest() { return take(bytes_.size()); }
  void fail() {
    ok_ = false;
    bytes_ = {};
  }

 private:
  std::uint32_t number(std::size_t bytes);

  std::string_view bytes_;
  bool ok_ = true;
};

// The properties of version 5 by their numbers.
enum class PropertyId : std::uint8_t {
  payload_format_indicator = 0x01,
  message_expiry_interval = 0x02,
  content_type = 0x03,
  response_topic = 0x08,
  correlation_data = 0x09,
  subscription_identifier = 0x0b,
  session_expiry_interval = 0x11,
  assigned_client_identifier = 0x12,
  server_keep_alive = 0x13,
  authentication_method = 0x15,
  authentication_data = 0x16,
  response_information = 0x1a,
  server_reference = 0x1c,
  reason_string = 0x1f,
  receive_maximum = 0x21,
  topic_alias_maximum = 0x22,
  topic_alias = 0x23,
  maximum_qos = 0x24,
  retain_available = 0x25,
  user_property = 0x26,
  maximum_packet_size = 0x27,
  wildcard_subscription_available = 0x28,
  subscription_identifier_available = 0x29,
  shared_subscription_available = 0x2a,
};

// The properties that we act on; all others are checked and passed over.
struct Properties {
  std::string reason_text;
  std::optional<std::uint16_t> server_keep_alive;
  std::optional<std::uint16_t> topic_alias;
  std::optional<std::uint16_t> receive_maximum;
  std::optional<std::uint32_t> maximum_packet_size;
  std::optional<std::uint8_t> maximum_qos;
  std::optional<std::uint8_t> retain_available;
};

// An unknown property is a fault: its length cannot be known.
Properties read_properties(PacketReader& in);

}  // namespace sluice::mqtt
