// SPDX-License-Identifier: Apache-2.0
#pragma once

// One listening port: accepts, bounds the number of connections, and hands each socket to the
// thread that will serve it.

#include <functional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "broker/transport.hpp"

namespace sluice::broker {

class Acceptor {
 public:
  struct Hooks {
    std::function<bool()> admit;              // false: close it at once
    std::function<asio::io_context&()> pick;  // who serves the next one
    // On the thread of the context that `pick` named.
    std::function<void(tcp::socket, std::string peer)> serve;
  };
  // Throws Failure: `address_in_use`, `unresolved_host`, `permission_denied`, `io`.
  Acceptor(asio::io_context& context, const std::string& host, std::uint16_t port, Hooks hooks);

  [[nodiscard]] std::uint16_t port() const;
  void start();
  // On the context's thread.
  void close();

 private:
  asio::awaitable<void> loop();

  asio::io_context& context_;
  tcp::acceptor acceptor_;
  Hooks hooks_;
};

}  // namespace sluice::broker
