// SPDX-License-Identifier: Apache-2.0
#include "cli/addresses.hpp"

namespace sluice::cli {

Result<ListenAddress> parse_listen_address(std::string_view text) {
  // An endpoint to connect to has no port 0; one to listen on may.
  const bool any_port = text.ends_with(":0");
  auto endpoint =
      net::parse_endpoint(any_port ? std::string(text.substr(0, text.size() - 1)) + "1" : text);
  if (!endpoint) {
    return fail(Errc::invalid_argument, "the address `" + std::string(text) +
                                            "` is not of the form host:port, as 127.0.0.1:9003");
  }
  if (any_port) endpoint->port = 0;
  return ListenAddress{*std::move(endpoint)};
}

std::string reachable(const net::Endpoint& bound) {
  if (bound.host == "0.0.0.0") return net::Endpoint{"127.0.0.1", bound.port}.text();
  if (bound.host == "::") return net::Endpoint{"::1", bound.port}.text();
  return bound.text();
}

}  // namespace sluice::cli

namespace sluice {
namespace {

template <typename T>
std::string problem_of(const Result<T>& parsed) {
  return parsed ? std::string() : parsed.error().context;
}

}  // namespace

std::string option_value<net::Endpoint>::check(std::string_view text) {
  return problem_of(net::parse_endpoint(text));
}
net::Endpoint option_value<net::Endpoint>::from(const options::Scalar& scalar) {
  return *net::parse_endpoint(std::get<std::string>(scalar));
}
options::Scalar option_value<net::Endpoint>::to(const net::Endpoint& endpoint) {
  return endpoint.text();
}

std::string option_value<cli::ListenAddress>::check(std::string_view text) {
  return problem_of(cli::parse_listen_address(text));
}
cli::ListenAddress option_value<cli::ListenAddress>::from(const options::Scalar& scalar) {
  return *cli::parse_listen_address(std::get<std::string>(scalar));
}
options::Scalar option_value<cli::ListenAddress>::to(const cli::ListenAddress& address) {
  return address.endpoint.text();
}

}  // namespace sluice
