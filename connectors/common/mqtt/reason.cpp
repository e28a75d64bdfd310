// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/reason.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace sluice::mqtt {
namespace {

constexpr auto reasons = std::to_array<Reason>({
    {0x00, Errc::connection_lost, "normal disconnection"},
    {0x80, Errc::outside_rejected, "refused without a reason"},
    {0x81, Errc::protocol, "malformed packet"},
    {0x82, Errc::protocol, "protocol error"},
    {0x83, Errc::outside_rejected, "the broker's own reason"},
    {0x84, Errc::unsupported, "the broker does not speak this MQTT version"},
    {0x85, Errc::invalid_argument, "the client id is not allowed"},
    {0x86, Errc::permission_denied, "wrong user name or password"},
    {0x87, Errc::permission_denied, "not authorised"},
    {0x88, Errc::outside_unavailable, "the broker is unavailable"},
    {0x89, Errc::outside_unavailable, "the broker is busy"},
    {0x8a, Errc::permission_denied, "this client is banned"},
    {0x8b, Errc::outside_unavailable, "the broker shuts down"},
    {0x8c, Errc::permission_denied, "authentication method is not supported"},
    {0x8d, Errc::timed_out, "keep-alive timeout"},
    {0x8e, Errc::already_running, "another client has taken over this client id"},
    {0x8f, Errc::invalid_argument, "the topic filter is not allowed"},
    {0x90, Errc::invalid_argument, "the topic name is not allowed"},
    {0x93, Errc::protocol, "receive maximum exceeded"},
    {0x94, Errc::protocol, "topic alias is invalid"},
    {0x95, Errc::too_large, "packet too large"},
    {0x96, Errc::outside_unavailable, "message rate too high"},
    {0x97, Errc::outside_unavailable, "quota exceeded"},
    {0x98, Errc::outside_unavailable, "disconnected by an administrator"},
    {0x99, Errc::outside_rejected, "payload format is invalid"},
    {0x9a, Errc::outside_rejected, "retain is not supported"},
    {0x9b, Errc::outside_rejected, "this QoS is not supported"},
    {0x9c, Errc::outside_unavailable, "use another server"},
    {0x9d, Errc::outside_unavailable, "the server has moved"},
    {0x9e, Errc::outside_rejected, "shared subscriptions are not supported"},
    {0x9f, Errc::outside_unavailable, "connection rate exceeded"},
    {0xa0, Errc::outside_unavailable, "longest connect time is over"},
    {0xa1, Errc::outside_rejected, "subscription identifiers are not supported"},
    {0xa2, Errc::outside_rejected, "wildcard subscriptions are not supported"},
    {0xff, Errc::outside_rejected, "unknown reason"},
});

constexpr auto v3_reasons = std::to_array<Reason>({
    {1, Errc::unsupported, "the broker does not speak this MQTT version"},
    {2, Errc::invalid_argument, "the client id is not allowed"},
    {3, Errc::outside_unavailable, "the broker is unavailable"},
    {4, Errc::permission_denied, "wrong user name or password"},
    {5, Errc::permission_denied, "not authorised"},
    {0xff, Errc::outside_rejected, "unknown reason"},
});

const Reason& find(std::span<const Reason> rows, std::uint8_t code) {
  const auto row = std::ranges::find(rows, code, &Reason::code);
  return row == rows.end() ? rows.back() : *row;
}

}  // namespace

const Reason& reason_of(std::uint8_t code) {
  return find(reasons, code);
}
const Reason& connect_refusal_of_v3(std::uint8_t code) {
  return find(v3_reasons, code);
}

}  // namespace sluice::mqtt
