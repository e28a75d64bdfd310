// SPDX-License-Identifier: Apache-2.0
#pragma once

// A blocking client for tests: frames over a plain socket, and nothing clever. Everything that
// waits for the server does so with patience.

#include <deque>
#include <optional>
#include <string>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "broker/test_support.hpp"
#include "wire/admin.hpp"
#include "wire/fetch.hpp"
#include "wire/spu.hpp"

namespace sluice::broker::test {

class TestClient {
 public:
  explicit TestClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  TestClient(TestClient&& other) noexcept
      : socket_(std::exchange(other.socket_, -1)), connected_(other.connected_) {}
  TestClient& operator=(TestClient&&) = delete;
  ~TestClient() {
    if (socket_ >= 0) ::close(socket_);
  }

  [[nodiscard]] bool connected() const noexcept { return connected_; }

  bool send_bytes(ByteView bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void half_close() { ::shutdown(socket_, SHUT_WR); }

  // Waits for the first byte of something.
  bool wait_readable() {
    pollfd ready{socket_, POLLIN, 0};
    return ::poll(&ready, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) > 0;
  }
  // The payload of the next frame; nothing when the server closed, or after the time limit.
  std::optional<Bytes> receive(std::chrono::milliseconds limit = patience) {
    const auto prefix = receive_exactly(wire::frame_length_bytes, limit);
    if (!prefix) return std::nullopt;
    wire::WireReader reader(*prefix);
    return receive_exactly(reader.big_endian<std::uint32_t>(), limit);
  }
  // True when the server closes within the limit; what it sends before is thrown away.
  bool is_closed() {
    while (receive_exactly(1, patience)) {
    }
    return closed_;
  }

  template <typename Request>
  std::int32_t send(std::uint16_t key, wire::Version version, const Request& request) {
    const auto id = ++last_id_;
    send_bytes(wire::encode_request_frame({key, version, id, "test"}, request));
    return id;
  }
  // Sends it and takes the next frame as the answer.
  template <typename Response, typename Request>
  std::optional<Response> ask(std::uint16_t key, wire::Version version, const Request& request) {
    const auto id = send(key, version, request);
    return take<Response>(id, version);
  }
  // The next frame with that correlation id; others are kept for when they are asked for.
  template <typename Response>
  std::optional<Response> take(std::int32_t id, wire::Version version) {
    auto frame = frame_of(id);
    if (!frame) return std::nullopt;
    kept_ = *std::move(frame);  // record sets look into it
    wire::WireReader reader(ByteView(kept_).subspan(4));
    Response response;
    wire::get(reader, response, version);
    if (!reader.ok() || reader.remaining() > 0) return std::nullopt;
    return response;
  }

  template <typename Request>
  auto spu(const Request& request, wire::Version version = wire::data_version) {
    constexpr auto key = [] {
      if constexpr (requires { Request::key; })
        return static_cast<std::uint16_t>(Request::key);
      else
        return Request::api_key;
    }();
    return ask<typename Request::Response>(key, version, request);
  }
  // An admin request in its type buffer.
  template <typename Response, typename Body>
  std::optional<Response> sc(wire::ScApi key, std::string_view label, const Body& body) {
    const auto buffer = wire::pack(label, body, wire::admin_version);
    return ask<Response>(static_cast<std::uint16_t>(key), wire::admin_version, buffer);
  }

  wire::StatusResponse create_topic(const std::string& name, wire::TopicSpec spec = {}) {
    const wire::CreateBody<wire::TopicSpec> body{name, false, std::nullopt, std::move(spec)};
    return sc<wire::StatusResponse>(wire::ScApi::create, "Topic", body)
        .value_or(wire::StatusResponse{"no answer", wire::Code::unknown_server_error, {}});
  }
  wire::StatusResponse delete_topic(const std::string& name, bool force = false) {
    const wire::DeleteBody<std::string> body{name, force};
    return sc<wire::StatusResponse>(wire::ScApi::remove, "Topic", body)
        .value_or(wire::StatusResponse{"no answer", wire::Code::unknown_server_error, {}});
  }

  static wire::ProduceRequest produce_request(const std::string& topic, ByteView records,
                                              std::uint32_t partition = 0) {
    wire::ProduceRequest request;
    request.topics = {{topic, {{partition, {records}}}}};
    return request;
  }
  // The one result of a produce to one partition.
  wire::ProducePartitionResult produce(const std::string& topic, ByteView records,
                                       std::uint32_t partition = 0) {
    const auto answer = spu(produce_request(topic, records, partition));
    if (!answer || answer->topics.size() != 1 || answer->topics[0].partitions.size() != 1) {
      return {partition, wire::Code::unknown_server_error};
    }
    return answer->topics[0].partitions[0];
  }
  wire::OffsetsOfPartition offsets(const std::string& topic, std::uint32_t partition = 0) {
    const auto answer = spu(wire::FetchOffsetsRequest{{{topic, {partition}}}, {}});
    if (!answer || answer->topics.size() != 1) return {wire::Code::unknown_server_error};
    return answer->topics[0].partitions[0];
  }
  std::int32_t open_stream(const std::string& topic, std::int64_t offset = 0,
                           std::int32_t bytes_max = 1 << 20,
                           std::optional<std::string> consumer = std::nullopt) {
    wire::StreamFetchRequest request;
    request.topic = topic;
    request.fetch_offset = offset;
    request.max_bytes = bytes_max;
    request.consumer_id = std::move(consumer);
    return send(static_cast<std::uint16_t>(wire::SpuApi::stream_fetch), wire::data_version,
                request);
  }
  std::optional<wire::StreamFetchResponse> take_stream(std::int32_t id) {
    return take<wire::StreamFetchResponse>(id, wire::data_version);
  }

 private:
  std::optional<Bytes> frame_of(std::int32_t id) {
    for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
      if (it->first != id) continue;
      auto frame = std::move(it->second);
      waiting_.erase(it);
      return frame;
    }
    while (auto frame = receive()) {
      wire::WireReader reader(*frame);
      const auto found = reader.big_endian<std::int32_t>();
      if (found == id) return frame;
      waiting_.emplace_back(found, *std::move(frame));
    }
    return std::nullopt;
  }
  std::optional<Bytes> receive_exactly(std::size_t count, std::chrono::milliseconds limit) {
    Bytes bytes(count);
    for (std::size_t done = 0; done < count;) {
      pollfd ready{socket_, POLLIN, 0};
      if (::poll(&ready, 1, static_cast<int>(limit.count())) <= 0) return std::nullopt;
      const auto got = ::recv(socket_, bytes.data() + done, count - done, 0);
      if (got <= 0) {
        closed_ = true;
        return std::nullopt;
      }
      done += static_cast<std::size_t>(got);
    }
    return bytes;
  }

