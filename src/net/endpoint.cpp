// SPDX-License-Identifier: Apache-2.0
#include "net/endpoint.hpp"

#include <charconv>

namespace sluice::net {
namespace {

tl::unexpected<Error> wrong(std::string_view text) {
  return fail(Errc::invalid_argument, "the endpoint `" + std::string(text) +
                                          "` is not of the form host:port, as 127.0.0.1:9003");
}

}  // namespace

std::string Endpoint::text() const {
  const auto brackets = host.find(':') != std::string::npos;
  return (brackets ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return wrong(text);
  auto host = text.substr(0, colon);
  const auto port_text = text.substr(colon + 1);
  if (host.front() == '[') {
    if (host.size() < 3 || host.back() != ']') return wrong(text);
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return wrong(text);
  }
  std::uint16_t port = 0;
  const auto* end = port_text.data() + port_text.size();
  const auto [at, error] = std::from_chars(port_text.data(), end, port);
  if (error != std::errc{} || at != end || port == 0) return wrong(text);
  return Endpoint{std::string(host), port};
}

}  // namespace sluice::net
