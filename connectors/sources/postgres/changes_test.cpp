// SPDX-License-Identifier: Apache-2.0
#include "changes.hpp"

#include <gtest/gtest.h>

namespace sluice::postgres {
namespace {

std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xffU);
  return out;
}
std::string data(const std::string& message) {
  return 'w' + big_endian(1, 8) + big_endian(1, 8) + big_endian(0, 8) + message;
}
std::string begin(Lsn commit) {
  return data('B' + big_endian(commit, 8) + big_endian(0, 8) + big_endian(7, 4));
}
std::string commit(Lsn lsn, Lsn end) {
  return data(std::string("C") + '\0' + big_endian(lsn, 8) + big_endian(end, 8) + big_endian(0, 8));
}
std::string relation(std::uint32_t id) {
  return data('R' + big_endian(id, 4) + std::string("s\0t\0d", 5) + big_endian(1, 2) + '\1' +
              std::string("a\0", 2) + big_endian(23, 4) + big_endian(0xffffffffU, 4));
}
std::string insert(std::uint32_t id, const std::string& value) {
  return data('I' + big_endian(id, 4) + 'N' + big_endian(1, 2) + 't' + big_endian(value.size(), 4) +
              value);
}
std::string keepalive(Lsn end, bool wants_answer) {
  return 'k' + big_endian(end, 8) + big_endian(0, 8) + static_cast<char>(wants_answer ? 1 : 0);
}

struct ChangesTest : testing::Test {
  std::vector<std::string> kinds;
  std::vector<std::string> positions;

  void feed(Changes& changes, const std::vector<std::string>& messages) {
    for (const auto& message : messages) {
      changes.take(message, [&](std::string_view value, std::string position) {
        const auto at = value.find("\"type\":\"") + 8;
        kinds.emplace_back(value.substr(at, value.find('"', at) - at));
        positions.push_back(std::move(position));
      });
    }
  }
  static Progress at(std::string_view position) {
    auto parsed = parse_progress(position);
    return std::move(parsed).value();
  }
  const std::vector<std::string> transaction{begin(100), relation(5), insert(5, "1"),
                                             insert(5, "2"), commit(100, 120)};
};

TEST_F(ChangesTest, EachMessageIsARecord) {
  Changes changes({.stage = Progress::Stage::streaming, .done = 50});
  feed(changes, transaction);
  EXPECT_EQ(kinds, (std::vector<std::string>{"begin", "relation", "insert", "insert", "commit"}));
  EXPECT_EQ(at(positions.back()).done, 120U);
}

TEST_F(ChangesTest, GoesOnBehindAnyRecordWithoutAGapOrARepeat) {
  Changes first({.stage = Progress::Stage::streaming, .done = 50});
  feed(first, transaction);
  const auto all = kinds;
  const auto places = positions;
  for (std::size_t i = 0; i < places.size(); ++i) {
    kinds.clear();
    Changes again(at(places[i]));
    feed(again, transaction);
    std::erase(kinds, "relation");  // it may be told again
    std::vector<std::string> rest(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end());
    std::erase(rest, "relation");
    EXPECT_EQ(kinds, rest) << places[i];
  }
}

TEST_F(ChangesTest, TheServerHearsOnlyOfWhatTheTopicHas) {
  Changes changes({.stage = Progress::Stage::streaming, .done = 50});
  feed(changes, transaction);
  EXPECT_EQ(changes.confirmed(), 50U);
  changes.acknowledged(positions[2]);
  EXPECT_EQ(changes.confirmed(), 50U);
  changes.acknowledged(positions.back());
  EXPECT_EQ(changes.confirmed(), 120U);
}

TEST_F(ChangesTest, AQuietPublicationDoesNotHoldBackWal) {
  Changes changes({.stage = Progress::Stage::streaming, .done = 50});
  feed(changes, {keepalive(500, true)});
  EXPECT_TRUE(changes.answer_wanted());
  EXPECT_EQ(changes.confirmed(), 500U);
  EXPECT_EQ(changes.status(0).size(), 34U);
  EXPECT_FALSE(changes.answer_wanted());
}

TEST_F(ChangesTest, AKeepaliveConfirmsNothingThatIsUnderWay) {
  Changes changes({.stage = Progress::Stage::streaming, .done = 50});
  feed(changes, {begin(100), keepalive(500, false)});
  EXPECT_EQ(changes.confirmed(), 50U);
  feed(changes, {relation(5), insert(5, "1"), commit(100, 120), keepalive(500, false)});
  EXPECT_EQ(changes.confirmed(), 50U);
  changes.acknowledged(positions.back());
  EXPECT_EQ(changes.confirmed(), 500U);
}

TEST_F(ChangesTest, WhatTheSnapshotHasIsLeftOut) {
  Changes changes(
      {.stage = Progress::Stage::streaming, .tables = {{5, 60}}, .others = 110, .done = 60});
  feed(changes,
       {begin(100), relation(5), insert(5, "1"), relation(6), insert(6, "1"), commit(100, 120)});
  EXPECT_EQ(kinds, (std::vector<std::string>{"begin", "relation", "insert", "relation", "commit"}));
  EXPECT_EQ(at(positions.back()), (Progress{.stage = Progress::Stage::streaming, .done = 120}));
}

TEST_F(ChangesTest, AMessageThatCannotBeReadEndsIt) {
  Changes changes({.stage = Progress::Stage::streaming});
  for (const auto& bad : {std::string("w"), std::string("k"), data("I"), data("X"), data("B123")}) {
    EXPECT_THROW(feed(changes, {bad}), Failure);
  }
}

}  // namespace
}  // namespace sluice::postgres
