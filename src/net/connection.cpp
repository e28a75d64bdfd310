// SPDX-License-Identifier: Apache-2.0
#include "net/connection.hpp"

#include <utility>
#include <vector>

#include <boost/asio.hpp>
#include <fcntl.h>
#include <netinet/tcp.h>

#include "base/log.hpp"

namespace sluice::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

// Not inherited by programs that a connector starts, and checked while nothing is said: a
// consumer at the end of its topic waits on an idle connection, and has no other way to see
// that the server has gone without a word. The probes wait while something that was sent has
// no answer from the other kernel, such as the request for a stream, which has no deadline of
// its own; that has its own limit, in place of a quarter of an hour.
void prepare_socket(asio::ip::tcp::socket& socket) {
  constexpr int idle_s = 30;
  constexpr int interval_s = 10;
  constexpr int probe_count = 3;
  constexpr int unacknowledged_ms = 60'000;
  const auto handle = socket.native_handle();
  ::fcntl(handle, F_SETFD, FD_CLOEXEC);
  const auto set = [handle](int level, int name, int value) {
    ::setsockopt(handle, level, name, &value, sizeof(value));
  };
  set(IPPROTO_TCP, TCP_NODELAY, 1);
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, idle_s);
  set(IPPROTO_TCP, TCP_KEEPINTVL, interval_s);
  set(IPPROTO_TCP, TCP_KEEPCNT, probe_count);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, unacknowledged_ms);
}

Error connect_error(const Endpoint& endpoint, const error_code& code) {
  const auto what = "connecting to " + endpoint.text();
  if (code == asio::error::connection_refused) {
    return {Errc::connection_refused, what + ": nobody listens there; is the cluster running?", {}};
  }
  if (code == asio::error::access_denied || code == asio::error::no_permission) {
    return {Errc::permission_denied, what + ": " + code.message(), {}};
  }
  if (code == asio::error::timed_out) return {Errc::timed_out, what + ": no answer", {}};
  if (code == asio::error::connection_reset || code == asio::error::eof) {
    return {Errc::connection_lost, what + ": " + code.message(), {}};
  }
  return {Errc::io, what + ": " + code.message(), {}};
}

}  // namespace

Connection::Connection(asio::io_context& io, ConnectOptions options)
    : io_(io),
      options_(std::move(options)),
      resolver_(io),
      stream_(std::in_place_type<Socket>, io),
      connect_timer_(io),
      deadline_timer_(io),
      multiplexer_(options_.client_id) {
  if (options_.tls) stream_.emplace<TlsStream>(io, options_.tls->context());
}

std::shared_ptr<Connection> Connection::open(asio::io_context& io, ConnectOptions options,
                                             Opened opened) {
  auto connection = std::make_shared<Connection>(io, std::move(options));
  connection->opened_ = std::move(opened);
  connection->connect_timer_.expires_after(connection->options_.connect_timeout);
  connection->connect_timer_.async_wait([weak = connection->weak_from_this()](error_code code) {
    const auto self = weak.lock();
    if (code || !self || self->state_ != State::connecting) return;
    self->close({Errc::timed_out,
                 "connecting to " + self->options_.endpoint.text() + ": no connection within " +
                     std::to_string(self->options_.connect_timeout.count()) + " ms",
                 {}});
  });
  asio::co_spawn(io, [connection] { return connection->run(); }, asio::detached);
  return connection;
}

asio::awaitable<void> Connection::run() {
  const auto self = shared_from_this();
  const auto connected = co_await connect_tcp();
  if (!connected) co_return close(connected.error());
  const auto secured = co_await start_tls();
  if (!secured) co_return close(secured.error());
  if (auto* plain = std::get_if<Socket>(&stream_)) {
    co_await serve(*plain);
  } else {
    co_await serve(std::get<TlsStream>(stream_));
  }
}

