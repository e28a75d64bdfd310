// SPDX-License-Identifier: Apache-2.0
#pragma once

// A control plane and data nodes that say what a test wants: for what one healthy server in
// one process never does, such as a partition that moves.

#include <array>
#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sluice/profile.hpp"
#include "wire/admin.hpp"
#include "wire/spu.hpp"

namespace sluice::testing {

// A listening socket on loopback, and a thread for each connection. Thread-safe.
class FakeServer {
 public:
  class Session {
   public:
    explicit Session(int socket) : socket_(socket) {}
    ~Session() { ::close(socket_); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    template <typename Response>
    void answer(const wire::RequestHeader& header, const Response& response) {
      const auto frame =
          wire::encode_response_frame(header.correlation_id, response, header.api_version);
      const std::lock_guard lock(mutex_);
      static_cast<void>(::send(socket_, frame.data(), frame.size(), MSG_NOSIGNAL));
    }
    void end() { ::shutdown(socket_, SHUT_RDWR); }
    bool read_exactly(std::span<std::byte> out) const {
      return out.empty() || ::recv(socket_, out.data(), out.size(), MSG_WAITALL) ==
                                static_cast<ssize_t>(out.size());
    }

   private:
    int socket_;
    std::mutex mutex_;
  };
  using Handler =
      std::function<void(const std::shared_ptr<Session>&, const wire::RequestHeader&, ByteView)>;

  explicit FakeServer(Handler handler) : handler_(std::move(handler)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{.sin_family = AF_INET};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 16);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept(); });
  }
  ~FakeServer() {
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    end_all();
    for (auto& thread : threads_) thread.join();
  }
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  // Ends every connection; new ones are taken.
  void end_all() {
    const std::lock_guard lock(mutex_);
    for (const auto& session : sessions_) session->end();
    sessions_.clear();
  }

 private:
  void accept() {
    for (;;) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      auto session = std::make_shared<Session>(socket);
      const std::lock_guard lock(mutex_);
      sessions_.push_back(session);
      threads_.emplace_back([this, session] { serve(session); });
    }
  }
  void serve(const std::shared_ptr<Session>& session) {
    for (;;) {
      std::array<std::byte, wire::frame_length_bytes> prefix{};
      if (!session->read_exactly(prefix)) return;
      wire::WireReader length(prefix);
      Bytes frame(length.big_endian<std::uint32_t>());
      if (!session->read_exactly(frame)) return;
      wire::WireReader in(frame);
      wire::RequestHeader header;
      wire::get(in, header, 0);
      handler_(session, header, in.rest());
    }
  }

  Handler handler_;
  int listener_;
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::list<std::shared_ptr<Session>> sessions_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

// A control plane whose objects the test changes while clients watch. Thread-safe.
class FakeCluster {
 public:
  FakeCluster()
      : sc_([this](const auto& session, const auto& header, ByteView body) {
          on_request(session, header, body);
        }) {}
  [[nodiscard]] ClusterProfile profile() const {
    return {.name = "fake", .endpoint = "127.0.0.1:" + std::to_string(sc_.port())};
  }
  void put_spu(std::int32_t id, std::uint16_t port) {
    wire::Metadata<wire::SpuSpec> object;
    object.name = "spu-" + std::to_string(id);
    object.spec.id = id;
    object.spec.public_endpoint.port = port;
    object.spec.public_endpoint.ingress.push_back({.hostname = "127.0.0.1", .ip = {}});
    spus_.put(std::move(object));
  }
  // With its one partition, on that SPU.
  void put_topic(const std::string& name, std::int32_t leader) {
    wire::Metadata<wire::PartitionSpec> partition;
    partition.name = name + "-0";
    partition.spec.leader = leader;
    partition.status.resolution = wire::PartitionResolution::online;
    partitions_.put(std::move(partition));
    wire::Metadata<wire::TopicSpec> topic;
    topic.name = name;
    topic.spec.replicas = wire::ComputedReplicas{.partitions = 1};
    topics_.put(std::move(topic));
  }
  void remove_topic(const std::string& name) {
    topics_.remove(name);
    partitions_.remove(name + "-0");
  }
  // From now on a watch ends its connection, and so do we.
  void refuse_watches() {
    refuses_watches_ = true;
    sc_.end_all();
  }
  // One a connection.
  [[nodiscard]] int spu_watch_count() const { return spu_watches_; }
  // So many requests for a list end their connection.
  void refuse_lists(int count) { refused_lists_ = count; }
  [[nodiscard]] int refused_lists_left() const { return refused_lists_; }

