// SPDX-License-Identifier: Apache-2.0

// The parts of `Admin` that are not requests to the control plane: consumer offsets, which the
// leader of their system topic keeps, and watches, which follow the client's own metadata.

#include <utility>

#include <boost/asio.hpp>

#include "client/admin_convert.hpp"
#include "client/admin_impl.hpp"

namespace sluice {
namespace {

// One request to the SPU that leads the system topic with the consumer offsets.
template <typename Request>
typename Request::Response ask_offsets_leader(Client::Impl& client, const char* what,
                                              Request request) {
  using Response = typename Request::Response;
  return client::wait_for<Response>(
      client.thread, client.call_deadline(), what,
      [core = client.core, request = std::move(request)](client::Handler<Response> done) {
        core->acquire_leader("consumer-offset", {0},
                             [core, request, done = std::move(done)](
                                 Result<std::shared_ptr<net::Connection>> connection) mutable {
                               if (!connection) return done(tl::unexpected(connection.error()));
                               client::call_spu(**connection, request,
                                                core->options().request_timeout, std::move(done));
                             });
      });
}

template <typename Info, typename Spec>
std::shared_ptr<Watch::Impl> start_watch(const std::shared_ptr<Client::Impl>& client,
                                         client::Objects<Spec> client::Metadata::* objects,
                                         std::function<void(const Watched<Info>&)> callback) {
  auto impl = std::make_shared<Watch::Impl>();
  impl->client = client;
  const auto id = client::wait_for<std::uint64_t>(
      client->thread, client->call_deadline(), "starting a watch",
      [core = client->core, objects,
       callback = std::move(callback)](client::Handler<std::uint64_t> done) {
        auto& watched = core->metadata().*objects;
        done(watched.observe([callback](const wire::Metadata<Spec>& object, bool deleted) {
          callback({deleted, client::to_info(object)});
        }));
      });
  impl->forget = [objects, id](client::Core& core) { (core.metadata().*objects).forget(id); };
  return {impl.get(), [impl](Watch::Impl*) mutable {
            Watch(impl).stop();
            impl.reset();
          }};
}

}  // namespace

std::vector<ConsumerOffsetInfo> Admin::list_consumer_offsets() {
  const auto answer = ask_offsets_leader(*impl_->client, "listing consumer offsets",
                                         wire::FetchConsumerOffsetsRequest{});
  if (!answer.error_code.ok()) {
    throw Failure(wire::to_error(answer.error_code, "listing consumer offsets"));
  }
  std::vector<ConsumerOffsetInfo> out;
  for (const auto& row : answer.consumers) {
    out.push_back({.consumer_id = row.consumer_id,
                   .topic = row.topic,
                   .partition = {row.partition},
                   .offset = {row.offset},
                   .modified = std::chrono::seconds(row.modified_time_s)});
  }
  return out;
}

Deleted Admin::delete_consumer_offset(const std::string& consumer_id, const std::string& topic,
                                      PartitionId partition) {
  // The server does not say whether there was one.
  bool exists = false;
  for (const auto& row : list_consumer_offsets()) {
    exists = exists ||
             (row.consumer_id == consumer_id && row.topic == topic && row.partition == partition);
  }
  if (!exists) return Deleted::was_missing;
  const auto answer = ask_offsets_leader(
      *impl_->client, "deleting a consumer offset",
      wire::DeleteConsumerOffsetRequest{
          .topic = topic, .partition = partition.value, .consumer_id = consumer_id});
  if (!answer.error_code.ok()) {
    throw Failure(wire::to_error(answer.error_code, "deleting a consumer offset"));
  }
  return Deleted::deleted;
}

void Watch::stop() {
  auto forget = std::exchange(impl_->forget, nullptr);
  if (!forget) return;
  auto& client = *impl_->client;
  if (client.thread.is_current()) return forget(*client.core);
  try {
    // The callback does not run any more once this returned.
    client::wait_for<Done>(client.thread, client::destructor_deadline, "stopping a watch",
                           [core = client.core, forget](client::Handler<Done> done) {
                             forget(*core);
                             done(Done{});
                           });
  } catch (const Failure&) {  // the client was closed: nothing runs any more
  }
}

Watch Admin::watch_topics(std::function<void(const Watched<TopicInfo>&)> callback) {
  return Watch(start_watch(impl_->client, &client::Metadata::topics, std::move(callback)));
}
Watch Admin::watch_partitions(std::function<void(const Watched<PartitionInfo>&)> callback) {
  return Watch(start_watch(impl_->client, &client::Metadata::partitions, std::move(callback)));
}
Watch Admin::watch_spus(std::function<void(const Watched<SpuInfo>&)> callback) {
  return Watch(start_watch(impl_->client, &client::Metadata::spus, std::move(callback)));
}

}  // namespace sluice
