// SPDX-License-Identifier: Apache-2.0
#include "client/core.hpp"

#include <random>
#include <utility>

#include <boost/asio.hpp>

#include "base/log.hpp"

namespace sluice::client {

namespace asio = boost::asio;
using boost::system::error_code;
using ConnectionResult = Result<std::shared_ptr<net::Connection>>;

Core::Core(asio::io_context& io, ClusterProfile profile, ClientOptions options)
    : io_(io),
      profile_(std::move(profile)),
      options_(std::move(options)),
      client_id_(profile_.client_id.empty() ? options_.client_id : profile_.client_id),
      seed_(std::random_device{}()) {}

std::uint64_t Core::seed() {
  return seed_.fetch_add(0x9E3779B97F4A7C15ULL, std::memory_order_relaxed);
}

net::Backoff Core::backoff() {
  return {{options_.reconnect_delay_min, options_.reconnect_delay_max}, seed()};
}

void Core::start(Handler<Done> ready) {
  started_ = std::move(ready);
  auto tls = net::TlsContext::make(profile_.tls);
  if (!tls) return report_start(tl::unexpected(tls.error()));
  tls_ = *std::move(tls);
  sc_ = std::make_shared<net::Link>(
      io_,
      [weak = weak_from_this()]() -> Result<net::ConnectOptions> {
        const auto self = weak.lock();
        if (!self) return fail(Errc::cancelled, "the client was closed");
        return self->sc_options();
      },
      backoff());
  const auto endpoint = sc_options();
  if (!endpoint) return report_start(tl::unexpected(endpoint.error()));
  when([this] { return metadata_.known(); }, net::Clock::now() + options_.connect_timeout,
       [this](bool known) {
         if (known) return report_start(Done{});
         report_start(fail(Errc::timed_out, "the control plane at " + profile_.endpoint +
                                                " did not describe the cluster in time"));
       });
  keep_sc();
}

void Core::report_start(Result<Done> result) {
  if (auto started = std::exchange(started_, nullptr)) started(std::move(result));
}

net::ConnectOptions Core::connect_options(net::Endpoint endpoint, std::string tls_name) const {
  return {.endpoint = std::move(endpoint),
          .tls = tls_,
          .tls_name = std::move(tls_name),
          .client_id = client_id_,
          .connect_timeout = options_.connect_timeout};
}

Result<net::ConnectOptions> Core::sc_options() const {
  auto endpoint = net::parse_endpoint(profile_.endpoint);
  if (!endpoint) return tl::unexpected(in_context("profile", endpoint.error()));
  const auto& domain = profile_.tls.domain;
  auto tls_name = domain.empty() ? endpoint->host : domain;
  return connect_options(*std::move(endpoint), std::move(tls_name));
}

Result<net::ConnectOptions> Core::spu_options(SpuId id) const {
  const auto address = metadata_.spu(id, profile_.use_spu_local_address);
  if (!address) {
    return fail(Errc::not_leader,
                "SPU " + std::to_string(id.value) + " has no address in the cluster's metadata");
  }
  const auto& domain = profile_.tls.domain;
  auto tls_name = domain.empty() ? address->endpoint.host : address->name + "." + domain;
  return connect_options(address->endpoint, std::move(tls_name));
}

// One acquisition after the other for ever: each connection that ends brings the next.
void Core::keep_sc() {
  if (shut_down_) return;
  sc_->acquire([self = shared_from_this()](ConnectionResult connection) {
    if (self->shut_down_) return;
    if (connection) return self->on_sc(*connection);
    self->report_start(tl::unexpected(connection.error()));
    log::debug("client.core", "no control plane", {{"reason", connection.error().message()}});
    self->keep_sc();
  });
}

void Core::on_sc(const std::shared_ptr<net::Connection>& connection) {
  platform_ = connection->versions().platform_version();
  auto usable = net::check_platform(platform_);
  if (usable) usable = open_watch(connection, metadata_.spus);
  if (usable) usable = open_watch(connection, metadata_.partitions);
  if (usable) usable = open_watch(connection, metadata_.topics);
  connection->on_closed([weak = weak_from_this()](const Error& why) {
    const auto self = weak.lock();
    if (!self || self->shut_down_) return;
    log::debug("client.core", "control plane lost", {{"reason", why.message()}});
    self->report_start(tl::unexpected(why));
    self->keep_sc();
  });
  if (!usable) connection->close(usable.error());
}

template <typename Spec>
Result<> Core::open_watch(const std::shared_ptr<net::Connection>& connection,
                          Objects<Spec>& objects) {
  const auto key = static_cast<std::uint16_t>(wire::ScApi::watch);
  const auto version = connection->versions().choose(key, admin_versions);
  if (!version) return tl::unexpected(version.error());
  objects.restart();
  const auto request = wire::pack(Spec::label, wire::WatchBody{}, *version);
  connection->open_stream(
      net::make_request(key, *version, request),
      [self = shared_from_this(), &objects,
       weak = std::weak_ptr(connection)](Result<net::Answer> answer) {
        if (!answer) return;  // the connection ends as well
        auto buffer = decode_answer<wire::TypeBuffer>(*answer, Spec::label.data());
        Result<wire::WatchResponseBody<Spec>> body = fail(Errc::protocol, "");
        if (buffer) {
          body = wire::unpack<wire::WatchResponseBody<Spec>>(*buffer, answer->version);
        }
        if (body) {
          objects.apply(*std::move(body));
          self->changed();
        } else if (const auto open = weak.lock()) {
          open->close({Errc::protocol,
                       "the watch of " + std::string(Spec::label) + " does not decode: " +
                           (buffer ? body.error() : buffer.error()).message(),
                       {}});
        }
      });
  return {};
}

void Core::changed() {
  if (std::exchange(changed_posted_, true)) return;
  // Later, and once for all frames of a read: listeners see topics and partitions that agree.
  post([self = shared_from_this()] {
    self->changed_posted_ = false;
    if (!self->shut_down_) self->on_changed();
  });
}

void Core::on_changed() {
  refresh_links();
  std::list<std::shared_ptr<Waiter>> ready;
  for (auto it = waiters_.begin(); it != waiters_.end();) {
    const auto current = it++;
    if ((*current)->check()) ready.splice(ready.end(), waiters_, current);
  }
  for (const auto& waiter : ready) waiter->done(true);
  const auto listeners = listeners_;
  for (const auto& weak : listeners) {
    if (const auto listener = weak.lock()) (*listener)();
  }
  listeners_.remove_if([](const auto& weak) { return weak.expired(); });
}

// A link to an SPU that moved must not stay with the old address.
void Core::refresh_links() {
  for (const auto& [id, link] : spus_) {
    const auto connection = link->current();
    if (!connection) continue;
    const auto wanted = spu_options(id);
    if (!wanted || wanted->endpoint == connection->options().endpoint) continue;
    link->reset({Errc::connection_lost,
                 "SPU " + std::to_string(id.value) + " has moved to " + wanted->endpoint.text(),
                 {}});
  }
}

void Core::shutdown(const Error& why) {
  if (shut_down_) return;
  shut_down_ = why;
  const auto self = shared_from_this();
  if (sc_) sc_->close(why);
  for (const auto& [id, link] : spus_) link->close(why);
  auto waiters = std::exchange(waiters_, {});
  for (const auto& waiter : waiters) waiter->done(false);
  report_start(tl::unexpected(why));
}

net::Link& Core::spu_link(SpuId id) {
  auto& link = spus_[id];
  if (!link) {
    link = std::make_shared<net::Link>(
        io_,
        [weak = weak_from_this(), id]() -> Result<net::ConnectOptions> {
          const auto self = weak.lock();
          if (!self) return fail(Errc::cancelled, "the client was closed");
          return self->spu_options(id);
        },
        backoff());
    if (shut_down_) link->close(*shut_down_);
  }
  return *link;
}

void Core::acquire_spu(SpuId id, net::Link::Ready ready) {
  spu_link(id).acquire(std::move(ready));
}

std::shared_ptr<net::Connection> Core::current_spu(SpuId id) const {
  const auto found = spus_.find(id);
  return found == spus_.end() ? nullptr : found->second->current();
}

void Core::acquire_leader(const std::string& topic, PartitionId id, net::Link::Ready ready) {
  if (const auto leader = metadata_.leader(topic, id)) {
    return acquire_spu(*leader, std::move(ready));
  }
  post([ready = std::move(ready), name = partition_name(topic, id)]() mutable {
    ready(fail(Errc::not_leader, "the cluster's metadata has no leader for " + name));
  });
}

void Core::when(std::move_only_function<bool()> check, net::TimePoint deadline,
                std::move_only_function<void(bool)> done) {
  if (shut_down_) return done(false);
  if (check()) return done(true);
  const auto waiter = std::make_shared<Waiter>(std::move(check), std::move(done),
                                               asio::steady_timer(io_, deadline));
  waiters_.push_back(waiter);
  waiter->timer.async_wait([weak = std::weak_ptr(waiter), self = shared_from_this()](error_code) {
    // Whoever took it off the list calls it.
    const auto late = weak.lock();
    if (late && self->waiters_.remove(late) > 0) late->done(false);
  });
}

void Core::confirm_gone(const std::string& topic, std::move_only_function<void(bool)> answer) {
  constexpr std::chrono::seconds moment{1};
  const auto timer = std::make_shared<asio::steady_timer>(io_, moment);
  timer->async_wait(
      [timer, self = shared_from_this(), topic, answer = std::move(answer)](error_code) mutable {
        if (self->shut_down_) return;
        const auto deadline = net::Clock::now() + self->options_.request_timeout;
        self->find_topic(topic, deadline, [answer = std::move(answer)](Result<Done> found) mutable {
          answer(!found && found.error().code == Errc::topic_not_found);
        });
      });
}

std::shared_ptr<void> Core::on_change(std::move_only_function<void()> handler) {
  auto listener = std::make_shared<std::move_only_function<void()>>(std::move(handler));
  listeners_.push_back(listener);
  return listener;
}

void Core::find_topic(const std::string& topic, net::TimePoint deadline, Handler<Done> done) {
  if (metadata_.complete(topic)) return done(Done{});
  const auto request = [topic](wire::Version version) {
    const wire::ListBody body{.name_filters = {topic}, .summary = false, .system = false};
    return wire::pack(wire::TopicSpec::label, body, version);
  };
  // The watch may be a moment behind, so the control plane is asked before a "no".
  call_sc<wire::TypeBuffer>(
      wire::ScApi::list, request,
      [self = shared_from_this(), topic, deadline,
       done = std::move(done)](Result<Versioned<wire::TypeBuffer>> buffer) mutable {
        if (!buffer) return done(tl::unexpected(buffer.error()));
        using Listed = wire::ListResponseBody<wire::TopicSpec>;
        const auto listed = wire::unpack<Listed>(buffer->body, buffer->version);
        if (!listed) return done(tl::unexpected(listed.error()));
        bool exists = self->metadata_.topics.find(topic) != nullptr;
        for (const auto& item : listed->items) exists = exists || item.name == topic;
        if (!exists) {
          return done(fail(
              Errc::topic_not_found,
              "there is no topic `" + topic + "`; create it first: sluice topic create " + topic));
        }
        self->when([self = self.get(), topic] { return self->metadata_.complete(topic); }, deadline,
                   [topic, done = std::move(done)](bool complete) mutable {
                     if (complete) return done(Done{});
                     done(fail(Errc::timed_out, "the topic `" + topic +
                                                    "` exists, but its partitions are not "
                                                    "placed yet; is every SPU running?"));
                   });
      });
}

}  // namespace sluice::client
