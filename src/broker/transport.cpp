// SPDX-License-Identifier: Apache-2.0
#include "broker/transport.hpp"

#include <utility>
#include <vector>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <sys/sendfile.h>
#include <sys/socket.h>

namespace sluice::broker {
namespace {

// Below this a copy and one call cost less than a header of its own and sendfile.
constexpr std::size_t copied_bytes_max = 16 * 1024;
constexpr std::size_t chunk_bytes = 256 * 1024;

std::vector<asio::const_buffer> buffers_of(std::span<const ByteView> parts) {
  std::vector<asio::const_buffer> buffers;
  buffers.reserve(parts.size());
  for (const auto& part : parts) buffers.emplace_back(part.data(), part.size());
  return buffers;
}

[[noreturn]] void throw_lost() {
  throw boost::system::system_error(asio::error::make_error_code(asio::error::connection_aborted));
}

// The bytes of a slice were promised in a header: if they are gone, so is the connection.
void read_promised(const LogSlice& slice, std::uint64_t position, std::span<std::byte> into) {
  const auto count = slice.file->read_at(into, position);
  if (!count || *count < into.size()) throw_lost();
}

template <typename Stream>
asio::awaitable<void> copy_slice(Stream& stream, const LogSlice& slice) {
  std::vector<std::byte> chunk(std::min<std::size_t>(slice.size_bytes(), chunk_bytes));
  for (std::uint64_t at = slice.begin.position; at < slice.end.position;) {
    const auto count = std::min<std::uint64_t>(chunk.size(), slice.end.position - at);
    const auto part = std::span(chunk).first(count);
    read_promised(slice, at, part);
    const asio::const_buffer buffer(part.data(), part.size());
    co_await asio::async_write(stream, buffer, asio::use_awaitable);
    at += count;
  }
}

class PlainTransport final : public Transport {
 public:
  explicit PlainTransport(tcp::socket socket) : socket_(std::move(socket)) {
    socket_.native_non_blocking(true);
  }

  asio::awaitable<void> handshake() override { co_return; }

  asio::awaitable<std::size_t> read_some(std::span<std::byte> into) override {
    const asio::mutable_buffer buffer(into.data(), into.size());
    const auto count = co_await socket_.async_read_some(buffer, asio::use_awaitable);
    co_return count;
  }

  asio::awaitable<void> write(std::span<const ByteView> parts, bool more) override {
    auto buffers = buffers_of(parts);
    if (!more) {
      co_await asio::async_write(socket_, buffers, asio::use_awaitable);
      co_return;
    }
    for (const auto& buffer : buffers) {
      for (auto rest = buffer; rest.size() > 0;) {
        const auto sent = co_await socket_.async_send(rest, MSG_MORE, asio::use_awaitable);
        rest += sent;
      }
    }
  }

  asio::awaitable<void> write_slice(const LogSlice& slice) override {
    if (slice.size_bytes() <= copied_bytes_max) {
      co_await copy_slice(socket_, slice);
      co_return;
    }
    auto at = static_cast<off_t>(slice.begin.position);
    const auto end = static_cast<off_t>(slice.end.position);
    while (at < end) {
      const auto sent = ::sendfile(socket_.native_handle(), slice.file->fd(), &at,
                                   static_cast<std::size_t>(end - at));
      if (sent == 0) throw_lost();
      if (sent > 0 || errno == EINTR) continue;
      if (errno != EAGAIN) throw_lost();
      co_await socket_.async_wait(tcp::socket::wait_write, asio::use_awaitable);
    }
  }

  void close() noexcept override {
    boost::system::error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
  }

 private:
  tcp::socket socket_;
};

class TlsTransport final : public Transport {
 public:
  TlsTransport(tcp::socket socket, asio::ssl::context& context)
      : stream_(std::move(socket), context) {}

  asio::awaitable<void> handshake() override {
    co_await stream_.async_handshake(asio::ssl::stream_base::server, asio::use_awaitable);
  }

  asio::awaitable<std::size_t> read_some(std::span<std::byte> into) override {
    const asio::mutable_buffer buffer(into.data(), into.size());
    const auto count = co_await stream_.async_read_some(buffer, asio::use_awaitable);
    co_return count;
  }

  asio::awaitable<void> write(std::span<const ByteView> parts, bool) override {
    auto buffers = buffers_of(parts);
    co_await asio::async_write(stream_, buffers, asio::use_awaitable);
  }

  asio::awaitable<void> write_slice(const LogSlice& slice) override {
    co_await copy_slice(stream_, slice);
  }

  void close() noexcept override {
    boost::system::error_code ignored;
    stream_.lowest_layer().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.lowest_layer().close(ignored);
  }

 private:
  asio::ssl::stream<tcp::socket> stream_;
};

}  // namespace

std::unique_ptr<Transport> make_transport(tcp::socket socket) {
  return std::make_unique<PlainTransport>(std::move(socket));
}

std::unique_ptr<Transport> make_transport(tcp::socket socket, asio::ssl::context& context) {
  return std::make_unique<TlsTransport>(std::move(socket), context);
}

}  // namespace sluice::broker
