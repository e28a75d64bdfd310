// SPDX-License-Identifier: Apache-2.0
#include "mqtt_sink.hpp"

#include <array>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/mqtt/packet.hpp"

namespace sluice::mqtt {
namespace {

using namespace std::string_literals;

// A broker on loopback that takes everybody, and answers each PUBLISH with the same bytes.
class FakeBroker {
 public:
  explicit FakeBroker(std::string on_publish) : on_publish_(std::move(on_publish)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::listen(listener_, 8);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  // Requires: nobody is connected.
  ~FakeBroker() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  FakeBroker(const FakeBroker&) = delete;
  FakeBroker& operator=(const FakeBroker&) = delete;

  [[nodiscard]] Url url() const { return Url("mqtt://127.0.0.1:" + std::to_string(port_)); }
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void serve() {
    for (;;) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      ++connections_;
      talk(fd);
      ::close(fd);
    }
  }
  void talk(int fd) const {
    std::string input;
    std::array<char, 4096> room{};
    for (;;) {
      const auto count = ::recv(fd, room.data(), room.size(), 0);
      if (count <= 0) return;
      input.append(room.data(), static_cast<std::size_t>(count));
      for (;;) {
        auto frame = split_frame(input, room.size());
        if (!frame.ok()) return;
        if (!frame.value()) break;
        const auto reply = answer_to(frame.value()->type());
        if (::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) return;
        input.erase(0, frame.value()->size);
      }
    }
  }
  [[nodiscard]] std::string answer_to(PacketType type) const {
    if (type == PacketType::connect) return "\x20\x03\0\0\0"s;
    if (type == PacketType::publish) return on_publish_;
    if (type == PacketType::pingreq) return "\xd0\0"s;
    return {};
  }

  std::string on_publish_;
  std::atomic<int> connections_{0};
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

struct Context final : SinkContext {
  std::string text = "t";
  std::vector<Errc> lost;

  [[nodiscard]] bool stopping() const override { return false; }
  void connected() override {}
  void disconnected(const Error& error) override { lost.push_back(error.code); }
  [[nodiscard]] const std::string& topic() const override { return text; }
  [[nodiscard]] const std::string& name() const override { return text; }
};

SinkOptions options_for(const FakeBroker& broker) {
  SinkOptions options;
  options.broker.url = broker.url();
  options.topic = "a";
  return options;
}

Errc failure_of_write(MqttSink& sink) {
  const SinkRecord record{.partition = {0}, .offset = {0}, .value = "hi"};
  try {
    sink.write({&record, 1});
  } catch (const Failure& failure) {
    return failure.code();
  }
  ADD_FAILURE() << "it was written";
  return Errc::internal;
}

// The kit opens again only after what trying again can help: a record that was left out, as the
// broker hung up on it, and a second of nothing behind it ended the sink with a crash.
TEST(MqttSink, IdleConnectsAgainAfterARecordThatEndedTheConnection) {
  FakeBroker broker("\xe0\x01\x95"s);  // DISCONNECT: packet too large
  Context context;
  MqttSink sink(options_for(broker));
  sink.open(context);
  EXPECT_EQ(failure_of_write(sink), Errc::record_too_large);
  EXPECT_TRUE(context.lost.empty());
  sink.idle();
  EXPECT_EQ(broker.connections(), 2);
}

TEST(MqttSink, BytesThatAreNotMqttLoseTheConnectionAndNotTheRecord) {
  FakeBroker broker("\x40\x02\0\0"s);  // PUBACK without an id
  Context context;
  MqttSink sink(options_for(broker));
  sink.open(context);
  EXPECT_EQ(failure_of_write(sink), Errc::connection_lost);
  EXPECT_EQ(context.lost, std::vector{Errc::connection_lost});
}

}  // namespace
}  // namespace sluice::mqtt
