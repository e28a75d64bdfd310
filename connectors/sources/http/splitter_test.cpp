// SPDX-License-Identifier: Apache-2.0
#include "splitter.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

constexpr std::size_t limit = 1000;

// The records of a text that comes in pieces of this size.
Texts split(std::string_view text, const std::string& delimiter, std::size_t piece,
            std::string* tail = nullptr) {
  DelimiterSplitter splitter(delimiter, limit);
  Texts out;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    splitter.feed(text.substr(at, piece));
    for (;;) {
      auto record = splitter.next();
      EXPECT_TRUE(record.ok());
      if (!record.value()) break;
      out.emplace_back(*record.value());
    }
  }
  if (tail != nullptr) *tail = splitter.tail();
  return out;
}

TEST(DelimiterSplitter, CutsAtTheDelimiterHoweverThePiecesCome) {
  for (std::size_t piece = 1; piece < 20; ++piece) {
    std::string tail;
    EXPECT_EQ(split("one\ntwo\n\nthree", "\n", piece, &tail), (Texts{"one", "two", ""})) << piece;
    EXPECT_EQ(tail, "three");
    EXPECT_EQ(split("a||b|c||||d|", "||", piece, &tail), (Texts{"a", "b|c", ""})) << piece;
    EXPECT_EQ(tail, "d|");
    EXPECT_EQ(split("aab", "ab", piece), (Texts{"a"})) << piece;
  }
}

TEST(DelimiterSplitter, LimitsARecord) {
  DelimiterSplitter splitter("\n", 3);
  splitter.feed("abc\nabcd");
  EXPECT_TRUE(splitter.next().ok());
  const auto over = splitter.next();
  ASSERT_FALSE(over.ok());
  EXPECT_EQ(over.error().code, Errc::too_large);
}

TEST(DelimiterSplitter, LimitsARecordThatIsWhole) {
  DelimiterSplitter splitter("\n", 3);
  splitter.feed("abcd\n");
  EXPECT_FALSE(splitter.next().ok());
}

struct Events {
  Texts data;
  Texts ids;
};

Events parse(SseParser& parser, std::string_view text, std::size_t piece) {
  Events out;
  for (std::size_t at = 0; at < text.size(); at += piece) {
    parser.feed(text.substr(at, piece));
    for (;;) {
      auto event = parser.next();
      EXPECT_TRUE(event.ok());
      if (!event.value()) break;
      out.data.emplace_back(event.value()->data);
      out.ids.emplace_back(event.value()->id);
    }
  }
  return out;
}

TEST(SseParser, ReadsEventsHoweverThePiecesCome) {
  constexpr std::string_view text =
      ": comment\nid: 1\nevent: x\ndata: one\n\ndata:two\ndata:  lines\n\nid\ndata\n\n"
      "retry: 250\nid: 9\n\ndata: after\r\n\r\ndata: cr\r\rdata: unfinished\n";
  for (std::size_t piece = 1; piece <= text.size(); ++piece) {
    SseParser parser(limit, "");
    const Events events = parse(parser, text, piece);
    EXPECT_EQ(events.data, (Texts{"one", "two\n lines", "", "after", "cr"})) << piece;
    EXPECT_EQ(events.ids, (Texts{"1", "1", "", "9", "9"})) << piece;
    EXPECT_EQ(parser.retry(), 250ms);
  }
}

TEST(SseParser, GoesOnFromAnId) {
  SseParser parser(limit, "41");
  EXPECT_EQ(parse(parser, "data: x\n\n", 99).ids, (Texts{"41"}));
}

TEST(SseParser, PassesOverWhatTheRulesSay) {
  SseParser parser(limit, "");
  const std::string text("unknown: x\nretry: 1s\nid: a\0b\ndata: x\n\n", 38);
  EXPECT_EQ(parse(parser, text, 99).ids, (Texts{""}));
  EXPECT_FALSE(parser.retry());
}

TEST(SseParser, LimitsAnEventAndALine) {
  for (const std::string_view text :
       {"data: 12345678901\n", "data: 123456789", "data: 123\ndata: 456\ndata: 789\n"}) {
    SseParser parser(10, "");
    parser.feed(text);
    auto event = parser.next();
    ASSERT_FALSE(event.ok()) << text;
    EXPECT_EQ(event.error().code, Errc::too_large);
  }
}

}  // namespace
}  // namespace sluice::http
