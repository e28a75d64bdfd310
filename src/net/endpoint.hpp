// SPDX-License-Identifier: Apache-2.0
#pragma once

// Where a server listens: `host:port`, `[::1]:port`. Pure.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace sluice::net {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  // `host:port`, with brackets around an IPv6 address.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text);

}  // namespace sluice::net
