// SPDX-License-Identifier: Apache-2.0
#include "publisher.hpp"

#include <gmock/gmock.h>

namespace sluice::mqtt {
namespace {

using namespace std::string_view_literals;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Ticket first{0, 1, 0};
const Ticket second{0, 2, 0};

struct Script {
  Publisher publisher;
  Publisher::Time now{};

  explicit Script(PublisherOptions options) : publisher(std::move(options)) {
    publisher.open(now);
    take();
  }
  std::string take() {
    std::string out(publisher.output());
    publisher.sent(out.size(), now);
    return out;
  }
  // Answers that these bytes bring.
  std::vector<Publisher::Answer> get(std::string_view bytes) {
    publisher.received(bytes, now);
    std::vector<Publisher::Answer> out;
    while (auto answer = publisher.next().value()) out.push_back(*answer);
    return out;
  }
  Error failure(std::string_view bytes) {
    publisher.received(bytes, now);
    return publisher.next().error();
  }
};

constexpr auto connack = "\x20\x03\0\0\0"sv;
constexpr auto resumed = "\x20\x03\1\0\0"sv;

PublisherOptions with(Qos qos) {
  PublisherOptions options;
  options.client_id = "c";
  options.qos = qos;
  return options;
}

TEST(Publisher, AMessageIsDoneWithItsPuback) {
  Script script(with(Qos::at_least_once));
  EXPECT_FALSE(script.publisher.may_publish());
  script.get(connack);
  ASSERT_TRUE(script.publisher.may_publish());
  ASSERT_TRUE(script.publisher.publish(first, "t", "hi").ok());
  EXPECT_EQ(script.take(), "\x32\x08\0\1t\0\1\0hi"sv);
  EXPECT_EQ(script.publisher.in_flight(), 1U);
  const auto answers = script.get("\x40\x02\0\1"sv);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].ticket, first);
  EXPECT_FALSE(answers[0].refused);
  EXPECT_EQ(script.publisher.in_flight(), 0U);
}

TEST(Publisher, AReasonSaysWhatBecomesOfTheMessage) {
  struct Row {
    char reason;
    Errc code;
  };
  for (const auto& [reason, code] :
       {Row{'\x87', Errc::permission_denied}, Row{'\x90', Errc::outside_rejected},
        Row{'\x97', Errc::outside_unavailable}, Row{'\x99', Errc::outside_rejected},
        Row{'\x95', Errc::record_too_large}}) {
    Script script(with(Qos::at_least_once));
    script.get(connack);
    ASSERT_TRUE(script.publisher.publish(first, "t", "hi").ok());
    const auto answers = script.get(std::string("\x40\x03\0\1"sv) + reason);
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].refused->code, code);
  }
}

TEST(Publisher, NobodySubscribedIsNoRefusal) {
  Script script(with(Qos::at_least_once));
  script.get(connack);
  ASSERT_TRUE(script.publisher.publish(first, "t", "hi").ok());
  EXPECT_FALSE(script.get("\x40\x03\0\1\x10"sv).at(0).refused);
}

TEST(Publisher, TheBrokersLimitsCount) {
  Script script(with(Qos::at_least_once));
  // Receive maximum 1, maximum packet size 12.
  script.get("\x20\x0b\0\0\x08\x21\0\1\x27\0\0\0\x0c"sv);
  EXPECT_EQ(script.publisher.publish(first, "t", "too long").error().code, Errc::record_too_large);
  ASSERT_TRUE(script.publisher.publish(first, "t", "hi").ok());
  EXPECT_FALSE(script.publisher.may_publish());
}

TEST(Publisher, ALowerQosOrNoRetainIsAWrongSetting) {
  Script qos(with(Qos::exactly_once));
  EXPECT_EQ(qos.failure("\x20\x05\0\0\2\x24\1"sv).code, Errc::invalid_config);
  auto options = with(Qos::at_least_once);
  options.retain = true;
  Script retain(options);
  EXPECT_EQ(retain.failure("\x20\x05\0\0\2\x25\0"sv).code, Errc::invalid_config);
}

