// SPDX-License-Identifier: Apache-2.0
#include "message.hpp"

#include <cstdlib>
#include <ctime>

#include <gtest/gtest.h>

#include "record.hpp"
#include "timestamp.hpp"

namespace sluice::syslog {
namespace {

class SyslogMessage : public testing::Test {
 protected:
  SyslogMessage() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
  // 2026-01-02 03:04:05 UTC
  ParseRules rules_{.now = std::chrono::system_clock::from_time_t(1'767'323'045)};
  [[nodiscard]] Message parse(std::string_view text) const {
    auto parsed = parse_message(text, rules_);
    return std::move(parsed).value();
  }
  [[nodiscard]] bool refuses(std::string_view text) const {
    const auto parsed = parse_message(text, rules_);
    return !parsed.ok() && parsed.error().code == Errc::malformed;
  }
};

TEST_F(SyslogMessage, Rfc5424ExampleWithStructuredData) {
  const auto message =
      parse(R"(<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 )"
            R"([exampleSDID@32473 iut="3" eventSource="App \"x\" \]"][b@1 ip="a" ip="b"] )"
            "\xef\xbb\xbf"
            "An event");
  EXPECT_EQ(message.format, Format::rfc5424);
  EXPECT_EQ(message.facility, 20);
  EXPECT_EQ(message.severity, 5);
  EXPECT_EQ(message.timestamp, "2003-10-11T22:14:15.003Z");
  EXPECT_EQ(message.host, "mymachine.example.com");
  EXPECT_EQ(message.app, "evntslog");
  EXPECT_FALSE(message.procid);
  EXPECT_EQ(message.msgid, "ID47");
  EXPECT_EQ(message.message, "An event");
  ASSERT_EQ(message.structured_data.size(), 2U);
  EXPECT_EQ(message.structured_data[0].params[1].second, "App \"x\" ]");
  EXPECT_EQ(message.structured_data[1].params.size(), 2U);
}

TEST_F(SyslogMessage, Rfc5424WithNothingInIt) {
  const auto message = parse("<0>1 - - - - - -");
  EXPECT_EQ(message.severity, 0);
  EXPECT_FALSE(message.timestamp || message.host || message.app);
  EXPECT_EQ(message.message, "");
}

TEST_F(SyslogMessage, Rfc5424ThatIsBrokenIsRefused) {
  EXPECT_TRUE(refuses("<13>1 - - - -"));
  EXPECT_TRUE(refuses("<13>1 yesterday - - - - - hi"));
  EXPECT_TRUE(refuses("<13>1 - - - - - [a b=\"c] hi"));
  EXPECT_TRUE(refuses("<13>1 - - - - - [a b=c] hi"));
  EXPECT_TRUE(refuses("<13>1 - - - - - -hi"));
}

TEST_F(SyslogMessage, Rfc3164WithHostTagAndProcess) {
  const auto message = parse("<34>Oct 11 22:14:15 mymachine su[231]: 'su root' failed\n");
  EXPECT_EQ(message.format, Format::rfc3164);
  EXPECT_EQ(message.timestamp, "2025-10-11T22:14:15Z");
  EXPECT_EQ(message.host, "mymachine");
  EXPECT_EQ(message.app, "su");
  EXPECT_EQ(message.procid, "231");
  EXPECT_EQ(message.message, "'su root' failed");
}

TEST_F(SyslogMessage, LocalSendersLeaveTheHostOut) {
  const auto message = parse("<13>Jan  1 00:00:00 logger: hi there");
  EXPECT_EQ(message.timestamp, "2026-01-01T00:00:00Z");
  EXPECT_FALSE(message.host);
  EXPECT_EQ(message.app, "logger");
  EXPECT_EQ(message.message, "hi there");
}

TEST_F(SyslogMessage, OtherTimesThatSendersUse) {
  EXPECT_EQ(parse("<13>2026-01-02T03:04:05.6+02:00 h app: x").timestamp,
            "2026-01-02T03:04:05.6+02:00");
  EXPECT_EQ(parse("<13>Feb  3 2024 04:05:06 h app: x").timestamp, "2024-02-03T04:05:06Z");
  EXPECT_EQ(parse("<13>Jan  3 04:05:06 h app: x").timestamp, "2025-01-03T04:05:06Z");
}

TEST_F(SyslogMessage, WithoutATimeEverythingIsTheMessage) {
  const auto message = parse("<13>just text: with a colon");
  EXPECT_FALSE(message.timestamp);
  EXPECT_EQ(message.message, "just text: with a colon");
}

TEST_F(SyslogMessage, APriorityIsNeededExceptInFiles) {
  EXPECT_TRUE(refuses("Oct 11 22:14:15 h app: x"));
  EXPECT_TRUE(refuses("<192>x"));
  EXPECT_TRUE(refuses("<>x"));
  EXPECT_TRUE(refuses(""));
  rules_.priority_required = false;
  EXPECT_EQ(parse("Oct 11 22:14:15 h app: x").host, "h");
  EXPECT_FALSE(parse("Oct 11 22:14:15 h app: x").facility);
  EXPECT_TRUE(refuses("x"));
}

TEST_F(SyslogMessage, AFixedFormatIsNotGuessed) {
  rules_.format = Format::rfc5424;
  EXPECT_TRUE(refuses("<34>Oct 11 22:14:15 h su: x"));
  rules_.format = Format::rfc3164;
  EXPECT_EQ(parse("<34>1 x").message, "1 x");
}

TEST_F(SyslogMessage, NoTextIsTooStrange) {
  for (int length = 0; length < 60; ++length) {
    const std::string_view whole =
        "<165>1 2003-10-11T22:14:15.003Z host app - ID47 [x@1 a=\"b\"] message text";
    (void)parse_message(whole.substr(0, static_cast<std::size_t>(length)), rules_);
    const std::string_view old = "<34>Oct 11 22:14:15 mymachine su[231]: 'su root' failed for lo";
    (void)parse_message(old.substr(0, static_cast<std::size_t>(length)), rules_);
  }
}

TEST_F(SyslogMessage, BecomesARecord) {
  const auto message = parse(R"(<165>1 - h a 7 - [b@1 ip="a" x="\"" ip="b"] hi)");
  std::string out;
  write_record(out, &message, "", {.transport = "tcp", .peer = "127.0.0.1:9"});
  EXPECT_EQ(out, R"({"facility":20,"facility_name":"local4","severity":5,"severity_name":"notice",)"
                 R"("timestamp":null,"host":"h","app":"a","procid":"7","msgid":null,)"
                 R"("structured_data":{"b@1":{"ip":["a","b"],"x":"\""}},"message":"hi",)"
                 R"("format":"rfc5424","transport":"tcp","peer":"127.0.0.1:9"})");
}

