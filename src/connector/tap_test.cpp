// SPDX-License-Identifier: Apache-2.0
#include "connector/tap.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sluice::connector {
namespace {

using nlohmann::json;

TapRecord value(std::string_view text) {
  return {.partition = {}, .offset = Offset{1}, .key = std::nullopt, .value = text};
}

TEST(TapLine, HasTheRecord) {
  EXPECT_EQ(tap_line({PartitionId{2}, Offset{7}, "k\"", "v\n"}, "T"),
            R"({"time":"T","partition":2,"offset":7,"key":"k\"","value":"v\n"})");
}

TEST(TapLine, SaysNothingOfAnUnknownOffset) {
  EXPECT_TRUE(json::parse(tap_line({.partition = {}, .value = ""}, "T"))["offset"].is_null());
}

TEST(TapLine, HasBytesAsBase64) {
  const auto line = json::parse(tap_line(value("\xff\x01"), "T"));
  EXPECT_EQ(line["value_base64"], "/wE=");
  EXPECT_FALSE(line.contains("value"));
}

TEST(TapLine, CutsLongValuesBetweenCharacters) {
  std::string text = "x";
  while (text.size() < 70'000) text += "\xc3\xa4";
  const auto line = json::parse(tap_line(value(text), "T"));
  EXPECT_EQ(line["cut"], true);
  const auto shown = line["value"].get<std::string>();
  EXPECT_EQ(shown.size(), 65'535U);
  EXPECT_TRUE(text.starts_with(shown));
  EXPECT_FALSE(json::parse(tap_line(value("short"), "T")).contains("cut"));
}

TEST(Tap, IsWantedWhileSomebodyListens) {
  Tap tap;
  EXPECT_FALSE(tap.wanted());
  auto feed = tap.listen(std::nullopt);
  EXPECT_TRUE(tap.wanted());
  feed.reset();
  EXPECT_FALSE(tap.wanted());
}

TEST(Tap, EndsAfterTheCount) {
  Tap tap;
  const auto feed = tap.listen(2);
  for (int i = 0; i < 5; ++i) tap.pass(value("v"));
  const auto piece = feed->take();
  EXPECT_EQ(std::ranges::count(piece.text, '\n'), 2);
  EXPECT_TRUE(piece.last);
}

TEST(Tap, ASlowListenerIsToldWhatItMissed) {
  Tap tap;
  const auto feed = tap.listen(std::nullopt);
  for (std::size_t i = 0; i < Tap::queued_lines_max + 3; ++i) tap.pass(value("v"));
  std::string text;
  for (auto piece = feed->take(); !piece.text.empty(); piece = feed->take()) text += piece.text;
  EXPECT_THAT(text, testing::EndsWith("{\"skipped\":3}\n"));
  EXPECT_EQ(std::ranges::count(text, '\n'), static_cast<long>(Tap::queued_lines_max) + 1);
}

TEST(Tap, HasFewListeners) {
  Tap tap;
  std::vector<std::shared_ptr<LineFeed>> feeds;
  for (std::size_t i = 0; i < Tap::listeners_max; ++i) feeds.push_back(tap.listen(std::nullopt));
  EXPECT_EQ(tap.listen(std::nullopt), nullptr);
  feeds.pop_back();
  EXPECT_NE(tap.listen(std::nullopt), nullptr);
}

TEST(Tap, WakesAListenerForEachRecord) {
  Tap tap;
  const auto feed = tap.listen(std::nullopt);
  int calls = 0;
  feed->on_ready([&] { ++calls; });
  tap.pass(value("v"));
  EXPECT_EQ(calls, 1);
  feed->on_ready({});
  tap.pass(value("v"));
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace sluice::connector
