// SPDX-License-Identifier: Apache-2.0
#include "mqtt_sink.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "common/mqtt/packet.hpp"
#include "common/testing/fake_sink_context.hpp"
#include "common/testing/loopback_listener.hpp"

namespace sluice::mqtt {
namespace {

using namespace std::string_literals;

// A broker on loopback that takes everybody, and answers each PUBLISH with the same bytes.
class FakeBroker {
 public:
  explicit FakeBroker(std::string on_publish)
      : on_publish_(std::move(on_publish)), listener_([this](int fd) { talk(fd); }) {}

  [[nodiscard]] Url url() const {
    return Url("mqtt://127.0.0.1:" + std::to_string(listener_.port()));
  }
  [[nodiscard]] int connections() const { return listener_.connections(); }

 private:
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
  common::LoopbackListener listener_;  // the last: its thread uses the other
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
  common::FakeSinkContext context;
  MqttSink sink(options_for(broker));
  sink.open(context);
  EXPECT_EQ(failure_of_write(sink), Errc::record_too_large);
  EXPECT_TRUE(context.lost.empty());
  sink.idle();
  EXPECT_EQ(broker.connections(), 2);
}

TEST(MqttSink, BytesThatAreNotMqttLoseTheConnectionAndNotTheRecord) {
  FakeBroker broker("\x40\x02\0\0"s);  // PUBACK without an id
  common::FakeSinkContext context;
  MqttSink sink(options_for(broker));
  sink.open(context);
  EXPECT_EQ(failure_of_write(sink), Errc::connection_lost);
  EXPECT_EQ(context.lost, std::vector{Errc::connection_lost});
}

}  // namespace
}  // namespace sluice::mqtt
