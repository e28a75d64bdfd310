// SPDX-License-Identifier: Apache-2.0
#include "client/partition_reader.hpp"

#include <utility>

#include <boost/asio.hpp>

#include "base/log.hpp"

namespace sluice::client {

using boost::system::error_code;
namespace {
const std::string offsets_topic = "consumer-offset";
}

PartitionReader::PartitionReader(std::shared_ptr<Core> core, std::shared_ptr<ConsumerQueue> queue,
                                 FetchSettings settings)
    : core_(std::move(core)),
      queue_(std::move(queue)),
      settings_(std::move(settings)),
      state_(settings_),
      backoff_(core_->backoff()),
      pause_(core_->io()),
      silence_(core_->io()) {}

template <typename T, typename Function>
Handler<T> PartitionReader::in_attempt(Function function) {
  return [weak = weak_from_this(), attempt = attempt_,
          function = std::move(function)](Result<T> result) mutable {
    const auto self = weak.lock();
    if (!self || self->stopped_ || self->attempt_ != attempt) return;
    function(*self, std::move(result));
  };
}

void PartitionReader::connect() {
  ++attempt_;
  connecting_ = true;
  check_topic();
  leader_ = core_->metadata().leader(settings_.topic, settings_.partition);
  core_->acquire_leader(
      settings_.topic, settings_.partition,
      in_attempt<std::shared_ptr<net::Connection>>([](PartitionReader& self, auto connection) {
        self.on_connection(std::move(connection));
      }));
}

void PartitionReader::check_topic() {
  const auto& metadata = core_->metadata();
  if (!metadata.known() || metadata.topics.find(settings_.topic)) return;
  if (std::exchange(confirming_, true)) return;
  core_->confirm_gone(settings_.topic, [weak = weak_from_this()](bool gone) {
    const auto self = weak.lock();
    if (!self || self->stopped_) return;
    self->confirming_ = false;
    if (gone) return self->perform(self->state_.on_topic_gone());
    if (!self->state_.idle() || self->store_) self->check_topic();
  });
}

void PartitionReader::on_metadata() {
  if (stopped_ || state_.idle()) return;
  check_topic();
  const auto leader = core_->metadata().leader(settings_.topic, settings_.partition);
  if (!connection_ || !leader || leader == leader_) return;
  perform(state_.on_lost(
      {Errc::not_leader, "the partition moved to SPU " + std::to_string(leader->value), {}}));
}

void PartitionReader::on_connection(Result<std::shared_ptr<net::Connection>> connection) {
  connecting_ = false;
  if (!connection) {
    if (core_->is_shut_down() || (state_.idle() && !store_)) return;
    return perform(step::Reconnect{connection.error()});
  }
  connection_ = *std::move(connection);
  perform(state_.connected(store_.has_value()));
}

void PartitionReader::perform(FetchSteps steps) {
  for (auto& step : steps) {
    if (stopped_) return;
    std::visit([this](auto& one) { perform(one); }, step);
  }
  flush_store();
  watch_silence();
}

void PartitionReader::watch_silence() {
  silence_.cancel();
  const auto limit = state_.silence_max();
  if (!limit) return;
  silence_.expires_after(*limit);
  silence_.async_wait([weak = weak_from_this(), attempt = attempt_](error_code code) {
    const auto self = weak.lock();
    if (code || !self || self->stopped_ || self->attempt_ != attempt) return;
    log::info("client.consumer",
              "the server sends nothing more: the rest counts as left out by the SmartModules",
              {{"partition", partition_name(self->settings_.topic, self->settings_.partition)}});
    self->perform(self->state_.on_silence());
  });
}

void PartitionReader::perform(const step::AskStored&) {
  core_->acquire_leader(
      offsets_topic, {0},
      in_attempt<std::shared_ptr<net::Connection>>([](PartitionReader& self, auto connection) {
        if (connection) return self.ask_stored_at(*connection);
        self.perform(self.state_.on_lost(
            in_context("asking for the stored consumer offset", connection.error())));
      }));
}

void PartitionReader::ask_stored_at(const std::shared_ptr<net::Connection>& connection) {
  wire::FetchConsumerOffsetsRequest request;
  request.filter = wire::ConsumerOffsetFilter{
      .replica = wire::ReplicaKey{settings_.topic, settings_.partition.value},
      .consumer_id = settings_.consumer_id};
  using Response = wire::FetchConsumerOffsetsResponse;
  call_spu(*connection, request, core_->options().request_timeout,
           in_attempt<Response>([](PartitionReader& self, Result<Response> response) {
             if (!response) return self.perform(self.state_.on_lost(response.error()));
             if (!response->error_code.ok()) {
               return self.perform(self.state_.on_lost(
                   wire::to_error(response->error_code, "asking for the stored consumer offset")));
             }
             std::optional<Offset> stored;
             for (const auto& row : response->consumers) {
               if (row.consumer_id == self.settings_.consumer_id &&
                   row.topic == self.settings_.topic &&
                   row.partition == self.settings_.partition.value) {
                 stored = Offset{row.offset};
               }
             }
             self.perform(self.state_.on_stored(stored));
           }));
}

void PartitionReader::perform(const step::AskBounds&) {
  const wire::FetchOffsetsRequest request{
      .topics = {{.topic = settings_.topic, .partitions = {settings_.partition.value}}},
      .consumer_id = std::nullopt};
  using Response = wire::FetchOffsetsResponse;
  call_spu(*connection_, request, core_->options().request_timeout,
           in_attempt<Response>([](PartitionReader& self, Result<Response> response) {
             if (!response) return self.perform(self.state_.on_lost(response.error()));
             for (const auto& topic : response->topics) {
               for (const auto& row : topic.partitions) {
                 if (topic.topic == self.settings_.topic &&
                     row.partition == self.settings_.partition.value) {
                   return self.perform(self.state_.on_bounds(row));
                 }
               }
             }
             self.perform(self.state_.on_lost(
                 {Errc::protocol, "the server's answer to FetchOffsets lacks the partition", {}}));
           }));
}

void PartitionReader::perform(step::OpenStream& step) {
  away_ = false;
  if (stream_ != 0) connection_->drop_stream(stream_);
  // Answers to what was asked before are not for this stream.
  ++attempt_;
  const auto key = static_cast<std::uint16_t>(wire::SpuApi::stream_fetch);
  const auto version =
      connection_->versions().choose_or_ours(key, versions_of(wire::SpuApi::stream_fetch));
  stream_ = connection_->open_stream(
      net::make_request(key, version, step.request),
      in_attempt<net::Answer>([](PartitionReader& self, Result<net::Answer> answer) {
        if (!answer) {
          self.perform(self.state_.on_lost(answer.error()));
          return self.want_session();
        }
        const auto room = self.queue_->has_room(self.settings_.partition);
        self.perform(self.state_.on_answer(*answer, room));
      }));
}

void PartitionReader::perform(const step::Acknowledge& step) {
  const wire::UpdateOffsetsRequest request{.offsets = {step.update}};
  using Response = wire::UpdateOffsetsResponse;
  call_spu(*connection_, request, core_->options().request_timeout,
           in_attempt<Response>([](PartitionReader& self, Result<Response> response) {
             if (!response) return self.perform(self.state_.on_lost(response.error()));
             for (const auto& row : response->offsets) {
               if (row.error_code.ok()) continue;
               return self.perform(
                   self.state_.on_lost(wire::to_error(row.error_code, "acknowledging an answer")));
             }
           }));
}

void PartitionReader::perform(step::Deliver& step) {
  backoff_.reset();  // here and not at any answer, which may be an error
  queue_->push(std::move(step.chunk));
}

void PartitionReader::perform(const step::Reconnect& step) {
  if (connection_ && stream_ != 0) connection_->drop_stream(stream_);
  connection_.reset();
  stream_ = 0;
  storing_ = false;
  connecting_ = true;
  ++attempt_;
  const auto seek = step.why.code == Errc::cancelled;
  if (!seek) {
    ++reconnects_;
    away_ = true;
    log::debug("client.consumer", "reconnecting",
               {{"partition", partition_name(settings_.topic, settings_.partition)},
                {"reason", step.why.message()}});
  }
  pause_.expires_after(seek ? std::chrono::milliseconds(0) : backoff_.next());
  pause_.async_wait([weak = weak_from_this(), attempt = attempt_](error_code code) {
    const auto self = weak.lock();
    if (!code && self && !self->stopped_ && self->attempt_ == attempt) self->connect();
  });
}

void PartitionReader::perform(step::Fail& step) {
  queue_->push_failure(settings_.partition, generation_, std::move(step.error));
  want_session();
}

void PartitionReader::perform(const step::End&) {
  away_ = false;
  queue_->push_end(settings_.partition, generation_);
}

void PartitionReader::perform(const step::NoSession& step) {
  fail_store(step.error);
}

void PartitionReader::room() {
  if (stopped_ || !state_.waits_for_room() || !queue_->has_room(settings_.partition)) return;
  perform(state_.on_room());
}

void PartitionReader::seek(Offset offset, std::uint64_t generation) {
  if (stopped_) return;
  generation_ = generation;
  perform(state_.seek(offset, generation));
  want_session();
}

void PartitionReader::halt(std::uint64_t generation) {
  if (!stopped_ && generation == generation_) state_.halt();
}

void PartitionReader::store(Offset last, Handler<Done> done) {
  if (stopped_) return done(fail(Errc::cancelled, "the consumer was closed"));
  if (!store_) store_.emplace();
  store_->last = last;
  store_->done.push_back(std::move(done));
  want_session();
  flush_store();
}

void PartitionReader::want_session() {
  if (!store_ || stopped_ || connecting_) return;
  if (connection_ && connection_->alive()) {
    if (!state_.session()) perform(state_.want_session());
  } else if (state_.idle()) {
    perform(step::Reconnect{{Errc::connection_lost, "an offset waits to be stored", {}}});
  }
}

void PartitionReader::flush_store() {
  if (!store_ || storing_ || !connection_ || !connection_->alive() || !state_.session()) return;
  storing_ = true;
  const wire::UpdateConsumerOffsetRequest request{.offset = store_->last.value,
                                                  .session_id = *state_.session()};
  using Response = wire::UpdateConsumerOffsetResponse;
  auto waiting = std::make_shared<Store>(std::move(*store_));
  store_.reset();
  call_spu(*connection_, request, core_->options().request_timeout,
           [self = shared_from_this(), waiting](Result<Response> response) {
             self->storing_ = false;
             if (!response) {  // comes again with the next connection
               if (self->stopped_) {
                 for (auto& done : waiting->done) done(tl::unexpected(response.error()));
                 return;
               }
               if (!self->store_) self->store_ = Store{.last = waiting->last, .done = {}};
               for (auto& done : waiting->done) self->store_->done.push_back(std::move(done));
               return self->want_session();
             }
             Result<Done> result = Done{};
             if (!response->error_code.ok()) {
               result = tl::unexpected(
                   wire::to_error(response->error_code, "storing the consumer offset"));
             }
             for (auto& done : waiting->done) done(result);
             if (!self->stopped_) self->flush_store();
           });
}

void PartitionReader::stop() {
  if (stopped_) return;
  stopped_ = true;
  ++attempt_;
  pause_.cancel();
  silence_.cancel();
  if (connection_ && stream_ != 0) connection_->drop_stream(stream_);
  connection_.reset();
  fail_store({Errc::cancelled, "the consumer was closed", {}});
}

void PartitionReader::fail_store(const Error& why) {
  if (!store_) return;
  auto waiting = std::move(*store_);
  store_.reset();
  for (auto& done : waiting.done) done(tl::unexpected(why));
}

}  // namespace sluice::client
