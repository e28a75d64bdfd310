// SPDX-License-Identifier: Apache-2.0
#include "connector/ack_tracker.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace sluice::connector {
namespace {

Position at(std::uint64_t number) {
  return {std::to_string(number)};
}

TEST(AckTracker, ReleasesNothingBeforeTheFirstIsDone) {
  AckTracker tracker;
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_EQ(tracker.add(10, at(i)), i);

  tracker.complete(1);
  tracker.complete(2);

  EXPECT_EQ(tracker.take_position(), std::nullopt);
  EXPECT_EQ(tracker.prefix(), 0U);
}

TEST(AckTracker, ReleasesTheNewestPositionOfThePrefixOnce) {
  AckTracker tracker;
  for (std::uint64_t i = 0; i < 4; ++i) tracker.add(10, at(i));
  tracker.complete(1);
  tracker.complete(0);

  EXPECT_EQ(tracker.take_position(), at(1));
  EXPECT_EQ(tracker.take_position(), std::nullopt);
  EXPECT_EQ(tracker.open_count(), 2U);
}

TEST(AckTracker, RecordsWithoutPositionHoldBackTheOneAfterThem) {
  AckTracker tracker;
  tracker.add(10, std::nullopt);
  tracker.add(10, at(1));
  tracker.complete(1);
  EXPECT_EQ(tracker.take_position(), std::nullopt);

  tracker.complete(0);
  EXPECT_EQ(tracker.take_position(), at(1));
}

TEST(AckTracker, GivesBackWhatARecordCountedFor) {
  AckTracker tracker;
  tracker.add(10'000, std::nullopt);
  tracker.add(20'000, std::nullopt);
  const auto both = tracker.bytes();
  EXPECT_TRUE(tracker.complete(1));
  EXPECT_EQ(tracker.bytes(), both - 20'000);
  EXPECT_TRUE(tracker.complete(0));
  EXPECT_EQ(tracker.bytes(), 0U);
}

// A filter that leaves nothing, behind a record that is not there yet, filled the memory.
TEST(AckTracker, WhatWaitsBehindAnOpenRecordCounts) {
  AckTracker tracker;
  tracker.add(1, std::nullopt);
  const auto before = tracker.bytes();
  for (std::uint64_t i = 0; i < 1000; ++i) tracker.add(0, at(i), 0);
  EXPECT_GT(tracker.bytes(), before + 1000 * sizeof(Position));
  tracker.complete(0);
  EXPECT_EQ(tracker.bytes(), 0U);
}

TEST(AckTracker, ARecordIsDoneWithTheLastOfItsParts) {
  AckTracker tracker;
  tracker.add(30, at(0), 3);
  tracker.add(10, at(1));
  EXPECT_TRUE(tracker.complete(1));
  EXPECT_FALSE(tracker.complete(0));
  EXPECT_FALSE(tracker.complete(0));
  EXPECT_EQ(tracker.take_position(), std::nullopt);
  EXPECT_TRUE(tracker.complete(0));
  EXPECT_EQ(tracker.take_position(), at(1));
}

TEST(AckTracker, ARecordWithoutPartsIsDoneInItsTurn) {
  AckTracker tracker;
  tracker.add(0, at(0), 0);
  EXPECT_EQ(tracker.take_position(), at(0)) << "nothing was before it";
  tracker.add(10, at(1));
  tracker.add(0, at(2), 0);
  EXPECT_EQ(tracker.take_position(), std::nullopt);
  EXPECT_EQ(tracker.open_count(), 2U);
  tracker.complete(1);
  EXPECT_EQ(tracker.take_position(), at(2));
}

TEST(AckTracker, ARecordWithARefusedPartIsNeverDone) {
  AckTracker tracker;
  tracker.add(20, at(0), 2);
  EXPECT_TRUE(tracker.fail(0));
  EXPECT_FALSE(tracker.fail(0)) << "it failed once";
  EXPECT_FALSE(tracker.complete(0));
  EXPECT_EQ(tracker.prefix(), 0U);
}

// The rule, as slowly as it can be said: a position may be released when all up to it are done.
class Model {
 public:
  void add(bool with_position) {
    done_.push_back(false);
    has_position_.push_back(with_position);
  }
  void complete(std::size_t index) { done_[index] = true; }
  // The last position of the prefix, if it was not taken before.
  std::optional<std::size_t> take() {
    while (prefix_ < done_.size() && done_[prefix_]) {
      if (has_position_[prefix_]) last_ = prefix_;
      ++prefix_;
    }
    return std::exchange(last_, std::nullopt);
  }
  [[nodiscard]] std::size_t prefix() const { return prefix_; }

 private:
  std::vector<bool> done_, has_position_;
  std::size_t prefix_ = 0;
  std::optional<std::size_t> last_;
};

// One schedule: records are sent and completed in a random order, interleaved.
bool schedule_holds(std::minstd_rand& random) {
  const std::size_t count = 1 + random() % 6;
  AckTracker tracker;
  Model model;
  std::array<std::uint64_t, 6> open{};
  std::size_t open_count = 0;
  std::size_t sent = 0;
  while (sent < count || open_count > 0) {
    if (sent < count && (open_count == 0 || random() % 2 == 0)) {
      const bool with_position = random() % 3 != 0;
      std::optional<Position> position;
      if (with_position) position = at(sent);
      open[open_count++] = tracker.add(1, std::move(position));
      model.add(with_position);
      ++sent;
    } else {
      const auto pick = random() % open_count;
      const auto number = std::exchange(open[pick], open[--open_count]);
      tracker.complete(number);
      model.complete(number);
    }
    const auto released = tracker.take_position();
    const auto expected = model.take();
    if (released.has_value() != expected.has_value()) return false;
    if (released && *released != at(*expected)) return false;
    if (tracker.prefix() != model.prefix()) return false;
  }
  return tracker.open_count() == 0;
}

TEST(AckTracker, OnlyContiguousPrefixesAreReleasedInAMillionSchedules) {
  std::minstd_rand random(20261123);
  for (int i = 0; i < 1'000'000; ++i) {
    ASSERT_TRUE(schedule_holds(random)) << "schedule " << i;
  }
}

TEST(AckTracker, EveryOrderOfSevenReleasesTheSame) {
  std::array<std::uint64_t, 7> order{};
  std::iota(order.begin(), order.end(), 0);
  do {
    AckTracker tracker;
    for (std::uint64_t i = 0; i < order.size(); ++i) tracker.add(1, at(i));
    std::optional<Position> last;
    for (const auto number : order) {
      tracker.complete(number);
      if (auto position = tracker.take_position()) last = position;
    }
    ASSERT_EQ(last, at(6));
  } while (std::ranges::next_permutation(order).found);
}

}  // namespace
}  // namespace sluice::connector
