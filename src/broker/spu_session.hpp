// SPDX-License-Identifier: Apache-2.0
#pragma once

// The data side of one connection: produce, streams, offsets, consumer offsets. On the
// connection's I/O thread; storage and offsets are shared with others.

#include <deque>
#include <map>
#include <memory>

#include "broker/catalog.hpp"
#include "broker/connection.hpp"
#include "broker/produce.hpp"
#include "broker/stream.hpp"

namespace sluice::broker {

struct SpuLimits {
  StreamLimits stream;
  std::size_t streams_max = 1024;                // per connection
  std::size_t processed_streams_max = 32;        // per connection: those with SmartModules
  std::uint32_t processed_bytes_max = 4U << 20;  // processed and not sent, each stream
  std::uint32_t fetch_bytes_max = 8U << 20;      // one answer to a Fetch
};

class SpuSession final : public Session {
 public:
  struct Services {  // outlive the session
    PartitionTable& partitions;
    ConsumerOffsets& consumer_offsets;
    LogWriter& writer;
    SmartModules& smartmodules;
  };
  // Requires: `connection` owns the session.
  SpuSession(Services services, Connection& connection, const SpuLimits& limits);

  Result<> on_request(Request request) override;
  [[nodiscard]] bool answers_at_length(const wire::RequestHeader& header) const override;
  std::optional<OutFrame> next_frame() override;
  void on_close() override;

 private:
  // A stream, how to answer it, and its place among those that may have something to send.
  struct Entry : LogListener {
    Entry(std::shared_ptr<Stream> s, const wire::RequestHeader& header, std::weak_ptr<Connection> c,
          SpuSession& session);
    void log_moved() noexcept override;

    const std::shared_ptr<Stream> stream;
    std::int32_t correlation_id;
    wire::Version version;
    asio::any_io_executor executor;
    std::weak_ptr<Connection> connection;
    SpuSession& owner;
    std::weak_ptr<Entry> self;
    std::atomic<bool> posted{false};
    bool queued = false;
  };

  template <typename Body, typename Handle>
  Result<> with(const Request& request, std::string_view what, Handle handle);
  template <typename Response>
  void answer(const wire::RequestHeader& header, const Response& response);
  Result<> api_versions(const Request& request);
  Result<> produce(Request request);
  wire::FetchOffsetsResponse fetch_offsets(const Request& request,
                                           const wire::FetchOffsetsRequest& body);
  void stream_fetch(const Request& request, const wire::StreamFetchRequest& body);
  // What the request gets instead of a stream; none mostly.
  [[nodiscard]] wire::ErrorCode refusal(const wire::StreamFetchRequest& body) const;
  // Nothing: the server has as many streams of the kind as it takes.
  [[nodiscard]] std::shared_ptr<Entry> open_stream(const Request& request,
                                                   const wire::StreamFetchRequest& body,
                                                   std::shared_ptr<Partition> partition);
  wire::UpdateOffsetsResponse update_offsets(const Request& request,
                                             const wire::UpdateOffsetsRequest& body);
  void update_consumer_offset(const Request& request,
                              const wire::UpdateConsumerOffsetRequest& body);
  void delete_consumer_offset(const Request& request,
                              const wire::DeleteConsumerOffsetRequest& body);
  wire::FetchConsumerOffsetsResponse fetch_consumer_offsets(
      const Request& request, const wire::FetchConsumerOffsetsRequest& body);
  [[nodiscard]] wire::OffsetsOfPartition offsets_of(const wire::ReplicaKey& replica,
                                                    const std::optional<std::string>& consumer);
  void enqueue(const std::shared_ptr<Entry>& entry);

  Services services_;
  Connection& connection_;
  const SpuLimits limits_;
  std::uint32_t last_stream_id_ = 0;
  std::map<std::uint32_t, std::shared_ptr<Entry>> streams_;
  std::deque<std::shared_ptr<Entry>> ready_;
  std::size_t processed_stream_count_ = 0;
  ProduceLanes produce_lanes_;
};

}  // namespace sluice::broker
