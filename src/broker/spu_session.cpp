// SPDX-License-Identifier: Apache-2.0
#include "broker/spu_session.hpp"

#include <utility>

#include <boost/asio/post.hpp>

#include "broker/fetch.hpp"
#include "broker/processed_stream.hpp"
#include "broker/produce_check.hpp"

namespace sluice::broker {
namespace {

// An SPU that serves clients without a version caps what it offers them.
constexpr wire::Version stream_version_without_client = 15;

wire::ErrorCode flush_code(const Error& error, const Partition& partition) {
  if (error.code != Errc::too_large) return storage_code(error, partition);
  return {wire::Code::offset_flush_request_error, {error.context}};
}

}  // namespace

SpuSession::SpuSession(Services services, Connection& connection, const SpuLimits& limits)
    : services_(services),
      connection_(connection),
      limits_(limits),
      produce_lanes_(services.smartmodules.workers()) {}

void SpuSession::on_close() {
  ready_.clear();
  streams_.clear();
}

template <typename Response>
void SpuSession::answer(const wire::RequestHeader& header, const Response& response) {
  connection_.send(header.correlation_id, wire::encode_response_frame(
                                              header.correlation_id, response, header.api_version));
}

template <typename Body, typename Handle>
Result<> SpuSession::with(const Request& request, std::string_view what, Handle handle) {
  const auto body = wire::decode<Body>(request.body, request.header.api_version, what);
  if (!body) return tl::unexpected(body.error());
  if constexpr (std::is_void_v<decltype(handle(request, *body))>) {
    handle(request, *body);
  } else {
    answer(request.header, handle(request, *body));
  }
  return {};
}

bool SpuSession::answers_at_length(const wire::RequestHeader& header) const {
  const auto key = static_cast<wire::SpuApi>(header.api_key);
  return key == wire::SpuApi::fetch || key == wire::SpuApi::fetch_offsets ||
         key == wire::SpuApi::fetch_consumer_offsets;
}

Result<> SpuSession::on_request(Request request) {
  const auto call = [this](auto method) {
    return [this, method](const auto& r, const auto& body) { return (this->*method)(r, body); };
  };
  switch (static_cast<wire::SpuApi>(request.header.api_key)) {
    case wire::SpuApi::api_versions:
      return api_versions(request);
    case wire::SpuApi::produce:
      return produce(std::move(request));
    case wire::SpuApi::fetch:
      return with<wire::FetchRequest>(request, "Fetch", [this](const auto& r, const auto& body) {
        std::vector<Bytes> storage;
        answer(r.header, fetch(services_.partitions, body, limits_.fetch_bytes_max, storage));
      });
    case wire::SpuApi::fetch_offsets:
      return with<wire::FetchOffsetsRequest>(request, "FetchOffsets",
                                             call(&SpuSession::fetch_offsets));
    case wire::SpuApi::stream_fetch:
      return with<wire::StreamFetchRequest>(request, "StreamFetch",
                                            call(&SpuSession::stream_fetch));
    case wire::SpuApi::update_offsets:
      return with<wire::UpdateOffsetsRequest>(request, "UpdateOffsets",
                                              call(&SpuSession::update_offsets));
    case wire::SpuApi::update_consumer_offset:
      return with<wire::UpdateConsumerOffsetRequest>(request, "UpdateConsumerOffset",
                                                     call(&SpuSession::update_consumer_offset));
    case wire::SpuApi::delete_consumer_offset:
      return with<wire::DeleteConsumerOffsetRequest>(request, "DeleteConsumerOffset",
                                                     call(&SpuSession::delete_consumer_offset));
    case wire::SpuApi::fetch_consumer_offsets:
      return with<wire::FetchConsumerOffsetsRequest>(request, "FetchConsumerOffsets",
                                                     call(&SpuSession::fetch_consumer_offsets));
  }
  return fail(Errc::unsupported,
              "api key " + std::to_string(request.header.api_key) + " on the data plane");
}

Result<> SpuSession::api_versions(const Request& request) {
  const auto version = request.header.api_version;
  const auto body = wire::decode<wire::ApiVersionsRequest>(request.body, version, "ApiVersions");
  if (!body) return tl::unexpected(body.error());
  wire::ApiVersionsResponse response{
      .error_code = request.fault.value_or(wire::ErrorCode{}),
      .api_keys = {wire::spu_versions.begin(), wire::spu_versions.end()},
      .platform_version = "0.0.0"};
  for (auto& range : response.api_keys) {
    const bool streams = range.api_key == static_cast<std::uint16_t>(wire::SpuApi::stream_fetch);
    if (streams && body->client_version.empty()) range.max = stream_version_without_client;
  }
  answer(request.header, response);
  return {};
}

Result<> SpuSession::produce(Request request) {
  auto body =
      wire::decode<wire::ProduceRequest>(request.body, request.header.api_version, "Produce");
  if (!body) return tl::unexpected(body.error());
  if (body->timeout_ms < 0) {
    return fail(Errc::malformed, "Produce: a timeout of " + std::to_string(body->timeout_ms));
  }
  const auto op = std::make_shared<ProduceOp>(connection_.shared_from_this(), std::move(request),
                                              *std::move(body));
  op->run({services_.partitions, services_.writer, services_.smartmodules, produce_lanes_});
  return {};
}

// ---- offsets -----------------------------------------------------------------------------

wire::OffsetsOfPartition SpuSession::offsets_of(const wire::ReplicaKey& replica,
                                                const std::optional<std::string>& consumer) {
  const auto partition = services_.partitions.find(replica.topic, replica.partition);
  if (!partition) return {wire::Code::partition_not_leader, replica.partition, 0, 0};
  const auto offsets = partition->log().offsets();
  auto start = offsets.start;
  if (consumer) {
    const auto seen =
        services_.consumer_offsets.find({*consumer, replica.topic, replica.partition});
    if (seen) start = *seen + 1;
  }
  return {{}, replica.partition, start, offsets.committed};
}

wire::FetchOffsetsResponse SpuSession::fetch_offsets(const Request& request,
                                                     const wire::FetchOffsetsRequest& body) {
  wire::FetchOffsetsResponse response;
  for (const auto& topic : body.topics) {
    auto& result = response.topics.emplace_back();
    result.topic = topic.topic;
    for (const auto index : topic.partitions) {
      auto offsets = offsets_of({topic.topic, index}, body.consumer_id);
      if (request.fault) offsets.error_code = *request.fault;
      result.partitions.push_back(std::move(offsets));
    }
  }
  return response;
}

wire::UpdateOffsetsResponse SpuSession::update_offsets(const Request& request,
                                                       const wire::UpdateOffsetsRequest& body) {
  wire::UpdateOffsetsResponse response;
  for (const auto& update : body.offsets) {
    const auto found = streams_.find(update.session_id);
    auto& result = response.offsets.emplace_back();
    result.session_id = update.session_id;
    if (request.fault) {
      result.error_code = *request.fault;
    } else if (found == streams_.end()) {
      result.error_code = wire::Code::fetch_session_not_found;
    } else {
      found->second->stream->report(update.offset);
      enqueue(found->second);
    }
  }
  return response;
}

void SpuSession::update_consumer_offset(const Request& request,
                                        const wire::UpdateConsumerOffsetRequest& body) {
  const auto header = request.header;
  const auto found = streams_.find(body.session_id);
  wire::ErrorCode refused;
  if (request.fault) {
    refused = *request.fault;
  } else if (found == streams_.end()) {
    refused = wire::Code::fetch_session_not_found;
  } else if (!found->second->stream->consumer_id()) {
    refused = {wire::Code::other, {std::string("stream without consumer id")}};
  }
  if (!refused.ok()) return answer(header, wire::UpdateConsumerOffsetResponse{0, refused});
  const auto& stream = *found->second->stream;
  const auto& partition = *stream.partition();
  connection_.begin_pending();
  services_.consumer_offsets.update(
      {*stream.consumer_id(), partition.topic(), partition.index()}, body.offset,
      [this, header, offset = body.offset, keep = connection_.shared_from_this(),
       about = stream.partition()](const Result<>& stored) {
        wire::UpdateConsumerOffsetResponse response{offset, {}};
        if (!stored) response.error_code = flush_code(stored.error(), *about);
        asio::post(keep->executor(), [this, header, response, keep] {
          answer(header, response);
          keep->end_pending();
        });
      },
      stream.partition());
}

void SpuSession::delete_consumer_offset(const Request& request,
                                        const wire::DeleteConsumerOffsetRequest& body) {
  const auto header = request.header;
  if (request.fault) return answer(header, wire::DeleteConsumerOffsetResponse{*request.fault});
  const ConsumerKey key{body.consumer_id, body.topic, body.partition};
  if (!services_.consumer_offsets.find(key)) {
    return answer(header, wire::DeleteConsumerOffsetResponse{});
  }
  connection_.begin_pending();
  services_.consumer_offsets.remove(
      key, [this, header, keep = connection_.shared_from_this()](const Result<>& stored) {
        wire::DeleteConsumerOffsetResponse response;
        if (!stored) response.error_code = wire::Code::storage_error;
        asio::post(keep->executor(), [this, header, response, keep] {
          answer(header, response);
          keep->end_pending();
        });
      });
}

wire::FetchConsumerOffsetsResponse SpuSession::fetch_consumer_offsets(
    const Request& request, const wire::FetchConsumerOffsetsRequest& body) {
  if (request.fault) return {*request.fault, {}};
  auto found = services_.consumer_offsets.list(body.filter);
  std::erase_if(
      found, [&](const auto& one) { return !services_.partitions.find(one.topic, one.partition); });
  return {{}, std::move(found)};
}

// ---- streams -----------------------------------------------------------------------------

SpuSession::Entry::Entry(std::shared_ptr<Stream> s, const wire::RequestHeader& header,
                         std::weak_ptr<Connection> c, SpuSession& session)
    : stream(std::move(s)),
      correlation_id(header.correlation_id),
      version(header.api_version),
      executor(session.connection_.executor()),
      connection(std::move(c)),
      owner(session) {}

// On the writer's thread: one wake-up is enough until it has run.
void SpuSession::Entry::log_moved() noexcept {
  if (posted.exchange(true)) return;
  asio::post(executor, [weak = self, alive = connection] {
    const auto connection_kept = alive.lock();  // the owner lives as long
    const auto entry = weak.lock();
    if (!connection_kept || !entry) return;
    entry->posted = false;
    entry->owner.enqueue(entry);
  });
}

void SpuSession::enqueue(const std::shared_ptr<Entry>& entry) {
  if (!std::exchange(entry->queued, true)) ready_.push_back(entry);
  connection_.wake();
}

wire::ErrorCode SpuSession::refusal(const wire::StreamFetchRequest& body) const {
  if (streams_.size() >= limits_.streams_max) {
    return {wire::Code::other,
            {"more than " + std::to_string(limits_.streams_max) + " streams on one connection"}};
  }
  if (body.derived_stream) {
    return {wire::Code::derived_stream_not_found, {body.derived_stream->name}};
  }
  if (processed_stream_count_ >= limits_.processed_streams_max && !invocations_of(body).empty()) {
    return {wire::Code::other,
            {"more than " + std::to_string(limits_.processed_streams_max) +
             " streams with SmartModules on one connection"}};
  }
  return {};
}

void SpuSession::stream_fetch(const Request& request, const wire::StreamFetchRequest& body) {
  const auto refuse = [&](std::uint32_t id, wire::ErrorCode code) {
    const auto frame = refused_stream(body, id, std::move(code));
    const auto correlation_id = request.header.correlation_id;
    connection_.send(correlation_id,
                     encode_stream_head(correlation_id, frame, request.header.api_version));
  };
  if (request.fault) return refuse(0, *request.fault);
  auto partition = services_.partitions.find(body.topic, body.partition);
  if (!partition) return refuse(0, wire::Code::not_leader_for_partition);
  if (auto code = refusal(body); !code.ok()) return refuse(0, std::move(code));
  ++last_stream_id_;
  const auto entry = open_stream(request, body, partition);
  if (!entry) {
    return refuse(last_stream_id_,
                  {wire::Code::other,
                   {std::string("this server runs as many streams with SmartModules as it may")}});
  }
  entry->self = entry;
  streams_.emplace(last_stream_id_, entry);
  partition->listen(entry);
  enqueue(entry);
}

std::shared_ptr<SpuSession::Entry> SpuSession::open_stream(const Request& request,
                                                           const wire::StreamFetchRequest& body,
                                                           std::shared_ptr<Partition> partition) {
  const auto entry_of = [&](std::shared_ptr<Stream> stream) {
    return std::make_shared<Entry>(std::move(stream), request.header, connection_.weak_from_this(),
                                   *this);
  };
  if (invocations_of(body).empty()) {
    return entry_of(
        std::make_shared<RawStream>(last_stream_id_, std::move(partition), body, limits_.stream));
  }
  auto place = services_.smartmodules.try_take_stream_place();
  if (!place) return nullptr;
  const auto stream = std::make_shared<ProcessedStream>(
      last_stream_id_, std::move(partition), body, limits_.stream,
      ProcessedStream::Shared{services_.smartmodules, connection_.executor(),
                              limits_.processed_bytes_max},
      std::move(place));
  auto entry = entry_of(stream);
  ++processed_stream_count_;
  // The stream goes with its entry, and that with this session.
  stream->on_ready([this, weak = std::weak_ptr(entry)] {
    if (const auto alive = weak.lock()) enqueue(alive);
  });
  return entry;
}

// Round robin over the streams that may have something; one that has goes to the back.
std::optional<OutFrame> SpuSession::next_frame() {
  while (!ready_.empty()) {
    const auto entry = std::move(ready_.front());
    ready_.pop_front();
    entry->queued = false;
    auto frame = entry->stream->next_frame();
    if (!frame) continue;
    OutFrame out{encode_stream_head(entry->correlation_id, *frame, entry->version),
                 std::move(frame->slice), entry->correlation_id};
    if (frame->last) {
      if (dynamic_cast<const ProcessedStream*>(entry->stream.get()) != nullptr) {
        --processed_stream_count_;
      }
      streams_.erase(entry->stream->id());
    } else {
      entry->queued = true;
      ready_.push_back(entry);
    }
    return out;
  }
  return std::nullopt;
}

}  // namespace sluice::broker
