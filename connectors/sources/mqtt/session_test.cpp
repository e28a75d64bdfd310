// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace sluice::mqtt {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

// A broker by script: what it says, and what it must have heard.
class Script {
 public:
  explicit Script(SessionOptions options = with({})) : session(std::move(options)) {}

  static SessionOptions with(SessionOptions options) {
    options.version = Version::v3_1_1;
    options.client_id = "c";
    if (options.topics.empty()) options.topics = {"t"};
    return options;
  }

  // Opens a connection and brings it to where messages flow.
  void connect(bool session_present = false) {
    session.open(now);
    take_output();
    give("\x20\x02"s + (session_present ? '\1' : '\0') + '\0');
    if (session.running()) return;
    take_output();
    give("\x90\x03\0\1"s + static_cast<char>(qos));
    EXPECT_TRUE(session.running());
  }

  void give(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto room = session.receive_room();
      const std::size_t count = std::min(room.size(), bytes.size());
      std::ranges::copy(bytes.substr(0, count), room.begin());
      session.received(count, now);
      bytes.remove_prefix(count);
      drain();
    }
  }

  std::string take_output() {
    std::string out(session.output());
    session.sent(out.size(), now);
    return out;
  }

  static std::string publish(Qos qos, std::uint16_t id, std::string_view payload,
                             bool duplicate = false) {
    std::string out(1,
                    static_cast<char>(0x30 | (static_cast<int>(qos) << 1) | (duplicate ? 8 : 0)));
    const bool has_id = qos != Qos::at_most_once;
    out += static_cast<char>(3 + (has_id ? 2 : 0) + payload.size());
    out += "\0\1t"s;
    if (has_id) out += {static_cast<char>(id >> 8), static_cast<char>(id)};
    return out.append(payload);
  }

  Session session;
  int qos = 2;
  Session::Time now{};
  std::vector<std::string> messages;
  std::vector<std::uint64_t> sequences;
  std::optional<Error> error;

 private:
  void drain() {
    for (;;) {
      auto message = session.next();
      if (!message.ok()) {
        error = message.error();
        return;
      }
      if (!message.value()) return;
      messages.emplace_back(message.value()->payload);
      sequences.push_back(message.value()->sequence.value_or(0));
    }
  }
};

std::string ack(PacketType type, std::uint16_t id) {
  std::string out;
  encode_ack(out, type, id);
  return out;
}
std::string puback(std::uint16_t id) {
  return ack(PacketType::puback, id);
}
std::string pubrec(std::uint16_t id) {
  return ack(PacketType::pubrec, id);
}
std::string pubcomp(std::uint16_t id) {
  return ack(PacketType::pubcomp, id);
}
std::string pubrel(std::uint16_t id) {
  return {'\x62', '\x02', static_cast<char>(id >> 8), static_cast<char>(id)};
}

constexpr auto qos0 = Qos::at_most_once;
constexpr auto qos1 = Qos::at_least_once;
constexpr auto qos2 = Qos::exactly_once;

TEST(Session, ConnectsSubscribesAndRuns) {
  Script script;
  script.session.open(script.now);
  EXPECT_EQ(script.take_output().front(), '\x10');

  script.give("\x20\x02\0\0"s);
  EXPECT_EQ(script.take_output(), "\x82\x06\0\1\0\1t\1"s);
  EXPECT_FALSE(script.session.running());

  script.give("\x90\x03\0\1\1"s);
  EXPECT_TRUE(script.session.running());
}

TEST(Session, TakesAStreamOfBytesInAnyPieces) {
  const std::string bytes = "\x20\x02\0\0\x90\x03\0\1\1"s + Script::publish(qos0, 0, "one") +
                            Script::publish(qos1, 5, "two") + "\xd0\0"s;
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    Script script;
    script.session.open(script.now);
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      script.give(std::string_view(bytes).substr(at, piece));
    }
    EXPECT_FALSE(script.error);
    EXPECT_EQ(script.messages, (std::vector<std::string>{"one", "two"})) << piece;
  }
}

