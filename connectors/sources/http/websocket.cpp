// SPDX-License-Identifier: Apache-2.0
#include "websocket.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <unistd.h>

namespace sluice::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ws = beast::websocket;
using boost::system::error_code;
using boost::system::system_error;

constexpr auto token = asio::use_awaitable;

using PlainStream = ws::stream<beast::tcp_stream>;
using TlsStream = ws::stream<beast::ssl_stream<beast::tcp_stream>>;

Errc errc_of(const error_code& code) {
  if (code == beast::error::timeout) return Errc::timed_out;
  if (code == ws::error::message_too_big) return Errc::too_large;
  if (code == ws::error::upgrade_declined) return Errc::outside_unavailable;
  if (code == asio::error::connection_refused) return Errc::connection_refused;
  if (code.category() == asio::error::get_netdb_category()) return Errc::unresolved_host;
  if (code.category() == asio::error::get_ssl_category()) return Errc::tls;
  return Errc::connection_lost;
}

asio::ssl::context load_tls_context(const common::TlsOptions& options) {
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  if (options.ca_file.empty()) {
    context.set_default_verify_paths();
  } else {
    context.load_verify_file(options.ca_file);
  }
  if (!options.cert_file.empty()) {
    context.set_password_callback([&](std::size_t, asio::ssl::context::password_purpose) {
      return options.key_password.reveal();
    });
    context.use_certificate_chain_file(options.cert_file);
    context.use_private_key_file(options.key_file, asio::ssl::context::pem);
  }
  context.set_verify_mode(options.insecure ? asio::ssl::verify_none : asio::ssl::verify_peer);
  return context;
}

asio::ssl::context tls_context(const common::TlsOptions& options) {
  try {
    return load_tls_context(options);
  } catch (const system_error& error) {
    throw Failure(Errc::invalid_config, "certificates and key: " + error.code().message() +
                                            "; check --ca-file, --cert-file and --key-file");
  }
}

class Connection {
 public:
  Connection(const HttpOptions& options, SourceContext& stream, const std::function<void()>& opened)
      : options_(options),
        stream_(stream),
        opened_(opened),
        kit_(io_, ::dup(stream.wake_fd())),
        ping_timer_(io_) {}

  Outcome<Done> run();

 private:
  asio::awaitable<void> talk();
  asio::awaitable<void> connect(beast::tcp_stream& tcp);
  asio::awaitable<void> secure(TlsStream& socket);
  template <typename Socket>
  asio::awaitable<void> converse(Socket& socket);
  template <typename Socket>
  asio::awaitable<void> ping(Socket& socket);
  asio::awaitable<void> hear_kit();
  template <typename Socket>
  void configure(Socket& socket);
  void end(std::exception_ptr thrown);

  const HttpOptions& options_;
  SourceContext& stream_;
  const std::function<void()>& opened_;
  asio::io_context io_{1};
  asio::posix::stream_descriptor kit_;
  asio::steady_timer ping_timer_;
  std::exception_ptr thrown_;
  bool stopped_ = false;
  int status_ = 0;  // of a server that does not want to upgrade
};

Outcome<Done> Connection::run() {
  asio::co_spawn(io_, hear_kit(), [this](std::exception_ptr thrown) { end(thrown); });
  asio::co_spawn(io_, talk(), [this](std::exception_ptr thrown) { end(thrown); });
  io_.run();
  if (stopped_ || !thrown_) return Done{};
  try {
    std::rethrow_exception(thrown_);
  } catch (const system_error& error) {
    std::string text = options_.endpoint.redacted() + ": " + error.code().message();
    if (status_ != 0) text += ", with status " + std::to_string(status_);
    return Error{errc_of(error.code()), std::move(text), {}};
  }
}

// The first of the two that ends is the end of both.
void Connection::end(std::exception_ptr thrown) {
  if (thrown && !thrown_) thrown_ = std::move(thrown);
  io_.stop();
}

asio::awaitable<void> Connection::hear_kit() {
  for (;;) {
    co_await kit_.async_wait(asio::posix::descriptor_base::wait_read, token);
    if (stream_.dispatch()) continue;
    stopped_ = true;
    co_return;
  }
}

