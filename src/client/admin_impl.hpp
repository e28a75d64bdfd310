// SPDX-License-Identifier: Apache-2.0
#pragma once

// What an `Admin` and a `Watch` are inside.

#include <memory>
#include <string_view>

#include "client/client_impl.hpp"

namespace sluice {

struct Admin::Impl {
  explicit Impl(std::shared_ptr<Client::Impl> from) : client(std::move(from)) {}

  // One request and its answer; `make(version)` makes the request.
  template <typename Response, typename Make>
  client::Versioned<Response> call(const char* what, wire::ScApi api, Make make) const {
    return client::wait_for<client::Versioned<Response>>(
        client->thread, client->call_deadline(), what,
        [core = client->core, api,
         make = std::move(make)](client::Handler<client::Versioned<Response>> done) mutable {
          core->call_sc<Response>(api, std::move(make), std::move(done));
        });
  }
  // The objects of one kind, by the filters.
  template <typename Spec>
  std::vector<wire::Metadata<Spec>> list(const char* what, const wire::ListBody& body) const {
    const auto answer = call<wire::TypeBuffer>(
        what, wire::ScApi::list,
        [body](wire::Version version) { return wire::pack(Spec::label, body, version); });
    auto listed = or_throw(wire::unpack<wire::ListResponseBody<Spec>>(answer.body, answer.version));
    return std::move(listed.items);
  }
  template <typename Spec>
  wire::StatusResponse create(const char* what, wire::CreateBody<Spec> body) const {
    return call<wire::StatusResponse>(what, wire::ScApi::create,
                                      [body = std::move(body)](wire::Version version) {
                                        return wire::pack(Spec::label, body, version);
                                      })
        .body;
  }
  template <typename Key>
  Deleted remove(const char* what, std::string_view label, Key key, bool force,
                 wire::Code missing) const;
  // Waits until the topic and this many partitions are known and online.
  void wait_until_online(const std::string& topic, std::uint32_t count) const;

  std::shared_ptr<Client::Impl> client;
};

struct Watch::Impl {
  std::shared_ptr<Client::Impl> client;
  std::function<void(client::Core&)> forget;  // runs on the I/O thread
};

}  // namespace sluice