TEST(Session, AcknowledgesOnlyWhatTheStreamHasAndInOrder) {
  Script script;
  script.connect();
  script.give(Script::publish(qos1, 10, "a") + Script::publish(qos2, 11, "b") +
              Script::publish(qos1, 12, "c"));
  EXPECT_EQ(script.take_output(), "");

  script.session.acknowledge(script.sequences[1]);
  EXPECT_EQ(script.take_output(), puback(10) + pubrec(11));

  script.session.acknowledge(script.sequences[2]);
  EXPECT_EQ(script.take_output(), puback(12));
}

TEST(Session, FinishesTheExchangeOfQos2) {
  Script script;
  script.connect();
  script.give(Script::publish(qos2, 7, "x"));
  script.session.acknowledge(script.sequences[0]);
  EXPECT_EQ(script.take_output(), pubrec(7));
  script.give(pubrel(7));
  EXPECT_EQ(script.take_output(), pubcomp(7));
}

TEST(Session, AnswersAPubrelThatItDoesNotKnow) {
  Script script;
  script.connect();
  script.give(pubrel(9));
  EXPECT_EQ(script.take_output(), pubcomp(9));
}

TEST(Session, HandsOutARepeatedMessageOnceWhenTheConnectionBreaks) {
  for (const Qos qos : {qos1, qos2}) {
    Script script;
    script.connect();
    script.give(Script::publish(qos, 3, "once"));
    script.connect(true);
    script.give(Script::publish(qos, 3, "once", true));
    EXPECT_EQ(script.messages, (std::vector<std::string>{"once"}));
    EXPECT_EQ(script.session.repeated(), 1U);

    script.session.acknowledge(script.sequences[0]);
    EXPECT_EQ(script.take_output(), qos == qos1 ? puback(3) : pubrec(3));
  }
}

TEST(Session, AcknowledgesARepeatedMessageAtOnceWhenTheStreamHasItMeanwhile) {
  Script script;
  script.connect();
  script.give(Script::publish(qos1, 3, "once"));
  script.session.open(script.now);
  script.session.acknowledge(script.sequences[0]);
  script.take_output();
  script.give("\x20\x02\1\0"s);
  script.take_output();
  script.give(Script::publish(qos1, 3, "once", true));
  EXPECT_EQ(script.messages.size(), 1U);
  EXPECT_EQ(script.take_output(), puback(3));
}

TEST(Session, RepeatsThePubrecThatWasLost) {
  Script script;
  script.connect();
  script.give(Script::publish(qos2, 3, "once"));
  script.session.acknowledge(script.sequences[0]);
  script.connect(true);
  script.give(Script::publish(qos2, 3, "once", true));
  EXPECT_EQ(script.messages.size(), 1U);
  EXPECT_EQ(script.take_output(), pubrec(3));
}

// A broker that crashed went back to an older state of its own and used the id again.
TEST(Session, HandsOutAgainWhatTheStreamDidNotTake) {
  for (const Qos qos : {qos1, qos2}) {
    Script script;
    script.connect();
    script.give(Script::publish(qos, 3, "taken"));
    script.give(Script::publish(qos, 4, "refused"));
    script.session.not_taken(script.sequences[1]);
    script.session.close();
    script.session.acknowledge(script.sequences[0]);
    script.connect(true);
    script.give(Script::publish(qos, 3, "taken", true));
    script.give(Script::publish(qos, 4, "refused", true));
    EXPECT_EQ(script.messages, (std::vector<std::string>{"taken", "refused", "refused"}));
    EXPECT_EQ(script.take_output(), qos == qos1 ? puback(3) : pubrec(3));
    script.session.acknowledge(script.sequences[2]);
    EXPECT_EQ(script.take_output(), qos == qos1 ? puback(4) : pubrec(4));
  }
}