asio::awaitable<void> Connection::connect(beast::tcp_stream& tcp) {
  const std::string port =
      std::to_string(options_.endpoint.port_or(options_.endpoint.scheme() == "wss" ? 443 : 80));
  asio::ip::tcp::resolver resolver(io_);
  const auto addresses = co_await resolver.async_resolve(options_.endpoint.host(), port, token);
  tcp.expires_after(options_.connect_timeout);
  co_await tcp.async_connect(addresses, token);
  tcp.socket().set_option(asio::ip::tcp::no_delay(true));
}

asio::awaitable<void> Connection::secure(TlsStream& socket) {
  auto& tls = socket.next_layer();
  const std::string& host = options_.endpoint.host();
  if (!options_.tls.insecure) tls.set_verify_callback(asio::ssl::host_name_verification(host));
  if (SSL_set_tlsext_host_name(tls.native_handle(), host.c_str()) != 1) {
    throw system_error(asio::error::invalid_argument);
  }
  beast::get_lowest_layer(socket).expires_after(options_.connect_timeout);
  co_await tls.async_handshake(asio::ssl::stream_base::client, token);
}

asio::awaitable<void> Connection::talk() {
  if (options_.endpoint.scheme() == "ws") {
    PlainStream socket(io_);
    co_await connect(socket.next_layer());
    co_await converse(socket);
    co_return;
  }
  asio::ssl::context context = tls_context(options_.tls);
  TlsStream socket(io_, context);
  co_await connect(beast::get_lowest_layer(socket));
  co_await secure(socket);
  co_await converse(socket);
}

template <typename Socket>
void Connection::configure(Socket& socket) {
  beast::get_lowest_layer(socket).expires_never();  // the websocket has timeouts of its own
  ws::stream_base::timeout limits{};
  limits.handshake_timeout = options_.timeout;
  limits.idle_timeout = std::max<std::chrono::milliseconds>(options_.websocket.ping_interval * 3,
                                                            std::chrono::seconds(10));
  limits.keep_alive_pings = false;
  socket.set_option(limits);
  ws::permessage_deflate deflate;
  deflate.client_enable = true;
  socket.set_option(deflate);
  socket.read_message_max(options_.max_record_size.bytes);
  socket.set_option(ws::stream_base::decorator([this](ws::request_type& request) {
    for (const Header& header : options_.headers) request.set(header.name, header.value);
  }));
}

template <typename Socket>
asio::awaitable<void> Connection::converse(Socket& socket) {
  configure(socket);
  const Url& url = options_.endpoint;
  std::string host =
      url.host().find(':') == std::string::npos ? url.host() : '[' + url.host() + ']';
  if (url.port()) host += ':' + std::to_string(*url.port());
  const std::string target = url.target();
  ws::response_type response;
  error_code refused;
  co_await socket.async_handshake(response, host, target, asio::redirect_error(token, refused));
  if (refused == ws::error::upgrade_declined) status_ = static_cast<int>(response.result_int());
  if (refused) throw system_error(refused);

  socket.text(true);
  if (options_.websocket.subscription_message) {
    co_await socket.async_write(asio::buffer(*options_.websocket.subscription_message), token);
  }
  for (const std::string& message : options_.websocket.subscription_messages) {
    co_await socket.async_write(asio::buffer(message), token);
  }
  opened_();
  // A ping that fails shows in the reading.
  asio::co_spawn(io_, ping(socket), asio::detached);
  beast::flat_buffer message;
  for (;;) {
    co_await socket.async_read(message, token);
    const auto bytes = message.cdata();
    stream_.send({.value = {static_cast<const char*>(bytes.data()), bytes.size()}});
    message.clear();
  }
}

template <typename Socket>
asio::awaitable<void> Connection::ping(Socket& socket) {
  for (;;) {
    co_await socket.async_ping({}, token);
    ping_timer_.expires_after(options_.websocket.ping_interval);
    co_await ping_timer_.async_wait(token);
  }
}

}  // namespace

Outcome<Done> run_websocket(const HttpOptions& options, SourceContext& stream,
                            const std::function<void()>& opened) {
  Connection connection(options, stream, opened);
  return connection.run();
}

}  // namespace sluice::http
