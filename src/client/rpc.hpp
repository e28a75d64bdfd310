// SPDX-License-Identifier: Apache-2.0
#pragma once

// Typed requests over a connection: choose the version, encode, decode the answer.

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "net/connection.hpp"
#include "wire/admin.hpp"
#include "wire/spu.hpp"

namespace sluice::client {

template <typename T>
using Handler = std::move_only_function<void(Result<T>)>;

// The versions of each data node request that this client speaks. Keys that a data node does
// not list are asked with the highest.
[[nodiscard]] constexpr net::VersionRange versions_of(wire::SpuApi key) {
  switch (key) {
    case wire::SpuApi::produce:
      return {8, 25};
    case wire::SpuApi::stream_fetch:
      return {18, 25};
    case wire::SpuApi::update_offsets:
      return {0, 0};
    default:
      return {24, 25};
  }
}
// From 11 on, the bodies of the control plane describe themselves.
inline constexpr net::VersionRange admin_versions{11, wire::admin_version};

template <typename Message>
[[nodiscard]] Result<Message> decode_answer(const net::Answer& answer, const char* what) {
  auto decoded = wire::decode<Message>(answer.body.bytes(), answer.version, what);
  if (decoded) return decoded;
  return sluice::fail(Errc::protocol,
                      "the server's answer does not decode: " + decoded.error().context);
}

template <typename Message>
void call_spu(net::Connection& connection, const Message& message,
              std::chrono::milliseconds timeout, Handler<typename Message::Response> done) {
  const auto key = static_cast<std::uint16_t>(Message::key);
  const auto version = connection.versions().choose_or_ours(key, versions_of(Message::key));
  connection.call(net::make_request(key, version, message), timeout,
                  [done = std::move(done)](Result<net::Answer> answer) mutable {
                    if (!answer) return done(tl::unexpected(answer.error()));
                    done(decode_answer<typename Message::Response>(*answer, "answer"));
                  });
}

}  // namespace sluice::client
