// SPDX-License-Identifier: Apache-2.0
#include "connector/http_server.hpp"

#include <charconv>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include "sluice/error.hpp"

namespace sluice::connector {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t connections_max = 32;
constexpr std::size_t request_bytes_max = 8'192;
constexpr std::chrono::seconds request_timeout{10};
constexpr std::chrono::milliseconds accept_pause{100};

// Errors into the variable, not thrown.
auto quiet(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

[[noreturn]] void bad_address(std::string_view listen) {
  throw Failure(Errc::usage, "`" + std::string(listen) +
                                 "` is not an address to listen on; write an IP address and a "
                                 "port, such as 127.0.0.1:9100 or [::1]:9100");
}

tcp::endpoint parse_listen(std::string_view listen) {
  const auto colon = listen.rfind(':');
  if (colon == std::string_view::npos) bad_address(listen);
  auto host = listen.substr(0, colon);
  const auto port_text = listen.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  std::uint16_t port = 0;
  const auto* end = port_text.data() + port_text.size();
  const auto parsed = std::from_chars(port_text.data(), end, port);
  error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (parsed.ec != std::errc{} || parsed.ptr != end || error) bad_address(listen);
  return {address, port};
}

Errc code_of(const error_code& error) {
  if (error == asio::error::address_in_use) return Errc::address_in_use;
  if (error == asio::error::access_denied) return Errc::permission_denied;
  return Errc::io;
}

std::string text_of(const tcp::endpoint& endpoint) {
  const auto host = endpoint.address().to_string();
  const auto port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + host + "]:" + port : host + ":" + port;
}

Response make_response(const Request& request, const HttpServer::Handler& handler) {
  Response response;
  response.version(request.version());
  response.keep_alive(request.keep_alive());
  response.set(http::field::server, "sluice");
  HttpReply reply{.status = 405, .body = "only GET\n"};
  const bool head = request.method() == http::verb::head;
  if (request.method() == http::verb::get || head) {
    const std::string_view target(request.target().data(), request.target().size());
    reply = handler(target.substr(0, target.find('?')));
  }
  response.result(reply.status);
  response.set(http::field::content_type, reply.content_type);
  response.set(http::field::cache_control, "no-store");
  if (!head) response.body() = std::move(reply.body);
  response.prepare_payload();
  return response;
}

}  // namespace

struct HttpServer::Impl {
  asio::io_context io{1};
  tcp::acceptor acceptor{io};
  Handler handler;
  std::size_t connections = 0;
  std::thread thread;

  void listen(const tcp::endpoint& endpoint, std::string_view text) {
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      throw Failure(code_of(error),
                    "cannot listen on " + std::string(text) + ": " + error.message());
    }
  }

  asio::awaitable<void> accept_all() {
    asio::steady_timer pause(io);
    while (acceptor.is_open()) {
      error_code error;
      auto socket = co_await acceptor.async_accept(quiet(error));
      if (error == asio::error::operation_aborted) co_return;
      if (!error && connections < connections_max) {
        ++connections;
        asio::co_spawn(io, serve(std::move(socket)), asio::detached);
        continue;
      }
      // Too many connections, or no descriptors left: this one is dropped, the next may wait.
      pause.expires_after(accept_pause);
      co_await pause.async_wait(quiet(error));
    }
  }

  asio::awaitable<void> serve(tcp::socket socket) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer(request_bytes_max);
    bool again = true;
    while (again) {
      error_code error;
      http::request_parser<http::empty_body> parser;
      parser.header_limit(request_bytes_max);
      stream.expires_after(request_timeout);
      co_await http::async_read(stream, buffer, parser, quiet(error));
      if (error) break;
      const auto response = make_response(parser.get(), handler);
      stream.expires_after(request_timeout);
      co_await http::async_write(stream, response, quiet(error));
      again = !error && response.keep_alive();
    }
    error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
    --connections;
  }
};

HttpServer::HttpServer(std::string_view listen, Handler handler) : impl_(std::make_unique<Impl>()) {
  impl_->handler = std::move(handler);
  impl_->listen(parse_listen(listen), listen);
  address_ = text_of(impl_->acceptor.local_endpoint());
  asio::co_spawn(impl_->io, impl_->accept_all(), asio::detached);
  impl_->thread = std::thread([this] { impl_->io.run(); });
}

HttpServer::~HttpServer() {
  impl_->io.stop();
  impl_->thread.join();
}

}  // namespace sluice::connector