// Each name was looked for among all others: one message of 16 MiB took minutes, and nothing else
// was read meanwhile.
TEST_F(SyslogMessage, ManyParametersBecomeARecordInTheOrderTheyCameIn) {
  constexpr int count = 200'000;
  Element element{.id = "x@1", .params = {}};
  std::string expected = R"("structured_data":{"x@1":{"p0":["0","again","and again"])";
  element.params.emplace_back("p0", "0");
  element.params.emplace_back("p0", "again");
  for (int i = count - 1; i > 0; --i) {
    const auto number = std::to_string(i);
    element.params.emplace_back('p' + number, number);
    expected.append(R"(,"p)").append(number).append(R"(":")").append(number).append("\"");
  }
  element.params.emplace_back("p0", "and again");
  expected += "}},";
  Message message;
  message.structured_data.push_back(std::move(element));
  std::string out;
  write_record(out, &message, "", {.transport = "tcp", .peer = "p"});
  EXPECT_NE(out.find(expected), std::string::npos);
}

TEST_F(SyslogMessage, WhatIsNotSyslogIsTheMessageOfARecord) {
  std::string out;
  write_record(out, nullptr, "x\xff", {.transport = "udp", .peer = "p", .truncated = true});
  EXPECT_EQ(out, R"({"facility":null,"facility_name":null,"severity":null,"severity_name":null,)"
                 R"("timestamp":null,"host":null,"app":null,"procid":null,"msgid":null,)"
                 R"("structured_data":{},"message":"x)"
                 "\xef\xbf\xbd"
                 R"(","format":"unknown","transport":"udp","peer":"p","truncated":true})");
}

}  // namespace
}  // namespace sluice::syslog