asio::awaitable<Result<>> Connection::connect_tcp() {
  using asio::ip::tcp;
  const auto& endpoint = options_.endpoint;
  std::vector<tcp::endpoint> addresses;
  error_code code;
  const auto numeric = asio::ip::make_address(endpoint.host, code);
  if (!code) {
    addresses.emplace_back(numeric, endpoint.port);
  } else {
    const auto port = std::to_string(endpoint.port);
    auto [resolve_code, results] = co_await resolver_.async_resolve(endpoint.host, port, as_tuple);
    if (resolve_code) {
      co_return fail(Errc::unresolved_host, "the host name `" + endpoint.host +
                                                "` has no address: " + resolve_code.message());
    }
    for (const auto& entry : results) addresses.push_back(entry.endpoint());
  }
  auto& socket =
      options_.tls ? std::get<TlsStream>(stream_).next_layer() : std::get<Socket>(stream_);
  for (const auto& address : addresses) {
    if (state_ != State::connecting) break;
    error_code ignored;
    socket.close(ignored);
    socket.open(address.protocol(), code);
    if (code) continue;
    prepare_socket(socket);
    std::tie(code) = co_await socket.async_connect(address, as_tuple);
    if (!code) break;
  }
  if (code) co_return tl::unexpected(connect_error(endpoint, code));
  if (state_ != State::connecting) co_return fail(Errc::cancelled, "closed while connecting");
  co_return Result<>{};
}

asio::awaitable<Result<>> Connection::start_tls() {
  auto* stream = std::get_if<TlsStream>(&stream_);
  if (!stream) co_return Result<>{};
  options_.tls->prepare(*stream, options_.tls_name);
  const auto [code] = co_await stream->async_handshake(asio::ssl::stream_base::client, as_tuple);
  if (!code) co_return Result<>{};
  auto error = options_.tls->explain(*stream, options_.tls_name, code);
  co_return tl::unexpected(
      in_context("connecting to " + options_.endpoint.text(), std::move(error)));
}

template <typename Stream>
asio::awaitable<Result<>> Connection::exchange_versions(Stream& stream) {
  const VersionExchange exchange(options_.client_id);
  const auto hello = exchange.start();
  const auto where = "connecting to " + options_.endpoint.text();
  const auto [write_code, written] =
      co_await asio::async_write(stream, asio::buffer(hello), as_tuple);
  if (write_code) co_return tl::unexpected(connect_error(options_.endpoint, write_code));
  for (;;) {
    const auto room = splitter_.prepare();
    const auto buffer = asio::buffer(room.data(), room.size());
    const auto [code, count] = co_await stream.async_read_some(buffer, as_tuple);
    if (code) {
      co_return fail(Errc::connection_lost,
                     where +
                         ": the server ended the connection during the handshake; is this a "
                         "Fluvio server, and is TLS set as it is there?");
    }
    splitter_.commit(count);
    auto frame = splitter_.next();
    if (!frame) co_return tl::unexpected(in_context(where, frame.error()));
    if (!*frame) continue;
    auto versions = exchange.on_frame((*frame)->bytes());
    if (!versions) co_return tl::unexpected(in_context(where, versions.error()));
    versions_ = *std::move(versions);
    co_return Result<>{};
  }
}

template <typename Stream>
asio::awaitable<void> Connection::serve(Stream& stream) {
  const auto exchanged = co_await exchange_versions(stream);
  if (!exchanged) co_return close(exchanged.error());
  if (state_ != State::connecting) co_return;
  become_ready();
  auto error = co_await read_frames(stream);
  close(error);
}

void Connection::become_ready() {
  state_ = State::ready;
  connect_timer_.cancel();
  if (auto opened = std::exchange(opened_, nullptr)) opened(shared_from_this());
}

template <typename Stream>
asio::awaitable<Error> Connection::read_frames(Stream& stream) {
  const auto where = "reading from " + options_.endpoint.text();
  while (state_ == State::ready) {
    for (;;) {
      auto frame = splitter_.next();
      if (!frame) co_return in_context(where, frame.error());
      if (!*frame) break;
      const auto dispatched = multiplexer_.on_frame(**frame);
      if (!dispatched) co_return in_context(where, dispatched.error());
      if (state_ != State::ready) break;
    }
    if (multiplexer_.has_output()) wake_writer();
    const auto room = splitter_.prepare();
    const auto buffer = asio::buffer(room.data(), room.size());
    const auto [code, count] = co_await stream.async_read_some(buffer, as_tuple);
    if (code) co_return lost(code);
    splitter_.commit(count);
  }
  co_return Error{Errc::cancelled, "the connection was closed", {}};
}

