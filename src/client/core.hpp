// SPDX-License-Identifier: Apache-2.0
#pragma once

// What everything made from one client shares: the control plane connection with its watches,
// the metadata that they bring, and a link to each SPU.
//
// All of it belongs to the I/O thread; only `post` may be called from elsewhere. The control
// plane connection is kept up for as long as the core lives; when it is lost the metadata stays
// and the watches are opened again.

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "client/metadata.hpp"
#include "client/rpc.hpp"
#include "net/link.hpp"
#include "sluice/client.hpp"

namespace sluice::client {

// An answer, and the version that the parts inside its type buffer are encoded with.
template <typename Response>
struct Versioned {
  Response body;
  wire::Version version = 0;
};

class Core : public std::enable_shared_from_this<Core> {
 public:
  Core(boost::asio::io_context& io, ClusterProfile profile, ClientOptions options);

  template <typename Function>
  void post(Function function) {
    boost::asio::post(io_, std::move(function));
  }
  // Connects and waits for the first metadata; `ready` runs once.
  void start(Handler<Done> ready);
  // Ends everything that waits with the error.
  void shutdown(const Error& why);
  [[nodiscard]] bool is_shut_down() const noexcept { return shut_down_.has_value(); }

  void acquire_sc(net::Link::Ready ready) { sc_->acquire(std::move(ready)); }
  void acquire_spu(SpuId id, net::Link::Ready ready);
  [[nodiscard]] std::shared_ptr<net::Connection> current_spu(SpuId id) const;
  // The SPU that leads the partition. `not_leader` while none is known.
  void acquire_leader(const std::string& topic, PartitionId id, net::Link::Ready ready);

  // Runs `done` with true as soon as `check` is, asked after each change of the metadata; with
  // false at the deadline.
  void when(std::move_only_function<bool()> check, net::TimePoint deadline,
            std::move_only_function<void(bool)> done);
  // Runs after each change, until the handle goes.
  [[nodiscard]] std::shared_ptr<void> on_change(std::move_only_function<void()> handler);
  // Waits until topic and partitions are known. `topic_not_found` as soon as the control plane
  // says that there is no such topic.
  void find_topic(const std::string& topic, net::TimePoint deadline, Handler<Done> done);

  // The metadata lacks a topic that was there. Asks the control plane after a moment, because
  // one that just started may show its objects one after the other. `answer` hears true when
  // it says so too, and false when it does not or cannot be asked.
  void confirm_gone(const std::string& topic, std::move_only_function<void(bool)> answer);

  // One request to the control plane.
  // `message(version)` makes the request.
  template <typename Response, typename Message>
  void call_sc(wire::ScApi api, Message message, Handler<Versioned<Response>> done);

  [[nodiscard]] const Metadata& metadata() const noexcept { return metadata_; }
  [[nodiscard]] Metadata& metadata() noexcept { return metadata_; }
  [[nodiscard]] const ClientOptions& options() const noexcept { return options_; }
  [[nodiscard]] const std::string& client_id() const noexcept { return client_id_; }
  [[nodiscard]] boost::asio::io_context& io() noexcept { return io_; }
  [[nodiscard]] const std::string& platform_version() const noexcept { return platform_; }
  // For back-off and the like; differs from call to call. Safe from any thread, as `backoff` is.
  [[nodiscard]] std::uint64_t seed();
  [[nodiscard]] net::Backoff backoff();

 private:
  struct Waiter {
    std::move_only_function<bool()> check;
    std::move_only_function<void(bool)> done;
    boost::asio::steady_timer timer;
  };
  [[nodiscard]] Result<net::ConnectOptions> sc_options() const;
  [[nodiscard]] Result<net::ConnectOptions> spu_options(SpuId id) const;
  [[nodiscard]] net::ConnectOptions connect_options(net::Endpoint endpoint,
                                                    std::string tls_name) const;
  void keep_sc();
  void on_sc(const std::shared_ptr<net::Connection>& connection);
  template <typename Spec>
  [[nodiscard]] Result<> open_watch(const std::shared_ptr<net::Connection>& connection,
                                    Objects<Spec>& objects);
  void changed();
  void on_changed();
  void refresh_links();
  void report_start(Result<Done> result);
  [[nodiscard]] net::Link& spu_link(SpuId id);

  boost::asio::io_context& io_;
  ClusterProfile profile_;
  ClientOptions options_;
  std::string client_id_;
  std::shared_ptr<net::TlsContext> tls_;
  Metadata metadata_;
  std::shared_ptr<net::Link> sc_;
  std::map<SpuId, std::shared_ptr<net::Link>> spus_;
  std::list<std::shared_ptr<Waiter>> waiters_;
  std::list<std::weak_ptr<std::move_only_function<void()>>> listeners_;
  Handler<Done> started_;
  std::string platform_;
  std::optional<Error> shut_down_;
  std::atomic<std::uint64_t> seed_;
  bool changed_posted_ = false;
};

template <typename Response, typename Message>
void Core::call_sc(wire::ScApi api, Message message, Handler<Versioned<Response>> done) {
  acquire_sc([self = shared_from_this(), api, message = std::move(message),
              done = std::move(done)](Result<std::shared_ptr<net::Connection>> sc) mutable {
    if (!sc) return done(tl::unexpected(sc.error()));
    const auto key = static_cast<std::uint16_t>(api);
    const auto version = (*sc)->versions().choose(key, admin_versions);
    if (!version) return done(tl::unexpected(version.error()));
    (*sc)->call(net::make_request(key, *version, message(*version)),
                self->options().request_timeout,
                [done = std::move(done)](Result<net::Answer> answer) mutable {
                  if (!answer) return done(tl::unexpected(answer.error()));
                  auto body = decode_answer<Response>(*answer, "answer of the control plane");
                  if (!body) return done(tl::unexpected(body.error()));
                  done(Versioned<Response>{*std::move(body), answer->version});
                });
  });
}

}  // namespace sluice::client