  int socket_;
  bool connected_ = false;
  bool closed_ = false;
  std::int32_t last_id_ = 0;
  Bytes kept_;
  std::deque<std::pair<std::int32_t, Bytes>> waiting_;
};

// Everything from `offset` to the end of the partition, with offsets reported as clients do.
inline std::vector<std::string> consume_all(TestClient& client, const std::string& topic,
                                            std::int64_t offset = 0,
                                            std::int32_t bytes_max = 1 << 20) {
  std::vector<std::string> values;
  const auto end = client.offsets(topic).last_stable_offset;
  if (offset >= end) return values;
  const auto id = client.open_stream(topic, offset, bytes_max);
  for (auto next = offset; next < end;) {
    const auto frame = client.take_stream(id);
    if (!frame) return {"no frame"};
    if (!frame->error_code.ok()) return {"error: " + frame->error_code.text()};
    const auto some = values_of(frame->records.bytes);
    values.insert(values.end(), some.begin(), some.end());
    next = wire::split_batches(frame->records.bytes)->batches.back().header.next_offset();
    client.send(static_cast<std::uint16_t>(wire::SpuApi::update_offsets), 0,
                wire::UpdateOffsetsRequest{{{next, frame->stream_id}}});
  }
  return values;
}

}  // namespace sluice::broker::test
