// SPDX-License-Identifier: Apache-2.0
#pragma once

// Addresses as option values: where to connect to, `host:port` or `[::1]:port`, and where to
// listen, which may have port 0 for any free one.

#include "net/endpoint.hpp"
#include "sluice/options/table.hpp"

namespace sluice::cli {

struct ListenAddress {
  net::Endpoint endpoint;
};
[[nodiscard]] Result<ListenAddress> parse_listen_address(std::string_view text);

// The endpoint that a client of this machine uses: 0.0.0.0 is where a server listens, and no
// address of anything.
[[nodiscard]] std::string reachable(const net::Endpoint& bound);

}  // namespace sluice::cli

template <>
struct sluice::option_value<sluice::net::Endpoint> {
  static std::string check(std::string_view text);
  static constexpr options::ValueInfo info{.kind = OptionKind::text, .check = &check};
  static net::Endpoint from(const options::Scalar& scalar);
  static options::Scalar to(const net::Endpoint& endpoint);
};

template <>
struct sluice::option_value<sluice::cli::ListenAddress> {
  static std::string check(std::string_view text);
  static constexpr options::ValueInfo info{.kind = OptionKind::text, .check = &check};
  static cli::ListenAddress from(const options::Scalar& scalar);
  static options::Scalar to(const cli::ListenAddress& address);
};
