// SPDX-License-Identifier: Apache-2.0
#include "sluice/client.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "client/admin_impl.hpp"
#include "client/client_impl.hpp"

namespace sluice {
namespace {

using std::chrono::milliseconds;

// The options as they can be used. Throws: `invalid_argument`.
ClientOptions checked(ClientOptions options) {
  const auto check = [](std::string_view name, milliseconds& value, milliseconds least) {
    if (value < least) {
      throw Failure(Errc::invalid_argument,
                    "client option " + std::string(name) + " is " + std::to_string(value.count()) +
                        " ms; it must be at least " + std::to_string(least.count()) + " ms");
    }
    // So that adding it to the time cannot overflow.
    value = std::min<milliseconds>(value, std::chrono::years(1));
  };
  check("connect_timeout", options.connect_timeout, milliseconds(1));
  check("request_timeout", options.request_timeout, milliseconds(1));
  check("reconnect_delay_min", options.reconnect_delay_min, milliseconds(1));
  check("reconnect_delay_max", options.reconnect_delay_max, options.reconnect_delay_min);
  return options;
}

}  // namespace

Client::Impl::Impl(const ClusterProfile& profile, const ClientOptions& options)
    : thread("sluice-io"),
      core(std::make_shared<client::Core>(thread.context(), profile, options)) {}

void Client::Impl::add(const std::shared_ptr<client::Closable>& closable) {
  const std::lock_guard lock(mutex_);
  if (closed_) throw Failure(Errc::cancelled, "the client was closed");
  closables_.remove_if([](const auto& weak) { return weak.expired(); });
  closables_.push_back(closable);
}

std::chrono::milliseconds Client::Impl::call_deadline() const {
  return core->options().request_timeout + core->options().connect_timeout;
}

void Client::Impl::close(std::chrono::milliseconds deadline) {
  const auto until = net::in_time(deadline);
  std::list<std::weak_ptr<client::Closable>> closables;
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(closed_, true)) return;
    closables.swap(closables_);
  }
  for (const auto& weak : closables) {
    if (const auto closable = weak.lock()) closable->close_by(until);
  }
  const Error why{Errc::cancelled, "the client was closed", {}};
  if (thread.is_current()) {
    core->shutdown(why);
  } else {
    const auto done = std::make_shared<std::promise<void>>();
    auto finished = done->get_future();
    core->post([core = core, why, done] {
      core->shutdown(why);
      done->set_value();
    });
    finished.wait_for(client::remaining(until));
  }
  thread.stop(client::remaining(until));
}

Client Client::connect(const ClusterProfile& profile, const ClientOptions& given) {
  const auto options = checked(given);
  auto impl = std::make_shared<Impl>(profile, options);
  const auto deadline = options.connect_timeout + std::chrono::seconds(1);
  auto handle = client::make_handle(impl);
  client::wait_for<Done>(
      impl->thread, deadline, "connecting to the cluster",
      [core = impl->core](client::Handler<Done> done) { core->start(std::move(done)); });
  return Client(std::move(handle));
}

Client Client::connect(const ClientOptions& options) {
  return connect(load_profile(), options);
}

Admin Client::admin() const {
  return Admin(std::make_shared<Admin::Impl>(impl_));
}

std::string Client::platform_version() const {
  return client::wait_for<std::string>(
      impl_->thread, impl_->call_deadline(), "asking for the platform version",
      [core = impl_->core](client::Handler<std::string> done) { done(core->platform_version()); });
}

void Client::close(std::chrono::milliseconds deadline) const {
  impl_->close(deadline);
}

}  // namespace sluice
