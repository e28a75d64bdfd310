// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/packet.hpp"

#include "common/mqtt/packet_reader.hpp"

namespace sluice::mqtt {
namespace {

Error malformed(std::string what) {
  return {Errc::malformed, "MQTT packet from the broker: " + std::move(what), {}};
}

Outcome<Packet> finish(const PacketReader& in, Packet packet, std::string_view name) {
  if (in.ok() && in.at_end()) return packet;
  return malformed(std::string(name) + (in.ok() ? " has bytes behind its end"
                                                : " ends too early or breaks its format"));
}

Outcome<Packet> decode_connack(const Frame& frame, Version version) {
  PacketReader in(frame.body);
  Connack out;
  const std::uint8_t flags = in.byte();
  if (flags > 1) return malformed("CONNACK with reserved flags");
  out.session_present = flags == 1;
  out.reason = in.byte();
  // A broker without version 5 answers in the form of version 3.
  if (version == Version::v5 && !(out.reason != 0 && in.at_end())) {
    const auto properties = read_properties(in);
    out.reason_text = properties.reason_text;
    out.server_keep_alive = properties.server_keep_alive;
    out.receive_maximum = properties.receive_maximum;
    out.packet_bytes_max = properties.maximum_packet_size;
    out.qos_max = properties.maximum_qos.value_or(2);
    out.retain_available = properties.retain_available.value_or(1) != 0;
  }
  return finish(in, std::move(out), "CONNACK");
}

Outcome<Packet> decode_publish(const Frame& frame, Version version) {
  const unsigned qos = (frame.first >> 1U) & 3U;
  if (qos == 3) return malformed("PUBLISH with QoS 3");
  PacketReader in(frame.body);
  Publish out;
  out.duplicate = (frame.first & 8U) != 0;
  out.retained = (frame.first & 1U) != 0;
  out.qos = static_cast<Qos>(qos);
  out.topic = in.text();
  if (out.qos != Qos::at_most_once) {
    out.packet_id = in.big_endian16();
    if (in.ok() && out.packet_id == 0) return malformed("PUBLISH with packet id 0");
  }
  if (version == Version::v5 && read_properties(in).topic_alias) {
    // We never offer aliases, so this broker would send messages whose topic we cannot know.
    return Error{Errc::unsupported, "the broker uses a topic alias that was not offered", {}};
  }
  if (in.ok() && out.topic.empty()) return malformed("PUBLISH without a topic");
  out.payload = in.rest();
  return finish(in, out, "PUBLISH");
}

Outcome<Packet> decode_pubrel(const Frame& frame, Version version) {
  if ((frame.first & 15U) != 2) return malformed("PUBREL with wrong flags");
  PacketReader in(frame.body);
  const Pubrel out{.packet_id = in.big_endian16()};
  if (version == Version::v5 && !in.at_end()) {
    in.byte();  // the reason: success, or that the broker does not know the id
    if (!in.at_end()) read_properties(in);
  }
  if (in.ok() && out.packet_id == 0) return malformed("PUBREL with packet id 0");
  return finish(in, out, "PUBREL");
}

Outcome<Packet> decode_suback(const Frame& frame, Version version) {
  PacketReader in(frame.body);
  Suback out;
  out.packet_id = in.big_endian16();
  if (version == Version::v5) out.reason_text = read_properties(in).reason_text;
  const std::string_view reasons = in.rest();
  out.reasons.assign(reasons.begin(), reasons.end());
  if (in.ok() && out.reasons.empty()) return malformed("SUBACK without a reason");
  return finish(in, std::move(out), "SUBACK");
}

Outcome<Packet> decode_disconnect(const Frame& frame, Version version) {
  PacketReader in(frame.body);
  Disconnect out;
  if (version == Version::v5 && !in.at_end()) {
    out.reason = in.byte();
    if (!in.at_end()) out.reason_text = read_properties(in).reason_text;
  }
  return finish(in, std::move(out), "DISCONNECT");
}

// --- encoding ----------------------------------------------------------------------------

void put16(std::string& out, unsigned value) {
  out += static_cast<char>(value >> 8U);
  out += static_cast<char>(value);
}

void put_text(std::string& out, std::string_view text) {
  put16(out, static_cast<unsigned>(text.size()));
  out += text;
}

void put_length(std::string& out, std::size_t length) {
  do {
    const auto low = static_cast<unsigned char>(length & 0x7fU);
    length >>= 7U;
    out += static_cast<char>(length > 0 ? low | 0x80U : low);
  } while (length > 0);
}

void put_frame(std::string& out, unsigned first, std::string_view body) {
  out += static_cast<char>(first);
  put_length(out, body.size());
  out += body;
}

std::size_t publish_body_bytes(const PublishRequest& request) {
  std::size_t bytes = 2 + request.topic.size() + request.payload.size();
  if (request.qos != Qos::at_most_once) bytes += 2;
  if (request.version == Version::v5) bytes += request.message_expiry > 0 ? 6 : 1;
  return bytes;
}

constexpr unsigned first_byte(PacketType type, unsigned flags = 0) {
  return (static_cast<unsigned>(type) << 4U) | flags;
}

}  // namespace

Outcome<std::optional<Frame>> split_frame(std::string_view bytes, std::size_t bytes_max) {
  std::size_t length = 0;
  std::size_t header = 1;
  for (unsigned shift = 0;; shift += 7, ++header) {
    if (shift == 28) return malformed("a length of more than four bytes");
    if (header >= bytes.size()) return std::optional<Frame>{};
    const auto byte = static_cast<unsigned char>(bytes[header]);
    length |= static_cast<std::size_t>(byte & 0x7fU) << shift;
    if ((byte & 0x80U) == 0) break;
  }
  ++header;
  if (header + length > bytes_max) {
    return Error{Errc::too_large,
                 "the broker sends a packet of " + std::to_string(header + length) +
                     " bytes, the limit is " + std::to_string(bytes_max),
                 {}};
  }
  if (bytes.size() < header + length) return std::optional<Frame>{};
  return std::optional<Frame>{Frame{.first = static_cast<std::uint8_t>(bytes[0]),
                                    .body = bytes.substr(header, length),
                                    .size = header + length}};
}

Outcome<Packet> decode_packet(const Frame& frame, Version version) {
  const bool flags_are_zero = (frame.first & 15U) == 0;
  switch (frame.type()) {
    case PacketType::publish:
      return decode_publish(frame, version);
    case PacketType::pubrel:
      return decode_pubrel(frame, version);
    case PacketType::connack:
      if (flags_are_zero) return decode_connack(frame, version);
      break;
    case PacketType::suback:
      if (flags_are_zero) return decode_suback(frame, version);
      break;
    case PacketType::pingresp:
      if (flags_are_zero) return finish(PacketReader(frame.body), Pingresp{}, "PINGRESP");
      break;
    case PacketType::disconnect:
      if (flags_are_zero) return decode_disconnect(frame, version);
      break;
    case PacketType::auth:
      return Error{Errc::unsupported, "the broker asks for an authentication exchange", {}};
    default:
      break;
  }
  return Error{Errc::protocol,
               "the broker sent a packet that a subscriber never gets: first byte " +
                   std::to_string(frame.first),
               {}};
}

bool is_publish_answer(const Frame& frame) {
  const auto type = frame.type();
  return type == PacketType::puback || type == PacketType::pubrec || type == PacketType::pubcomp;
}

Outcome<PublishAnswer> decode_publish_answer(const Frame& frame, Version version) {
  PacketReader in(frame.body);
  PublishAnswer out{
      .type = frame.type(), .packet_id = in.big_endian16(), .reason = 0, .reason_text = {}};
  if (version == Version::v5 && !in.at_end()) {
    out.reason = in.byte();
    if (!in.at_end()) out.reason_text = read_properties(in).reason_text;
  }
  if ((frame.first & 15U) != 0) return malformed("an answer to PUBLISH with flags");
  if (in.ok() && in.at_end() && out.packet_id != 0) return out;
  return malformed("an answer to PUBLISH breaks its format");
}

void encode_connect(std::string& out, const ConnectRequest& request) {
  std::string body;
  put_text(body, "MQTT");
  body += static_cast<char>(request.version);
  unsigned flags = request.clean_start ? 2U : 0U;
  if (request.password) flags |= 0x40U;
  if (request.user) flags |= 0x80U;
  body += static_cast<char>(flags);
  put16(body, request.keep_alive_seconds);
  if (request.version == Version::v5) {
    body += '\x08';  // length of the properties
    body += static_cast<char>(PropertyId::session_expiry_interval);
    put16(body, request.session_expiry_seconds >> 16U);
    put16(body, request.session_expiry_seconds & 0xffffU);
    body += static_cast<char>(PropertyId::receive_maximum);
    put16(body, request.receive_maximum);
  }
  put_text(body, request.client_id);
  if (request.user) put_text(body, *request.user);
  if (request.password) put_text(body, *request.password);
  put_frame(out, first_byte(PacketType::connect), body);
}

void encode_subscribe(std::string& out, const SubscribeRequest& request) {
  constexpr unsigned retained_only_when_new = 0x10;
  const bool is_v5 = request.version == Version::v5;
  std::string body;
  put16(body, request.packet_id);
  if (is_v5) body += '\0';  // no properties
  for (const std::string& topic : request.topics) {
    put_text(body, topic);
    body += static_cast<char>(static_cast<unsigned>(request.qos) |
                              (is_v5 ? retained_only_when_new : 0U));
  }
  put_frame(out, first_byte(PacketType::subscribe, 2), body);
}

void encode_publish(std::string& out, const PublishRequest& request) {
  const bool expires = request.version == Version::v5 && request.message_expiry > 0;
  const bool has_id = request.qos != Qos::at_most_once;
  const unsigned flags = (request.duplicate ? 8U : 0U) | static_cast<unsigned>(request.qos) << 1U |
                         (request.retain ? 1U : 0U);
  out += static_cast<char>(first_byte(PacketType::publish, flags));
  put_length(out, publish_body_bytes(request));
  put_text(out, request.topic);
  if (has_id) put16(out, request.packet_id);
  if (request.version == Version::v5) out += expires ? '\x05' : '\0';
  if (expires) {
    out += static_cast<char>(PropertyId::message_expiry_interval);
    put16(out, request.message_expiry >> 16U);
    put16(out, request.message_expiry & 0xffffU);
  }
  out += request.payload;
}

std::size_t publish_bytes(const PublishRequest& request) {
  const std::size_t body = publish_body_bytes(request);
  std::size_t header = 2;
  for (std::size_t left = body >> 7U; left > 0; left >>= 7U) ++header;
  return header + body;
}

void encode_ack(std::string& out, PacketType type, std::uint16_t packet_id) {
  out += static_cast<char>(first_byte(type, type == PacketType::pubrel ? 2 : 0));
  out += '\x02';
  put16(out, packet_id);
}

void encode_pingreq(std::string& out) {
  put_frame(out, first_byte(PacketType::pingreq), {});
}

void encode_disconnect(std::string& out) {
  put_frame(out, first_byte(PacketType::disconnect), {});
}

}  // namespace sluice::mqtt
