// SPDX-License-Identifier: Apache-2.0
#include "common/redis/connection.hpp"

#include <cerrno>
#include <cstring>

#include <poll.h>

namespace sluice::redis {
namespace {

constexpr std::size_t room_bytes = 65'536;
constexpr std::size_t output_bytes_kept = 1'048'576;

common::SocketOptions socket_options(const ServerOptions& options) {
  const Url& url = options.url.reveal();
  return {
      .host = url.host(),
      .port = url.port_or(6379),
      .tls = url.scheme() == "rediss" ? std::optional(options.tls) : std::nullopt,
      .proxy = {},
      .connect_timeout = options.connect_timeout,
  };
}

// The command's name: arguments may be the user's data, or a password.
std::string name_of(std::span<const std::string_view> words) {
  return std::string(words.front());
}

}  // namespace

Connection::Connection(const ServerOptions& options, std::string_view client_name,
                       const std::function<bool()>& give_up)
    : socket_(std::move(common::Socket::connect(socket_options(options), give_up).value())),
      timeout_(options.timeout),
      room_(room_bytes) {
  introduce(options, client_name);
}

void Connection::introduce(const ServerOptions& options, std::string_view client_name) {
  const Url& url = options.url.reveal();
  const std::string& user = options.user.empty() ? url.user() : options.user;
  const std::string& password =
      options.password.empty() ? url.password().reveal() : options.password.reveal();
  if (!password.empty()) {
    if (user.empty()) {
      add({"AUTH", password});
    } else {
      add({"AUTH", user, password});
    }
    auto reply = run().front();
    if (reply.is_error()) {
      auto error = error_of("AUTH", reply.text);
      if (error.code == Errc::outside_rejected) error.code = Errc::permission_denied;
      throw Failure(std::move(error));
    }
  }
  if (const int database = database_of(options); database != 0) {
    add({"SELECT", std::to_string(database)});
    const auto reply = run().front();
    if (reply.is_error()) {
      auto error = error_of("SELECT " + std::to_string(database), reply.text);
      if (error.code == Errc::outside_rejected) error.code = Errc::invalid_config;
      throw Failure(std::move(error));
    }
  }
  // For CLIENT LIST of the server's people. A name that it refuses is no reason to stop; that we
  // are not let in is.
  add({"CLIENT", "SETNAME", client_name});
  const auto reply = run().front();
  if (!reply.is_error()) return;
  const auto error = error_of("being let in", reply.text);
  if (error.retryable() || reply.text.starts_with("NOAUTH") || reply.text.starts_with("DENIED")) {
    throw Failure(error);
  }
}

void Connection::add(std::span<const std::string_view> words) {
  encode_command(output_, words);
  ++owed_;
}

bool Connection::send_some() {
  bool moved = false;
  while (wants_to_send()) {
    auto count = socket_->send(std::string_view(output_).substr(sent_));
    if (!count.value()) break;
    sent_ += *count.value();
    moved = true;
  }
  if (moved && !wants_to_send()) {
    output_.clear();
    if (output_.capacity() > output_bytes_kept) output_.shrink_to_fit();
    sent_ = 0;
  }
  return moved;
}

bool Connection::receive_some() {
  auto count = socket_->receive(room_);
  if (!count.value()) return false;
  reader_.feed(std::string_view(room_.data(), *count.value()));
  return true;
}

void Connection::wait(bool reading) {
  short events = reading ? POLLIN : 0;
  if (wants_to_send()) events |= POLLOUT;
  pollfd fd{.fd = socket_->fd(), .events = events, .revents = 0};
  const int count = ::poll(&fd, 1, static_cast<int>(timeout_.count()));
  if (count < 0 && errno != EINTR) {
    throw Failure(Errc::internal, std::string("poll: ") + std::strerror(errno));
  }
  if (count == 0) {
    throw Failure(Errc::timed_out,
                  "the server says nothing for " + std::to_string(timeout_.count()) + " ms");
  }
}

std::vector<Reply> Connection::run() {
  std::vector<Reply> replies;
  replies.reserve(owed_);
  while (owed_ > 0) {
    if (auto reply = reader_.next().value()) {
      replies.push_back(std::move(*reply));
      --owed_;
      continue;
    }
    const bool sent = send_some();
    if (!receive_some() && !sent) wait(true);
  }
  return replies;
}

Reply Connection::call(std::span<const std::string_view> words) {
  add(words);
  auto replies = run();
  if (replies.back().is_error()) throw Failure(error_of(name_of(words), replies.back().text));
  return std::move(replies.back());
}

Reply Connection::call(std::initializer_list<std::string_view> words) {
  return call(std::span(words.begin(), words.size()));
}

std::optional<Reply> Connection::poll_reply() {
  for (;;) {
    if (auto reply = reader_.next().value()) {
      --owed_;
      return reply;
    }
    const bool sent = send_some();
    if (!receive_some() && !sent) return std::nullopt;
  }
}

}  // namespace sluice::redis
