// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/packet_reader.hpp"

namespace sluice::mqtt {

std::string_view PacketReader::take(std::size_t count) {
  if (count > bytes_.size()) {
    fail();
    return {};
  }
  const std::string_view taken = bytes_.substr(0, count);
  bytes_.remove_prefix(count);
  return taken;
}

std::uint32_t PacketReader::number(std::size_t bytes) {
  std::uint32_t value = 0;
  for (const char c : take(bytes)) value = (value << 8U) | static_cast<unsigned char>(c);
  return value;
}

std::uint32_t PacketReader::variable_length() {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 28; shift += 7) {
    const std::uint8_t low = byte();
    value |= static_cast<std::uint32_t>(low & 0x7fU) << shift;
    if ((low & 0x80U) == 0) return value;
  }
  fail();
  return 0;
}

namespace {

void read_property(PacketReader& in, Properties& out) {
  using P = PropertyId;
  switch (static_cast<P>(in.byte())) {
    case P::payload_format_indicator:
    case P::wildcard_subscription_available:
    case P::subscription_identifier_available:
    case P::shared_subscription_available:
      in.byte();
      return;
    case P::maximum_qos:
      out.maximum_qos = in.byte();
      return;
    case P::retain_available:
      out.retain_available = in.byte();
      return;
    case P::receive_maximum:
      out.receive_maximum = in.big_endian16();
      return;
    case P::topic_alias_maximum:
      in.big_endian16();
      return;
    case P::server_keep_alive:
      out.server_keep_alive = in.big_endian16();
      return;
    case P::topic_alias:
      out.topic_alias = in.big_endian16();
      return;
    case P::message_expiry_interval:
    case P::session_expiry_interval:
      in.big_endian32();
      return;
    case P::maximum_packet_size:
      out.maximum_packet_size = in.big_endian32();
      return;
    case P::subscription_identifier:
      in.variable_length();
      return;
    case P::reason_string:
      out.reason_text = in.text();
      return;
    case P::content_type:
    case P::response_topic:
    case P::correlation_data:
    case P::assigned_client_identifier:
    case P::authentication_method:
    case P::authentication_data:
    case P::response_information:
    case P::server_reference:
      in.text();
      return;
    case P::user_property:
      in.text();
      in.text();
      return;
  }
  in.fail();
}

}  // namespace

Properties read_properties(PacketReader& in) {
  const std::uint32_t length = in.variable_length();
  PacketReader inside(in.take(length));
  Properties out;
  while (in.ok() && inside.ok() && !inside.at_end()) read_property(inside, out);
  if (!inside.ok()) in.fail();
  return out;
}

}  // namespace sluice::mqtt