template <typename Stream>
asio::awaitable<void> Connection::write_frames(Stream& stream) {
  const auto self = shared_from_this();
  std::vector<ByteView> views;
  std::vector<asio::const_buffer> buffers;
  while (state_ == State::ready && multiplexer_.has_output()) {
    const auto frames = multiplexer_.take_output();
    views.clear();
    buffers.clear();
    for (const auto& frame : frames) frame.append_views(views);
    for (const auto view : views) buffers.emplace_back(view.data(), view.size());
    const auto [code, count] = co_await asio::async_write(stream, buffers, as_tuple);
    if (code) {
      close(lost(code));
      break;
    }
  }
  writing_ = false;
}

void Connection::wake_writer() {
  if (writing_ || state_ != State::ready) return;
  writing_ = true;
  const auto self = shared_from_this();
  if (std::holds_alternative<Socket>(stream_)) {
    asio::co_spawn(
        io_, [self] { return self->write_frames(std::get<Socket>(self->stream_)); },
        asio::detached);
  } else {
    asio::co_spawn(
        io_, [self] { return self->write_frames(std::get<TlsStream>(self->stream_)); },
        asio::detached);
  }
}

void Connection::call(Request request, std::chrono::milliseconds timeout,
                      Multiplexer::Handler handler) {
  if (state_ != State::ready) {
    asio::post(io_, [handler = std::move(handler)]() mutable {
      handler(fail(Errc::connection_lost, "the connection was closed"));
    });
    return;
  }
  multiplexer_.call(std::move(request), Clock::now() + timeout, std::move(handler));
  arm_deadline();
  wake_writer();
}

std::int32_t Connection::open_stream(Request request, Multiplexer::Handler handler) {
  if (state_ != State::ready) {
    asio::post(io_, [handler = std::move(handler)]() mutable {
      handler(fail(Errc::connection_lost, "the connection was closed"));
    });
    return 0;
  }
  const auto id = multiplexer_.open_stream(std::move(request), std::move(handler));
  wake_writer();
  return id;
}

void Connection::arm_deadline() {
  const auto next = multiplexer_.next_deadline();
  if (!next || (armed_for_ && *armed_for_ <= *next)) return;
  armed_for_ = next;
  deadline_timer_.expires_at(*next);
  deadline_timer_.async_wait([weak = weak_from_this()](error_code code) {
    const auto self = weak.lock();
    if (!code && self) self->on_deadline();
  });
}

void Connection::on_deadline() {
  armed_for_.reset();
  if (const auto late = multiplexer_.expired(Clock::now())) {
    close(in_context(options_.endpoint.text(), *late));
    return;
  }
  arm_deadline();
}

Error Connection::lost(const error_code& code) const {
  return {Errc::connection_lost,
          "the connection to " + options_.endpoint.text() + " ended: " + code.message(),
          {}};
}

void Connection::on_closed(std::move_only_function<void(const Error&)> handler) {
  closed_handlers_.push_back(std::move(handler));
}

void Connection::close_socket() {
  error_code ignored;
  resolver_.cancel();
  connect_timer_.cancel();
  deadline_timer_.cancel();
  auto& socket =
      options_.tls ? std::get<TlsStream>(stream_).next_layer() : std::get<Socket>(stream_);
  socket.close(ignored);
}

void Connection::close(const Error& why) {
  if (state_ == State::closed) return;
  const auto self = shared_from_this();
  const auto was_connecting = state_ == State::connecting;
  state_ = State::closed;
  close_socket();
  log::debug("net.connection", "closed",
             {{"endpoint", options_.endpoint.text()}, {"reason", why.message()}});
  auto opened = std::exchange(opened_, nullptr);
  if (was_connecting && opened) opened(tl::unexpected(why));
  multiplexer_.fail(why);
  auto handlers = std::exchange(closed_handlers_, {});
  for (auto& handler : handlers) handler(why);
}

}  // namespace sluice::net