TEST(Session, HandsOutAnotherMessageUnderAnOldId) {
  for (const Qos qos : {qos1, qos2}) {
    Script script;
    script.connect();
    script.give(Script::publish(qos, 3, "old"));
    script.connect(true);
    script.give(Script::publish(qos, 3, "new", true));
    EXPECT_EQ(script.messages, (std::vector<std::string>{"old", "new"}));
  }
}

// The same, and what it says is the same too: only a repetition says that it is one.
TEST(Session, HandsOutAnEqualMessageThatIsNoRepetition) {
  Script script;
  script.connect();
  script.give(Script::publish(qos1, 3, "on"));
  script.connect(true);
  script.give(Script::publish(qos1, 3, "on", false));
  EXPECT_EQ(script.messages, (std::vector<std::string>{"on", "on"}));
}

TEST(Session, HandsOutEverythingAgainWhenTheBrokerLostTheSession) {
  for (const Qos qos : {qos1, qos2}) {
    Script script;
    script.connect();
    script.give(Script::publish(qos, 3, "x"));
    script.connect(false);
    script.give(Script::publish(qos, 3, "x"));
    EXPECT_EQ(script.messages.size(), 2U);
  }
}

TEST(Session, TakesAnIdAgainAfterItsAcknowledgement) {
  Script script;
  script.connect();
  for (int i = 0; i < 3; ++i) {
    script.give(Script::publish(qos1, 3, "same"));
    script.session.acknowledge(script.sequences.back());
    EXPECT_EQ(script.take_output(), puback(3));
    script.give(Script::publish(qos2, 4, "same"));
    script.session.acknowledge(script.sequences.back());
    script.give(pubrel(4));
    EXPECT_EQ(script.take_output(), pubrec(4) + pubcomp(4));
  }
  EXPECT_EQ(script.messages.size(), 6U);
}

TEST(Session, DoesNotAcknowledgeOldMessagesToANewConnection) {
  Script script;
  script.connect();
  script.give(Script::publish(qos1, 3, "x"));
  script.connect(false);
  script.session.acknowledge(script.sequences[0]);
  EXPECT_EQ(script.take_output(), "");
}

TEST(Session, SubscribesAgainWhenTheBrokerLostTheSession) {
  Script script;
  script.connect();
  script.session.open(script.now);
  script.take_output();
  script.give("\x20\x02\0\0"s);
  EXPECT_EQ(script.take_output().front(), '\x82');
}

TEST(Session, SaysWhenTheBrokerHadASessionAndLostIt) {
  for (const bool clean : {false, true}) {
    Script script(Script::with({.clean_start = clean}));
    script.connect();
    EXPECT_FALSE(script.session.was_forgotten()) << "the first has nothing to lose";
    script.connect(true);
    EXPECT_FALSE(script.session.was_forgotten());
    script.connect(false);
    EXPECT_EQ(script.session.was_forgotten(), !clean);
    script.connect(true);
    EXPECT_FALSE(script.session.was_forgotten());
  }
}

// In 3.1.1 it would bring all retained messages again.
TEST(Session, DoesNotSubscribeAgainWhenTheSessionIsThere) {
  Script script;
  script.connect();
  script.session.open(script.now);
  script.take_output();
  script.give("\x20\x02\1\0"s);
  EXPECT_EQ(script.take_output(), "");
  EXPECT_TRUE(script.session.running());
}

TEST(Session, SaysWhyTheBrokerRefuses) {
  struct Row {
    std::string bytes;
    Errc code;
  };
  const Row rows[] = {
      {"\x20\x02\0\1"s, Errc::unsupported},         {"\x20\x02\0\2"s, Errc::invalid_argument},
      {"\x20\x02\0\3"s, Errc::outside_unavailable}, {"\x20\x02\0\4"s, Errc::permission_denied},
      {"\x20\x02\0\5"s, Errc::permission_denied},   {"\x20\x02\0\x63"s, Errc::outside_rejected}};
  for (const Row& row : rows) {
    Script script;
    script.session.open(script.now);
    script.give(row.bytes);
    ASSERT_TRUE(script.error);
    EXPECT_EQ(script.error->code, row.code);
  }
}

