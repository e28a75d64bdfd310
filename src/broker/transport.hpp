// SPDX-License-Identifier: Apache-2.0
#pragma once

// The server's end of one socket, plain or TLS. For one thread; one read and one write may be
// under way at a time. Everything that waits throws `boost::system::system_error` when the
// socket ends, fails or is closed.

#include <memory>
#include <span>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "base/bytes.hpp"
#include "broker/segment.hpp"

namespace sluice::broker {

namespace asio = boost::asio;
using asio::ip::tcp;

class Transport {
 public:
  virtual ~Transport() = default;
  // What comes before the first byte of the protocol; nothing without TLS.
  virtual asio::awaitable<void> handshake() = 0;
  // At least one byte.
  virtual asio::awaitable<std::size_t> read_some(std::span<std::byte> into) = 0;
  // `more`: something follows at once.
  virtual asio::awaitable<void> write(std::span<const ByteView> parts, bool more) = 0;
  virtual asio::awaitable<void> write_slice(const LogSlice& slice) = 0;
  // Ends all that waits. May be called twice.
  virtual void close() noexcept = 0;
};

[[nodiscard]] std::unique_ptr<Transport> make_transport(tcp::socket socket);
// Requires: `context` outlives the transport.
[[nodiscard]] std::unique_ptr<Transport> make_transport(tcp::socket socket,
                                                        asio::ssl::context& context);

}  // namespace sluice::broker
