// SPDX-License-Identifier: Apache-2.0
#pragma once

// One socket to one server: connect, TLS, version exchange, then a multiplexer over it.
//
// Everything runs on the one thread of its `io_context`, handlers included. A connection that
// breaks, is late with an answer, or is closed, ends once: all handlers that wait get the
// error, then `on_closed` runs. It is never reopened; that is what `Link` is for.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "net/endpoint.hpp"
#include "net/handshake.hpp"
#include "net/multiplexer.hpp"
#include "net/tls.hpp"

namespace sluice::net {

struct ConnectOptions {
  Endpoint endpoint;
  std::shared_ptr<TlsContext> tls;  // null: plaintext
  std::string tls_name;             // the name that the server's certificate must cover
  std::string client_id;
  std::chrono::milliseconds connect_timeout{10'000};  // for everything up to the versions
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Opened = std::move_only_function<void(Result<std::shared_ptr<Connection>>)>;

  // Starts to connect. `opened` runs once, by the timeout at the latest; closing the returned
  // connection before that makes it run with that error.
  static std::shared_ptr<Connection> open(boost::asio::io_context& io, ConnectOptions options,
                                          Opened opened);
  Connection(boost::asio::io_context& io, ConnectOptions options);

  // The handlers run later, never inside these calls.
  void call(Request request, std::chrono::milliseconds timeout, Multiplexer::Handler handler);
  std::int32_t open_stream(Request request, Multiplexer::Handler handler);
  void drop_stream(std::int32_t id) { multiplexer_.drop_stream(id); }

  void close(const Error& why);
  void on_closed(std::move_only_function<void(const Error&)> handler);
  [[nodiscard]] bool alive() const noexcept { return state_ == State::ready; }
  [[nodiscard]] const Versions& versions() const noexcept { return versions_; }
  [[nodiscard]] const ConnectOptions& options() const noexcept { return options_; }

 private:
  enum class State { connecting, ready, closed };
  using Socket = boost::asio::ip::tcp::socket;

  boost::asio::awaitable<void> run();
  boost::asio::awaitable<Result<>> connect_tcp();
  boost::asio::awaitable<Result<>> start_tls();
  template <typename Stream>
  boost::asio::awaitable<Result<>> exchange_versions(Stream& stream);
  template <typename Stream>
  boost::asio::awaitable<Error> read_frames(Stream& stream);
  template <typename Stream>
  boost::asio::awaitable<void> write_frames(Stream& stream);
  template <typename Stream>
  boost::asio::awaitable<void> serve(Stream& stream);
  void become_ready();
  void wake_writer();
  void arm_deadline();
  void on_deadline();
  void close_socket();
  [[nodiscard]] Error lost(const boost::system::error_code& code) const;

  boost::asio::io_context& io_;
  ConnectOptions options_;
  boost::asio::ip::tcp::resolver resolver_;
  std::variant<Socket, TlsStream> stream_;
  boost::asio::steady_timer connect_timer_;
  boost::asio::steady_timer deadline_timer_;
  std::optional<TimePoint> armed_for_;
  FrameSplitter splitter_;
  Multiplexer multiplexer_;
  Versions versions_;
  Opened opened_;
  std::vector<std::move_only_function<void(const Error&)>> closed_handlers_;
  State state_ = State::connecting;
  bool writing_ = false;
};

}  // namespace sluice::net