TEST(Session, SaysWhichSubscriptionIsRefused) {
  Script script(Script::with({.topics = {"yes", "no"}}));
  script.session.open(script.now);
  script.give("\x20\x02\0\0\x90\x04\0\1\1\x80"s);
  ASSERT_TRUE(script.error);
  EXPECT_NE(script.error->message().find("'no'"), std::string::npos) << script.error->message();
}

TEST(Session, RefusesAWeakerQosThanAskedFor) {
  Script script;
  script.session.open(script.now);
  script.give("\x20\x02\0\0\x90\x03\0\1\0"s);
  ASSERT_TRUE(script.error);
  EXPECT_NE(script.error->message().find("--qos 0"), std::string::npos) << script.error->message();
}

TEST(Session, RefusesPacketsOutOfTurn) {
  const std::string rows[] = {Script::publish(qos0, 0, "x"), "\x20\x02\0\0\x20\x02\0\0"s,
                              "\x20\x02\0\0\x90\x03\0\2\1"s, "\x20\x02\0\0\x90\x04\0\1\1\1"s};
  for (const std::string& bytes : rows) {
    Script script;
    script.session.open(script.now);
    script.give(bytes);
    ASSERT_TRUE(script.error);
    EXPECT_EQ(script.error->code, Errc::protocol);
  }
}

TEST(Session, TellsThatAnotherClientTookTheSession) {
  Script script({.version = Version::v5, .client_id = "c", .topics = {"t"}});
  script.session.open(script.now);
  script.give("\x20\x03\0\0\0\x90\x04\0\1\0\1\xe0\x01\x8e"s);
  ASSERT_TRUE(script.error);
  EXPECT_EQ(script.error->code, Errc::already_running);
}

TEST(Session, PingsAfterSilenceAndGivesUpWithoutAnswer) {
  Script script(Script::with({.keep_alive = 60s, .answer_timeout = 10s}));
  script.connect();
  script.now = script.session.deadline();
  EXPECT_EQ(script.now, Session::Time{} + 45s);
  ASSERT_TRUE(script.session.tick(script.now, true).ok());
  EXPECT_EQ(script.take_output(), "\xc0\0"s);

  script.now += 9s;
  EXPECT_TRUE(script.session.tick(script.now, true).ok());
  script.now += 1s;
  const auto dead = script.session.tick(script.now, true);
  ASSERT_FALSE(dead.ok());
  EXPECT_EQ(dead.error().code, Errc::timed_out);
}

TEST(Session, LivesOnWhenThePingIsAnswered) {
  Script script(Script::with({.keep_alive = 60s}));
  script.connect();
  for (int i = 0; i < 5; ++i) {
    script.now = script.session.deadline();
    ASSERT_TRUE(script.session.tick(script.now, true).ok());
    EXPECT_EQ(script.take_output(), "\xc0\0"s);
    script.give("\xd0\0"s);
  }
}

// The stream is full, so nothing is read: the answer may lie in the socket.
TEST(Session, GoesOnWithPingsWhileNobodyReads) {
  Script script(Script::with({.keep_alive = 60s}));
  script.connect();
  int pings = 0;
  for (int i = 0; i < 20; ++i) {
    script.now = script.session.deadline();
    ASSERT_TRUE(script.session.tick(script.now, false).ok());
    pings += script.take_output() == "\xc0\0"s ? 1 : 0;
  }
  EXPECT_GE(pings, 10);
}