TEST(Publisher, AnExchangeGoesOnWhereTheBrokerKeptTheSession) {
  Script script(with(Qos::exactly_once));
  script.get(connack);
  ASSERT_TRUE(script.publisher.publish(first, "t", "a").ok());
  ASSERT_TRUE(script.publisher.publish(second, "t", "b").ok());
  script.take();
  EXPECT_TRUE(script.get("\x50\x02\0\1"sv).empty());  // PUBREC of the first
  EXPECT_EQ(script.take(), "\x62\x02\0\1"sv);

  script.publisher.open(script.now);
  script.take();
  script.get(resumed);
  ASSERT_TRUE(script.publisher.publish(first, "t", "a").ok());
  ASSERT_TRUE(script.publisher.publish(second, "t", "b").ok());
  EXPECT_EQ(script.take(), "\x62\x02\0\1\x3c\x07\0\1t\0\2\0b"sv);  // PUBREL; PUBLISH, again
  EXPECT_EQ(script.get("\x70\x02\0\1\x50\x02\0\2\x70\x02\0\2"sv).size(), 2U);
  EXPECT_EQ(script.publisher.in_flight(), 0U);
}

TEST(Publisher, WhatIsDoneIsNotPublishedAgainInItsBatch) {
  Script script(with(Qos::exactly_once));
  script.get(connack);
  ASSERT_TRUE(script.publisher.publish(first, "t", "a").ok());
  script.get("\x50\x02\0\1\x70\x02\0\1"sv);
  script.publisher.open(script.now);
  script.take();
  script.get(resumed);
  ASSERT_TRUE(script.publisher.publish(first, "t", "a").ok());
  EXPECT_EQ(script.take(), "");
  EXPECT_EQ(script.get({}).size(), 1U);
  script.publisher.batch_done();
  ASSERT_TRUE(script.publisher.publish(first, "t", "a").ok());
  EXPECT_NE(script.take(), "");
}

TEST(Publisher, ABrokerThatForgotGetsEverythingAgain) {
  Script script(with(Qos::exactly_once));
  script.get(connack);
  ASSERT_TRUE(script.publisher.publish(first, "t", "a").ok());
  script.publisher.open(script.now);
  script.take();
  script.get(connack);
  ASSERT_TRUE(script.publisher.publish(first, "t", "a").ok());
  EXPECT_EQ(script.take().substr(0, 1), "\x34");  // not as a duplicate
}

TEST(Publisher, AMissingAnswerTimesOut) {
  Script script(with(Qos::at_least_once));
  script.get(connack);
  ASSERT_TRUE(script.publisher.publish(first, "t", "hi").ok());
  script.take();
  EXPECT_TRUE(script.publisher.tick(script.now + 9s).ok());
  EXPECT_EQ(script.publisher.tick(script.now + 10s).error().code, Errc::timed_out);
}

// A broker that acknowledged nothing any more, and answered the pings, held a batch for ever.
TEST(Publisher, AnsweredPingsDoNotExcuseAMissingPuback) {
  auto options = with(Qos::at_least_once);
  options.keep_alive = 4s;
  Script script(options);
  script.get(connack);
  ASSERT_TRUE(script.publisher.publish(first, "t", "hi").ok());
  script.take();
  for (int pings = 0; pings < 3; ++pings) {
    script.now += 3s;
    ASSERT_TRUE(script.publisher.tick(script.now).ok());
    ASSERT_EQ(script.take(), "\xc0\0"sv);
    script.get("\xd0\0"sv);
  }
  EXPECT_EQ(script.publisher.tick(script.now + 1s).error().code, Errc::timed_out);
}

TEST(Publisher, EachAnswerToAMessageBeginsTheWaitAnew) {
  Script script(with(Qos::exactly_once));
  script.get(connack);
  ASSERT_TRUE(script.publisher.publish(first, "t", "hi").ok());
  script.take();
  script.now += 9s;
  script.get("\x50\x02\0\1"sv);  // PUBREC
  EXPECT_TRUE(script.publisher.tick(script.now + 9s).ok());
  script.now += 9s;
  script.get("\x50\x02\0\1\x70\x02\0\x4d"sv);  // the PUBREC again, and one of no message
  EXPECT_EQ(script.publisher.tick(script.now + 1s).error().code, Errc::timed_out);
}

TEST(Publisher, WhatTheSocketTakesOfAMessageBeginsTheWaitAnew) {
  Script script(with(Qos::at_least_once));
  script.get(connack);
  ASSERT_TRUE(script.publisher.publish(first, "t", std::string(1000, 'x')).ok());
  ASSERT_TRUE(script.publisher.tick(script.now).ok());
  script.publisher.ping(script.now);  // behind the message
  const auto bytes = script.publisher.output().size();
  script.now += 9s;
  script.publisher.sent(bytes - 2, script.now);
  EXPECT_TRUE(script.publisher.tick(script.now + 9s).ok());
  script.now += 9s;
  script.publisher.sent(2, script.now);
  EXPECT_EQ(script.publisher.tick(script.now + 1s).error().code, Errc::timed_out);
}

