// SPDX-License-Identifier: Apache-2.0
#include "net/link.hpp"

#include <utility>

#include <boost/asio.hpp>

namespace sluice::net {

namespace asio = boost::asio;
using boost::system::error_code;

Link::Link(asio::io_context& io, Where where, Backoff backoff)
    : io_(io), where_(std::move(where)), backoff_(backoff), pause_(io) {}

std::shared_ptr<Connection> Link::current() const {
  return connection_ && connection_->alive() ? connection_ : nullptr;
}

void Link::acquire(Ready ready) {
  if (closed_ || current()) {
    asio::post(io_, [self = shared_from_this(), ready = std::move(ready)]() mutable {
      if (self->closed_) return ready(tl::unexpected(*self->closed_));
      if (auto connection = self->current()) return ready(std::move(connection));
      self->acquire(std::move(ready));
    });
    return;
  }
  waiting_.push_back(std::move(ready));
  if (!attempting_) attempt();
}

void Link::attempt() {
  attempting_ = true;
  pause_.expires_at(not_before_);
  pause_.async_wait([weak = weak_from_this(), attempt = ++attempt_](error_code code) {
    const auto self = weak.lock();
    if (code || !self || !self->attempting_ || self->attempt_ != attempt) return;
    self->start_attempt();
  });
}

void Link::start_attempt() {
  auto options = where_();
  if (!options) return finish(tl::unexpected(options.error()));
  connection_ =
      Connection::open(io_, *std::move(options),
                       [weak = weak_from_this()](Result<std::shared_ptr<Connection>> opened) {
                         if (const auto self = weak.lock()) self->finish(std::move(opened));
                       });
}

void Link::finish(Result<std::shared_ptr<Connection>> result) {
  attempting_ = false;
  if (result) {
    not_before_ = {};
    (*result)->on_closed([weak = weak_from_this(), opened = Clock::now()](const Error&) {
      const auto self = weak.lock();
      if (!self) return;
      // A server that accepts and then ends each connection must not be asked in a tight loop:
      // only a connection that outlived the pause before it ends the growth.
      if (Clock::now() - opened > 2 * self->rested_) self->backoff_.reset();
      self->rest();
    });
  } else {
    connection_.reset();
    rest();
  }
  auto waiting = std::exchange(waiting_, {});
  for (auto& ready : waiting) ready(result);
}

void Link::rest() {
  rested_ = backoff_.next();
  not_before_ = Clock::now() + rested_;
}

void Link::reset(const Error& why) {
  const auto self = shared_from_this();
  if (const auto connection = std::exchange(connection_, nullptr)) connection->close(why);
  if (!attempting_) return;
  pause_.cancel();
  finish(tl::unexpected(why));
}

void Link::close(const Error& why) {
  closed_ = why;
  reset(why);
}

}  // namespace sluice::net