// With a keep alive that is shorter than the wait for an answer, mosquitto threw a paused source
// out.
TEST(Session, PingsInTimeWhileNobodyReads) {
  Script script(Script::with({.keep_alive = 4s, .answer_timeout = 10s}));
  script.connect();
  auto last = script.now;
  for (int i = 0; i < 20; ++i) {
    script.now = script.session.deadline();
    ASSERT_TRUE(script.session.tick(script.now, false).ok());
    if (script.take_output() != "\xc0\0"s) continue;
    EXPECT_GT(script.now, last);
    EXPECT_LE(script.now - last, 4s);
    last = script.now;
  }
  EXPECT_GE(last - Session::Time{}, 30s);
  // Once somebody reads again, an answer is wanted again.
  ASSERT_TRUE(script.session.tick(script.now, true).ok());
  script.now = script.session.deadline();
  EXPECT_FALSE(script.session.tick(script.now, true).ok());
}

TEST(Session, GivesUpWhenTheHandshakeStops) {
  Script script(Script::with({.answer_timeout = 10s}));
  script.session.open(script.now);
  script.now += 10s;
  EXPECT_FALSE(script.session.tick(script.now, true).ok());

  script.session.open(script.now);
  script.give("\x20\x02\0\0"s);
  script.now += 10s;
  EXPECT_FALSE(script.session.tick(script.now, true).ok());
}

TEST(Session, TakesTheKeepAliveOfTheBroker) {
  Script script({.version = Version::v5, .client_id = "c", .topics = {"t"}, .keep_alive = 60s});
  script.session.open(script.now);
  script.give("\x20\x06\0\0\x03\x13\0\x0a\x90\x04\0\1\0\1"s);
  ASSERT_TRUE(script.session.running());
  EXPECT_EQ(script.session.deadline(), script.now + 7500ms);
}

TEST(Session, TakesAMessageLargerThanItsBuffer) {
  Script script;
  script.connect();
  const std::string payload(300'000, 'x');
  const std::size_t length = 3 + payload.size();
  const std::string header{'\x30', static_cast<char>(0x80 | (length & 0x7f)),
                           static_cast<char>(0x80 | ((length >> 7) & 0x7f)),
                           static_cast<char>(length >> 14)};
  script.give(header + "\0\1t"s + payload + Script::publish(qos0, 0, "next"));
  ASSERT_EQ(script.messages.size(), 2U);
  EXPECT_EQ(script.messages[0], payload);
  EXPECT_EQ(script.messages[1], "next");
}

TEST(Session, StopsAtAMessageOverTheLimit) {
  Script script(Script::with({.packet_bytes_max = 1000}));
  script.connect();
  script.give("\x30\xff\x7f"s);
  ASSERT_TRUE(script.error);
  EXPECT_EQ(script.error->code, Errc::too_large);
}

// Whatever breaks, and wherever: the next connection has what the broker still owes us.
TEST(Session, LosesNothingWhenTheConnectionBreaksAtAnyByte) {
  for (const Qos qos : {qos1, qos2}) {
    std::string stream;
    for (std::uint16_t id = 1; id <= 4; ++id)
      stream += Script::publish(qos, id, std::to_string(id));
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      Script script;
      script.connect();
      script.give(std::string_view(stream).substr(0, cut));
      script.connect(true);
      for (std::uint16_t id = 1; id <= 4; ++id) {
        script.give(Script::publish(qos, id, std::to_string(id), true));
      }
      EXPECT_EQ(script.messages, (std::vector<std::string>{"1", "2", "3", "4"})) << cut;
      script.session.acknowledge(script.sequences.back());
      const auto type = qos == qos1 ? PacketType::puback : PacketType::pubrec;
      EXPECT_EQ(script.take_output(), ack(type, 1) + ack(type, 2) + ack(type, 3) + ack(type, 4));
    }
  }
}

TEST(Session, SaysGoodbye) {
  Script script;
  script.connect();
  script.session.close();
  EXPECT_EQ(script.take_output(), "\xe0\0"s);
  script.session.acknowledge(99);
  EXPECT_EQ(script.take_output(), "");
}

}  // namespace
}  // namespace sluice::mqtt