TEST(Publisher, TheWaitBeginsWithTheMessageAfterALongPause) {
  Script script(with(Qos::at_least_once));
  script.get(connack);
  script.now += 40s;
  ASSERT_TRUE(script.publisher.publish(first, "t", "hi").ok());
  EXPECT_TRUE(script.publisher.tick(script.now).ok());
  EXPECT_TRUE(script.publisher.tick(script.now + 4s).ok());
  script.take();
}

TEST(Publisher, ASocketThatTakesNothingTimesOutWithQos0AndNoPings) {
  auto options = with(Qos::at_most_once);
  options.keep_alive = 0s;
  Script script(options);
  script.get(connack);
  ASSERT_TRUE(script.publisher.publish(first, "t", "hi").ok());
  EXPECT_TRUE(script.publisher.tick(script.now).ok());
  EXPECT_EQ(script.publisher.tick(script.now + 10s).error().code, Errc::timed_out);
}

TEST(Publisher, PingsWhenNothingIsSaid) {
  Script script(with(Qos::at_most_once));
  script.get(connack);
  ASSERT_TRUE(script.publisher.tick(script.now + 45s).ok());
  EXPECT_EQ(script.take(), "\xc0\0"sv);
  EXPECT_TRUE(script.publisher.ping_is_out());
  script.get("\xd0\0"sv);
  EXPECT_FALSE(script.publisher.ping_is_out());
}

// With a receive maximum of 0 the sink waited for ever for room; with a packet size of 0 each
// record was too large.
TEST(Publisher, ALimitOfZeroBreaksTheProtocol) {
  Script window(with(Qos::at_least_once));
  EXPECT_EQ(window.failure("\x20\x06\0\0\3\x21\0\0"sv).code, Errc::protocol);
  Script size(with(Qos::at_least_once));
  EXPECT_EQ(size.failure("\x20\x08\0\0\5\x27\0\0\0\0"sv).code, Errc::protocol);
}

TEST(Publisher, ARefusedConnectionIsNoRecordsFault) {
  Script unspecified(with(Qos::at_least_once));
  EXPECT_EQ(unspecified.failure("\x20\x03\0\x80\0"sv).code, Errc::outside_unavailable);
  Script too_large(with(Qos::at_least_once));
  EXPECT_EQ(too_large.failure("\x20\x03\0\x95\0"sv).code, Errc::invalid_config);
}

// They were `malformed` and `too_large`: `--on-malformed skip` left a good record out, and without
// it the sink ended.
TEST(Publisher, BytesThatAreNotMqttAreTheConnectionsFault) {
  for (const auto bytes :
       {"\x40\xff\xff\xff\xff\x01"sv, "\x40\xff\xff\xff\x7f"sv, "\x40\x02\0\0"sv, "\x42\x02\0\1"sv,
        "\x40\x05\0\1\0\1\x7e"sv, "\xd0\x01\0"sv, "\xe0\x02\0\5"sv, "\x82\0"sv}) {
    Script script(with(Qos::at_least_once));
    script.get(connack);
    ASSERT_TRUE(script.publisher.publish(first, "t", "hi").ok());
    const auto error = script.failure(bytes);
    EXPECT_EQ(error.code, Errc::connection_lost) << testing::PrintToString(bytes);
    EXPECT_THAT(error.context, StartsWith("the broker sent what is not MQTT: "));
    EXPECT_THAT(error.context, Not(HasSubstr("--max-packet-size")));
  }
}

TEST(Publisher, WhatAnswersConnectWithOtherBytesIsNamed) {
  for (const auto bytes : {"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nServer: some other "
                           "program, which is no broker\r\n\r\n"sv,
                           "\x20\0"sv, "\x20\x05\0\0\2\x7e\0"sv}) {
    Script script(with(Qos::at_least_once));
    const auto error = script.failure(bytes);
    EXPECT_EQ(error.code, Errc::connection_lost) << bytes;
    EXPECT_THAT(error.context, StartsWith("what listens at --mqtt-url sent what is not MQTT: "));
  }
}

TEST(Publisher, AnAuthenticationExchangeIsNotSupportedRatherThanBroken) {
  Script script(with(Qos::at_least_once));
  EXPECT_EQ(script.failure("\xf0\0"sv).code, Errc::unsupported);
}

TEST(Publisher, ARefusedConnectionSaysWhy) {
  Script script(with(Qos::at_least_once));
  EXPECT_EQ(script.failure("\x20\x03\0\x87\0"sv).code, Errc::permission_denied);
}

}  // namespace
}  // namespace sluice::mqtt