 private:
  using Session = std::shared_ptr<FakeServer::Session>;
  template <typename Spec>
  class Kind {
   public:
    void put(wire::Metadata<Spec> object) {
      const std::lock_guard lock(mutex_);
      objects_[object.name] = object;
      tell({.changes = {{wire::ChangeKind::update, std::move(object)}}});
    }
    void remove(const std::string& name) {
      const std::lock_guard lock(mutex_);
      const auto node = objects_.extract(name);
      tell({.changes = {{wire::ChangeKind::remove, node.mapped()}}});
    }
    void watch(Session session, const wire::RequestHeader& header) {
      const std::lock_guard lock(mutex_);
      watchers_.emplace_back(std::move(session), header);
      tell_one(watchers_.back(), {.all = all()});
    }
    [[nodiscard]] wire::TypeBuffer list(wire::Version version) {
      const std::lock_guard lock(mutex_);
      return wire::pack(Spec::label, wire::ListResponseBody<Spec>{.items = all()}, version);
    }

   private:
    using Watcher = std::pair<Session, wire::RequestHeader>;
    using Frame = wire::WatchResponseBody<Spec>;
    std::vector<wire::Metadata<Spec>> all() const {
      std::vector<wire::Metadata<Spec>> out;
      for (const auto& [name, object] : objects_) out.push_back(object);
      return out;
    }
    void tell_one(const Watcher& watcher, const Frame& frame) {
      const auto& [session, header] = watcher;
      session->answer(header, wire::pack(Spec::label, frame, header.api_version));
    }
    void tell(const Frame& frame) {
      for (const auto& watcher : watchers_) tell_one(watcher, frame);
    }
    std::mutex mutex_;
    std::map<std::string, wire::Metadata<Spec>> objects_;
    std::vector<Watcher> watchers_;
  };

  void on_request(const Session& session, const wire::RequestHeader& header, ByteView body) {
    if (header.api_key == wire::ApiVersionsRequest::api_key) {
      wire::ApiVersionsResponse response;
      response.api_keys.assign(wire::sc_versions.begin(), wire::sc_versions.end());
      response.platform_version = "0.18.2";
      return session->answer(header, response);
    }
    const auto buffer = wire::decode<wire::TypeBuffer>(body, header.api_version, "request");
    if (header.api_key == static_cast<std::uint16_t>(wire::ScApi::list)) {
      if (refused_lists_ > 0) {
        --refused_lists_;
        return session->end();
      }
      return session->answer(header, topics_.list(header.api_version));
    }
    if (buffer->label == wire::SpuSpec::label) ++spu_watches_;
    if (refuses_watches_) return session->end();
    if (buffer->label == wire::SpuSpec::label) spus_.watch(session, header);
    if (buffer->label == wire::PartitionSpec::label) partitions_.watch(session, header);
    if (buffer->label == wire::TopicSpec::label) topics_.watch(session, header);
  }

  Kind<wire::SpuSpec> spus_;
  Kind<wire::PartitionSpec> partitions_;
  Kind<wire::TopicSpec> topics_;
  std::atomic<int> refused_lists_{0};
  std::atomic<int> spu_watches_{0};
  std::atomic<bool> refuses_watches_{false};
  FakeServer sc_;
};

// A data node: answers for versions and bounds (0 to `end`), and counts what else it is asked.
class FakeSpu {
 public:
  FakeSpu()
      : server_([this](const auto& session, const auto& header, ByteView body) {
          on_request(session, header, body);
        }) {}
  [[nodiscard]] std::uint16_t port() const noexcept { return server_.port(); }
  [[nodiscard]] int count(wire::SpuApi key) {
    const std::lock_guard lock(mutex_);
    return counts_[static_cast<std::uint16_t>(key)];
  }
  // What a request to open a stream gets at once; nothing by default.
  void stream_error(wire::ErrorCode code) {
    const std::lock_guard lock(mutex_);
    stream_error_ = std::move(code);
  }

 private:
  void on_request(const std::shared_ptr<FakeServer::Session>& session,
                  const wire::RequestHeader& header, ByteView body) {
    if (header.api_key == wire::ApiVersionsRequest::api_key) {
      wire::ApiVersionsResponse response;
      response.api_keys.assign(wire::spu_versions.begin(), wire::spu_versions.end());
      response.platform_version = "0.0.0";
      return session->answer(header, response);
    }
    std::optional<wire::ErrorCode> error;
    {
      const std::lock_guard lock(mutex_);
      ++counts_[header.api_key];
      error = stream_error_;
    }
    if (header.api_key == static_cast<std::uint16_t>(wire::SpuApi::fetch_offsets)) {
      const auto asked =
          wire::decode<wire::FetchOffsetsRequest>(body, header.api_version, "request");
      wire::FetchOffsetsResponse response;
      for (const auto& topic : asked->topics) {
        response.topics.push_back({.topic = topic.topic, .partitions = {{}}});
      }
      return session->answer(header, response);
    }
    if (error && header.api_key == static_cast<std::uint16_t>(wire::SpuApi::stream_fetch)) {
      const auto asked =
          wire::decode<wire::StreamFetchRequest>(body, header.api_version, "request");
      wire::StreamFetchResponse response;
      response.topic = asked->topic;
      response.partition = asked->partition;
      response.error_code = *error;
      return session->answer(header, response);
    }
  }

  std::mutex mutex_;
  std::map<std::uint16_t, int> counts_;
  std::optional<wire::ErrorCode> stream_error_;
  FakeServer server_;
};

}  // namespace sluice::testing
