// SPDX-License-Identifier: Apache-2.0
#include "framing.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "syslog_options.hpp"

namespace sluice::syslog {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The messages of a stream that comes in pieces of this size; `!` behind those that were cut.
std::vector<std::string> frames(std::string_view stream, std::size_t piece, std::size_t max = 100) {
  Framing framing(max);
  std::vector<std::string> out;
  const auto add = [&](const Frame& frame) {
    out.push_back(std::string(frame.text) + (frame.truncated ? "!" : ""));
  };
  while (!stream.empty()) {
    const auto room = framing.room();
    const auto count = std::min({piece, stream.size(), room.size()});
    std::ranges::copy(stream.substr(0, count), room.begin());
    framing.filled(count);
    stream.remove_prefix(count);
    while (const auto frame = framing.next()) add(*frame);
  }
  while (const auto frame = framing.rest()) add(*frame);
  return out;
}

class AnyPieces : public testing::TestWithParam<std::size_t> {};
INSTANTIATE_TEST_SUITE_P(Framing, AnyPieces, testing::Values(1, 2, 3, 7, 1000));

TEST_P(AnyPieces, LinesAndCountedFramesMix) {
  EXPECT_THAT(frames("<1>a\n5 <2>\nb<3>c\n\n\r\n4 <4>d", GetParam()),
              ElementsAre("<1>a", "<2>\nb", "<3>c", "<4>d"));
}

TEST_P(AnyPieces, ALineMayBeginWithDigits) {
  EXPECT_THAT(frames("12 monkeys\n123456789012 <x\n7\n", GetParam()),
              ElementsAre("12 monkeys", "123456789012 <x", "7"));
}

TEST_P(AnyPieces, WhatIsTooLargeIsCutAndTheNextIsWhole) {
  EXPECT_THAT(frames("<1>abcdefgh\n<2>b\n11 <3>cdefghij<4>d\n", GetParam(), 5),
              ElementsAre("<1>ab!", "<2>b", "<3>cd!", "<4>d"));
}

TEST_P(AnyPieces, TheEndEndsALineAndCutsACountedFrame) {
  EXPECT_THAT(frames("<1>a\n<2>b", GetParam()), ElementsAre("<1>a", "<2>b"));
  EXPECT_THAT(frames("9 <2>b", GetParam()), ElementsAre("<2>b!"));
  EXPECT_THAT(frames("", GetParam()), IsEmpty());
}

TEST(Endpoint, IsReadAsUsersWriteIt) {
  const auto parse = [](std::string_view text) {
    auto parsed = parse_endpoint(text);
    if (!parsed.ok()) return std::string("wrong");
    const auto& value = parsed.value();
    return std::to_string(static_cast<int>(value.kind)) + '|' + value.host + '|' + value.port +
           '|' + value.path;
  };
  EXPECT_EQ(parse("udp://0.0.0.0:5140"), "0|0.0.0.0|5140|");
  EXPECT_EQ(parse("127.0.0.1:99"), "0|127.0.0.1|99|");
  EXPECT_EQ(parse("tcp://"), "1||601|");
  EXPECT_EQ(parse("tls://[::1]"), "2|::1|6514|");
  EXPECT_EQ(parse("tcp://[::]:7"), "1|::|7|");
  EXPECT_EQ(parse("unix:///run/x"), "3|||/run/x");
  for (const char* text : {"http://a", "tcp://a:b", "tcp://a:70000", "unix://x", "tcp://[::1",
                           "tcp://a/b", "tcp://u@a"}) {
    EXPECT_EQ(parse(text), "wrong") << text;
  }
}

TEST(SyslogOptions, MustFitTogether) {
  const auto problems = [](const SyslogOptions& options) {
    OptionProblems out;
    validate_options(options, out);
    return out.items().size();
  };
  EXPECT_EQ(problems({}), 0U);
  EXPECT_EQ(problems({.listen = {"http://x"}, .files = {""}}), 2U);
  EXPECT_EQ(problems({.listen = {"udp://:514"}}), 0U);
  EXPECT_EQ(problems({.files = {"/var/log/syslog"}}), 0U);
  EXPECT_EQ(problems({.listen = {"tls://"}}), 1U);
  EXPECT_EQ(problems({.listen = {"tls://"}, .cert_file = "a", .key_file = "b"}), 0U);
  EXPECT_EQ(problems({.listen = {"tcp://"}, .ca_file = "a"}), 1U);
}

}  // namespace
}  // namespace sluice::syslog
