// SPDX-License-Identifier: Apache-2.0
#include "broker/acceptor.hpp"

#include <utility>

#include <boost/asio.hpp>

#include "broker/log_limit.hpp"
#include "sluice/error.hpp"

namespace sluice::broker {
namespace {

constexpr auto pause_after_error = std::chrono::milliseconds(100);

Errc kind_of(const boost::system::error_code& error) {
  if (error == asio::error::address_in_use) return Errc::address_in_use;
  if (error == asio::error::access_denied) return Errc::permission_denied;
  return Errc::io;
}

tcp::endpoint resolve(asio::io_context& context, const std::string& host, std::uint16_t port) {
  tcp::resolver resolver(context);
  boost::system::error_code error;
  const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::passive, error);
  if (error || found.empty()) {
    throw Failure(Errc::unresolved_host, "listening on `" + host + "`: " + error.message());
  }
  return found.begin()->endpoint();
}

std::string name_of(const tcp::socket& socket) {
  boost::system::error_code error;
  const auto peer = socket.remote_endpoint(error);
  return error ? std::string("?") : peer.address().to_string() + ':' + std::to_string(peer.port());
}

}  // namespace

Acceptor::Acceptor(asio::io_context& context, const std::string& host, std::uint16_t port,
                   Hooks hooks)
    : context_(context), acceptor_(context), hooks_(std::move(hooks)) {
  const auto endpoint = resolve(context, host, port);
  boost::system::error_code error;
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (error) {
    throw Failure(kind_of(error),
                  "listening on " + host + ':' + std::to_string(port) + ": " + error.message());
  }
}

std::uint16_t Acceptor::port() const {
  return acceptor_.local_endpoint().port();
}

void Acceptor::start() {
  asio::co_spawn(context_, loop(), asio::detached);
}

void Acceptor::close() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

asio::awaitable<void> Acceptor::loop() {
  while (acceptor_.is_open()) {
    auto& server = hooks_.pick();
    boost::system::error_code error;
    tcp::socket socket(server);
    co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
    if (error == asio::error::operation_aborted) co_return;
    if (error) {
      // Out of descriptors, most likely: some will come back.
      log_limited("broker.acceptor", "cannot accept", {{"error", error.message()}});
      asio::steady_timer timer(context_, pause_after_error);
      co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    auto peer = name_of(socket);
    if (!hooks_.admit()) {
      log_limited("broker.acceptor", "too many connections, refused one", {{"peer", peer}});
      continue;
    }
    socket.set_option(tcp::no_delay(true), error);
    socket.set_option(asio::socket_base::keep_alive(true), error);
    asio::post(server, [this, socket = std::make_shared<tcp::socket>(std::move(socket)),
                        peer = std::move(peer)] { hooks_.serve(std::move(*socket), peer); });
  }
}

}  // namespace sluice::broker
