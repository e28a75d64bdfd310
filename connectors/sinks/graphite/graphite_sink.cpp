// SPDX-License-Identifier: Apache-2.0
#include "graphite_sink.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <thread>
#include <vector>

#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace sluice::graphite {
namespace {

using Clock = std::chrono::steady_clock;

common::SocketOptions socket_options(const GraphiteOptions& options) {
  std::string ignored;
  const auto address = parse_address(options.address, ignored).value_or(Address{});
  return {
      .host = address.host,
      .port = address.port,
      .tls = options.use_tls ? std::optional(options.tls) : std::nullopt,
      .proxy = {},
      .connect_timeout = options.timeout,
  };
}

// Each connection that we end holds a port for a minute (TIME_WAIT): so many must suffice.
constexpr std::chrono::milliseconds connection_age_min{10};

int unacknowledged_bytes(int fd) {
  int count = 0;
  return ::ioctl(fd, SIOCOUTQ, &count) == 0 ? count : 0;
}

int pending_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

std::chrono::seconds now() {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace

template <typename Step>
void GraphiteSink::guarded(Step step) {
  try {
    step();
  } catch (const PartialWrite&) {
    throw;
  } catch (const Failure& failure) {
    socket_.reset();
    if (failure.error().retryable()) context_->disconnected(failure.error());
    throw;
  }
}

void GraphiteSink::open(SinkContext& context) {
  context_ = &context;
  line_.emplace(options_, context.topic());
  guarded([&] { connect(); });
  context.connected();
}

void GraphiteSink::connect() {
  socket_ = std::move(common::Socket::connect(socket_options(options_), [this] {
                        return context_->stopping();
                      }).value());
}

void GraphiteSink::write(std::span<const SinkRecord> records) {
  guarded([&] {
    std::optional<Error> refused;
    std::string text;
    std::size_t at = 0;
    for (; at < records.size() && !refused; ++at) {
      auto line = line_->format(records[at], now());
      if (line.ok()) {
        text += line.value();
      } else {
        refused = line.error();
      }
    }
    std::this_thread::sleep_until(ended_at_ + connection_age_min);
    if (socket_ == nullptr) connect();
    look_for_close();
    send(text);
    if (options_.use_tls) {
      wait_until_acknowledged(Clock::now() + options_.timeout);
      look_for_close();
    } else {
      end_and_wait_until_read();
    }
    if (refused) throw PartialWrite(at - 1, *std::move(refused));
  });
}

void GraphiteSink::send(std::string_view text) {
  auto until = Clock::now() + options_.timeout;
  while (!text.empty()) {
    if (const auto count = socket_->send(text).value()) {
      text.remove_prefix(*count);
      until = Clock::now() + options_.timeout;
      continue;
    }
    look_for_close();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0) throw Failure(Errc::timed_out, "carbon takes no more bytes");
    wait(POLLIN | POLLOUT, left);
  }
}

void GraphiteSink::look_for_close() {
  // Whatever it says is no part of the protocol.
  std::array<char, 1024> room{};
  while (socket_->receive(room).value()) {
  }
}

void GraphiteSink::wait_until_acknowledged(Clock::time_point until) const {
  constexpr std::chrono::milliseconds step{1};
  constexpr std::chrono::milliseconds pause_max{16};
  for (std::chrono::milliseconds pause{0};; pause = std::min(pause * 2 + step, pause_max)) {
    const int count = unacknowledged_bytes(socket_->fd());
    if (const int error = pending_error(socket_->fd()); error != 0) {
      throw Failure(Errc::connection_lost,
                    "carbon broke the connection: " + std::generic_category().message(error));
    }
    if (count == 0) return;
    if (Clock::now() >= until) {
      throw Failure(Errc::timed_out, "carbon's side does not acknowledge what was sent");
    }
    wait(0, pause);
  }
}

void GraphiteSink::end_and_wait_until_read() {
  if (::shutdown(socket_->fd(), SHUT_WR) != 0) {
    throw Failure(Errc::connection_lost, "carbon broke the connection");
  }
  const auto until = Clock::now() + options_.timeout;
  wait_for_end(until);
  // An end that was there before our last bytes is followed by a reset.
  wait_until_acknowledged(until);
  ended_at_ = Clock::now();
  socket_.reset();
}

void GraphiteSink::wait_for_end(Clock::time_point until) const {
  std::array<char, 1024> room{};
  for (;;) {
    const auto count = ::recv(socket_->fd(), room.data(), room.size(), MSG_DONTWAIT);
    if (count == 0) return;
    if (count < 0 && errno != EAGAIN && errno != EINTR) {
      throw Failure(Errc::connection_lost, "carbon broke the connection before it had read all: " +
                                               std::generic_category().message(errno));
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0) throw Failure(Errc::timed_out, "carbon does not read what was sent");
    if (count < 0) wait(POLLIN, left);
  }
}

void GraphiteSink::wait(short events, std::chrono::milliseconds most) const {
  pollfd fd{.fd = socket_->fd(), .events = events, .revents = 0};
  ::poll(&fd, 1, static_cast<int>(most.count()));
}

void GraphiteSink::idle() {
  guarded([&] {
    if (socket_ == nullptr) connect();
    look_for_close();
  });
}

void GraphiteSink::check(CheckContext& check) {
  auto options = socket_options(options_);
  options.connect_timeout = std::min(options.connect_timeout, check.time_left());
  (void)common::Socket::connect(options, [&] { return check.time_left().count() == 0; }).value();
  check.found("somebody listens at " + options_.address + "; carbon does not say who it is");
}

}  // namespace sluice::graphite
