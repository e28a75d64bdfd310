// SPDX-License-Identifier: Apache-2.0
#include "connector/http_server.hpp"

#include <charconv>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <sys/socket.h>

#include "sluice/error.hpp"

namespace sluice::connector {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// TCP and UNIX sockets alike.
using Protocol = asio::generic::stream_protocol;
using Socket = asio::basic_stream_socket<Protocol>;
using Acceptor = asio::basic_socket_acceptor<Protocol>;
using Stream = beast::basic_stream<Protocol>;

constexpr std::size_t connections_max = 32;
constexpr std::size_t request_bytes_max = 8'192;
constexpr std::chrono::seconds request_timeout{10};
// For one that follows lines: it may look away for a while.
constexpr std::chrono::seconds line_timeout{60};
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

std::string_view view(boost::core::string_view text) {
  return {text.data(), text.size()};
}

HttpReply handle(const Request& request, const HttpServer::Handler& handler) {
  const auto target = view(request.target());
  const auto mark = target.find('?');
  const bool head = request.method() == http::verb::head;
  return handler({.method = head ? "GET" : view(request.method_string()),
                  .path = target.substr(0, mark),
                  .query = mark == std::string_view::npos ? "" : target.substr(mark + 1),
                  .host = view(request[http::field::host]),
                  .authorization = view(request[http::field::authorization])});
}

template <typename Message>
void set_fields(Message& response, const Request& request, const HttpReply& reply) {
  response.version(request.version());
  response.keep_alive(request.keep_alive());
  response.result(reply.status);
  response.set(http::field::server, "sluice");
  response.set(http::field::content_type, reply.content_type);
  response.set(http::field::cache_control, "no-store");
  for (const auto& [name, value] : reply.headers) response.set(name, value);
}

Response make_response(const Request& request, HttpReply reply) {
  Response response;
  set_fields(response, request, reply);
  const auto size = reply.body.size();
  if (request.method() == http::verb::head) {
    response.content_length(size);
  } else {
    response.body() = std::move(reply.body);
    response.prepare_payload();
  }
  return response;
}

// What wakes the sender of lines: more of them, or that nobody reads any more.
struct LineEvents {
  explicit LineEvents(asio::io_context& io) : timer(io, asio::steady_timer::time_point::max()) {}

  void more() {
    ready = true;
    timer.cancel();
  }
  void end() {
    gone = true;
    timer.cancel();
  }

  asio::steady_timer timer;
  bool ready = false;
  bool gone = false;
};

// No feed calls into a server that has gone.
class Subscription {
 public:
  Subscription(asio::io_context& io, LineFeed& feed, const std::shared_ptr<LineEvents>& events)
      : feed_(feed) {
    feed_.on_ready([&io, events] { asio::post(io, [events] { events->more(); }); });
  }
  ~Subscription() { feed_.on_ready({}); }
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;

 private:
  LineFeed& feed_;
};

}  // namespace

struct HttpServer::Impl {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  std::thread thread;

  struct Door {
    Acceptor acceptor;
    Handler handler;
    std::size_t connections = 0;
  };

  static void open(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, std::string_view text) {
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

  void serve(int family, int descriptor, Handler handler) {
    auto door = std::make_shared<Door>(Acceptor(io), std::move(handler));
    error_code error;
    door->acceptor.assign(Protocol(family, 0), descriptor, error);
    if (error) {
      ::close(descriptor);
      throw Failure(Errc::io, "cannot serve a socket: " + error.message());
    }
    asio::co_spawn(io, accept_all(std::move(door)), asio::detached);
    if (!thread.joinable()) thread = std::thread([this] { io.run(); });
  }

  asio::awaitable<void> accept_all(std::shared_ptr<Door> door) {
    asio::steady_timer pause(io);
    while (door->acceptor.is_open()) {
      error_code error;
      auto socket = co_await door->acceptor.async_accept(quiet(error));
      if (error == asio::error::operation_aborted) co_return;
      if (!error && door->connections < connections_max) {
        ++door->connections;
        asio::co_spawn(io, answer_all(std::move(socket), door), asio::detached);
        continue;
      }
      // Too many connections, or no descriptors left: this one is dropped, the next may wait.
      pause.expires_after(accept_pause);
      co_await pause.async_wait(quiet(error));
    }
  }

  asio::awaitable<void> answer_all(Socket socket, std::shared_ptr<Door> door) {
    Stream stream(std::move(socket));
    beast::flat_buffer buffer(request_bytes_max);
    bool again = true;
    while (again) {
      error_code error;
      http::request_parser<http::empty_body> parser;
      parser.header_limit(request_bytes_max);
      stream.expires_after(request_timeout);
      co_await http::async_read(stream, buffer, parser, quiet(error));
      if (error) break;
      auto reply = handle(parser.get(), door->handler);
      if (reply.lines && parser.get().method() != http::verb::head) {
        co_await send_lines(stream, parser.get(), std::move(reply));
        break;
      }
      const auto response = make_response(parser.get(), std::move(reply));
      stream.expires_after(request_timeout);
      co_await http::async_write(stream, response, quiet(error));
      again = !error && response.keep_alive();
    }
    error_code ignored;
    stream.socket().shutdown(Socket::shutdown_both, ignored);
    --door->connections;
  }

  asio::awaitable<void> send_lines(Stream& stream, const Request& request, HttpReply reply) {
    http::response<http::empty_body> response;
    set_fields(response, request, reply);
    response.keep_alive(false);
    response.chunked(true);
    http::response_serializer<http::empty_body> head(response);
    error_code error;
    stream.expires_after(request_timeout);
    co_await http::async_write_header(stream, head, quiet(error));
    if (error) co_return;
    const auto events = std::make_shared<LineEvents>(io);
    const Subscription subscription(io, *reply.lines, events);
    // A client that listens has nothing more to say: this is the end of its connection.
    stream.socket().async_wait(Socket::wait_read, [events](error_code) { events->end(); });
    while (!error && !events->gone) {
      events->ready = false;
      const auto piece = reply.lines->take();
      stream.expires_after(line_timeout);
      if (!piece.text.empty()) {
        co_await asio::async_write(stream, http::make_chunk(asio::buffer(piece.text)),
                                   quiet(error));
      }
      if (piece.last) {
        co_await asio::async_write(stream, http::make_chunk_last(), quiet(error));
        break;
      }
      if (error || !piece.text.empty() || events->ready || events->gone) continue;
      stream.expires_never();
      error_code ignored;
      co_await events->timer.async_wait(quiet(ignored));
    }
  }
};

HttpServer::HttpServer() : impl_(std::make_unique<Impl>()) {}

HttpServer::~HttpServer() {
  impl_->io.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

std::string HttpServer::listen(std::string_view address, Handler handler) {
  const auto endpoint = parse_listen(address);
  tcp::acceptor acceptor(impl_->io);
  Impl::open(acceptor, endpoint, address);
  auto text = text_of(acceptor.local_endpoint());
  impl_->serve(endpoint.protocol().family(), acceptor.release(), std::move(handler));
  return text;
}

void HttpServer::listen(int descriptor, Handler handler) {
  impl_->serve(AF_UNIX, descriptor, std::move(handler));
}

void check_listen_address(std::string_view address) {
  static_cast<void>(parse_listen(address));
}

bool is_loopback(std::string_view address) {
  return parse_listen(address).address().is_loopback();
}

}  // namespace sluice::connector
