// SPDX-License-Identifier: Apache-2.0
#include "common/mqtt/packet.hpp"

#include <gtest/gtest.h>

namespace sluice::mqtt {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

constexpr std::size_t limit = 1'000'000;

Frame frame_of(std::string_view bytes) {
  auto frame = split_frame(bytes, limit);
  EXPECT_TRUE(frame.ok());
  EXPECT_TRUE(frame.value().has_value());
  return frame.value().value_or(Frame{});
}

template <typename T>
T decoded(std::string_view bytes, Version version) {
  auto packet = decode_packet(frame_of(bytes), version);
  EXPECT_TRUE(packet.ok()) << packet.error().message();
  return std::get<T>(packet.value());
}

TEST(SplitFrame, WaitsForEveryByteAndTakesNoMore) {
  const auto bytes = "\x30\x05\0\1ahi\xd0\0"sv;
  for (std::size_t size = 0; size < 7; ++size) {
    auto frame = split_frame(bytes.substr(0, size), limit);
    ASSERT_TRUE(frame.ok());
    EXPECT_FALSE(frame.value().has_value()) << size;
  }
  EXPECT_EQ(frame_of(bytes).size, 7U);
  EXPECT_EQ(frame_of(bytes).body, "\0\1ahi"sv);
}

TEST(SplitFrame, RefusesAnAnnouncedLengthOverTheLimit) {
  const auto frame = split_frame("\x30\xff\xff\xff\x7f"sv, limit);
  ASSERT_FALSE(frame.ok());
  EXPECT_EQ(frame.error().code, Errc::too_large);
  // The sink has no option for it: none is named.
  EXPECT_EQ(frame.error().message(),
            "the broker sends a packet of 268435460 bytes, the limit is 1000000");
}

TEST(SplitFrame, RefusesALengthOfFiveBytes) {
  const auto frame = split_frame("\x30\x80\x80\x80\x80\x01"sv, limit);
  ASSERT_FALSE(frame.ok());
  EXPECT_EQ(frame.error().code, Errc::malformed);
}

TEST(DecodePacket, ReadsConnackOfBothVersions) {
  EXPECT_TRUE(decoded<Connack>("\x20\x02\x01\x00"sv, Version::v3_1_1).session_present);
  const auto refused = decoded<Connack>("\x20\x08\x00\x87\x05\x1f\0\2no"sv, Version::v5);
  EXPECT_EQ(refused.reason, 0x87);
  EXPECT_EQ(refused.reason_text, "no");
  EXPECT_EQ(decoded<Connack>("\x20\x06\x00\x00\x03\x13\x00\x1e"sv, Version::v5).server_keep_alive,
            30);
}

TEST(DecodePacket, ReadsTheConnackOfAnOldBrokerThatIsAskedInVersion5) {
  EXPECT_EQ(decoded<Connack>("\x20\x02\x00\x01"sv, Version::v5).reason, 1);
}

TEST(DecodePacket, ReadsPublish) {
  const auto message = decoded<Publish>("\x3d\x09\0\3a/b\0\7hi"sv, Version::v3_1_1);
  EXPECT_TRUE(message.duplicate);
  EXPECT_TRUE(message.retained);
  EXPECT_EQ(message.qos, Qos::exactly_once);
  EXPECT_EQ(message.packet_id, 7);
  EXPECT_EQ(message.topic, "a/b");
  EXPECT_EQ(message.payload, "hi");
}

TEST(DecodePacket, PassesOverThePropertiesOfAPublish) {
  // Payload format, expiry, content type, response topic, correlation data, subscription id, user
  // property: all that a broker may forward.
  const auto properties =
      "\x01\x01\x02\0\0\0\x3c\x03\0\1t\x08\0\1r\x09\0\1c\x0b\x80\x01\x26\0\1k\0\1v"s;
  std::string body = "\0\1t"s + static_cast<char>(properties.size()) + properties + "payload";
  body.insert(0, 1, static_cast<char>(body.size()));
  EXPECT_EQ(decoded<Publish>("\x30" + body, Version::v5).payload, "payload");
}

TEST(DecodePacket, ReadsEmptyPayload) {
  EXPECT_EQ(decoded<Publish>("\x30\x03\0\1t"sv, Version::v3_1_1).payload, "");
}

TEST(DecodePacket, ReadsTheRest) {
  EXPECT_EQ(decoded<Pubrel>("\x62\x02\0\x09"sv, Version::v3_1_1).packet_id, 9);
  EXPECT_EQ(decoded<Pubrel>("\x62\x04\0\x09\x92\x00"sv, Version::v5).packet_id, 9);
  EXPECT_EQ(decoded<Suback>("\x90\x05\0\1\0\1\x87"sv, Version::v5).reasons,
            (std::vector<std::uint8_t>{1, 0x87}));
  EXPECT_EQ(decoded<Disconnect>("\xe0\x01\x8e"sv, Version::v5).reason, 0x8e);
  EXPECT_EQ(decoded<Disconnect>("\xe0\x00"sv, Version::v5).reason, 0);
  decoded<Pingresp>("\xd0\x00"sv, Version::v5);
}

struct Wrong {
  std::string_view what;
  std::string_view bytes;
  Version version;
  Errc code;
};

TEST(DecodePacket, RefusesWrongPackets) {
  constexpr auto v3 = Version::v3_1_1;
  constexpr auto v5 = Version::v5;
  const Wrong rows[] = {
      {"type 0", "\x00\x00"sv, v5, Errc::protocol},
      {"a CONNECT", "\x10\x00"sv, v5, Errc::protocol},
      {"a SUBSCRIBE", "\x82\x00"sv, v5, Errc::protocol},
      {"a PUBACK", "\x40\x02\0\1"sv, v5, Errc::protocol},
      {"a PINGREQ", "\xc0\x00"sv, v5, Errc::protocol},
      {"AUTH", "\xf0\x00"sv, v5, Errc::unsupported},
      {"empty CONNACK", "\x20\x00"sv, v3, Errc::malformed},
      {"short CONNACK", "\x20\x01\x00"sv, v3, Errc::malformed},
      {"long CONNACK", "\x20\x03\0\0\0"sv, v3, Errc::malformed},
      {"CONNACK with reserved flags", "\x20\x02\x02\0"sv, v3, Errc::malformed},
      {"CONNACK with type flags", "\x21\x02\0\0"sv, v3, Errc::protocol},
      {"CONNACK of version 5 without properties", "\x20\x02\0\0"sv, v5, Errc::malformed},
      {"properties that end too early", "\x20\x04\0\0\x05\x1f"sv, v5, Errc::malformed},
      {"unknown property", "\x20\x05\0\0\x02\x7e\0"sv, v5, Errc::malformed},
      {"property cut in half", "\x20\x05\0\0\x02\x13\0"sv, v5, Errc::malformed},
      {"endless property length", "\x20\x07\0\0\xff\xff\xff\xff\x01"sv, v5, Errc::malformed},
      {"QoS 3", "\x36\x05\0\1t\0\1"sv, v3, Errc::malformed},
      {"topic longer than the packet", "\x30\x03\0\x09t"sv, v3, Errc::malformed},
      {"PUBLISH without anything", "\x30\x00"sv, v3, Errc::malformed},
      {"PUBLISH without a topic", "\x30\x04\0\0hi"sv, v3, Errc::malformed},
      {"PUBLISH without its id", "\x32\x03\0\1t"sv, v3, Errc::malformed},
      {"PUBLISH with id 0", "\x32\x05\0\1t\0\0"sv, v3, Errc::malformed},
      {"topic alias", "\x30\x07\0\1t\x03\x23\0\1"sv, v5, Errc::unsupported},
      {"PUBREL with wrong flags", "\x60\x02\0\1"sv, v3, Errc::malformed},
      {"PUBREL with id 0", "\x62\x02\0\0"sv, v3, Errc::malformed},
      {"short PUBREL", "\x62\x01\0"sv, v3, Errc::malformed},
      {"long PUBREL", "\x62\x03\0\1\0"sv, v3, Errc::malformed},
      {"SUBACK without reasons", "\x90\x02\0\1"sv, v3, Errc::malformed},
      {"short SUBACK", "\x90\x01\0"sv, v3, Errc::malformed},
      {"PINGRESP with a body", "\xd0\x01\0"sv, v3, Errc::malformed},
      {"DISCONNECT of version 3 with a body", "\xe0\x01\0"sv, v3, Errc::malformed},
  };
  for (const Wrong& row : rows) {
    const auto packet = decode_packet(frame_of(row.bytes), row.version);
    ASSERT_FALSE(packet.ok()) << row.what;
    EXPECT_EQ(packet.error().code, row.code) << row.what << ": " << packet.error().message();
  }
}

TEST(Encode, WritesConnectOfVersion311) {
  std::string out;
  encode_connect(out, {.version = Version::v3_1_1,
                       .client_id = "id",
                       .user = "u",
                       .password = "p",
                       .clean_start = true,
                       .keep_alive_seconds = 60});
  EXPECT_EQ(out, "\x10\x14\0\4MQTT\4\xc2\0\x3c\0\2id\0\1u\0\1p"s);
}

TEST(Encode, WritesConnectOfVersion5WithExpiryAndReceiveMaximum) {
  std::string out;
  encode_connect(out, {.client_id = "id",
                       .keep_alive_seconds = 60,
                       .session_expiry_seconds = 0x01020304,
                       .receive_maximum = 20});
  EXPECT_EQ(out, "\x10\x17\0\4MQTT\5\0\0\x3c\x08\x11\1\2\3\4\x21\0\x14\0\2id"s);
}

TEST(Encode, WritesSubscribe) {
  const std::vector<std::string> topics{"a", "b/#"};
  std::string out;
  encode_subscribe(out, {.version = Version::v3_1_1, .topics = topics, .qos = Qos::exactly_once});
  EXPECT_EQ(out, "\x82\x0c\0\1\0\1a\2\0\3b/#\2"s);
  out.clear();
  encode_subscribe(out, {.version = Version::v5, .topics = topics, .qos = Qos::at_least_once});
  EXPECT_EQ(out, "\x82\x0d\0\1\0\0\1a\x11\0\3b/#\x11"s);
}

TEST(Encode, WritesALengthOfTwoBytes) {
  const std::vector<std::string> topics{std::string(200, 'x')};
  std::string out;
  encode_subscribe(out, {.version = Version::v3_1_1, .topics = topics});
  EXPECT_EQ(out.substr(0, 3), "\x82\xcd\x01");
  EXPECT_EQ(out.size(), 3U + 2 + 2 + 200 + 1);
}

TEST(Encode, WritesTheShortOnes) {
  std::string out;
  encode_ack(out, PacketType::puback, 0x0102);
  encode_pingreq(out);
  encode_disconnect(out);
  EXPECT_EQ(out, "\x40\x02\1\2\xc0\0\xe0\0"s);
}

}  // namespace
}  // namespace sluice::mqtt
