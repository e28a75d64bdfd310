// SPDX-License-Identifier: Apache-2.0
#include "progress.hpp"

#include <gtest/gtest.h>

namespace sluice::postgres {
namespace {

Progress round_trip(const Progress& progress) {
  auto parsed = parse_progress(format_progress(progress));
  return std::move(parsed).value();
}

TEST(Progress, IsReadAsItWasWritten) {
  const Progress streaming{.stage = Progress::Stage::streaming,
                           .done = 0x16'B374'D848,
                           .under_way = 0x16'B374'D900,
                           .count = 7};
  EXPECT_EQ(round_trip(streaming), streaming);
  const Progress filtered{
      .stage = Progress::Stage::streaming, .tables = {{16385, 100}}, .others = 200, .done = 100};
  EXPECT_EQ(round_trip(filtered), filtered);
  const Progress snapshot{
      .stage = Progress::Stage::snapshot, .begun = 3, .tables = {{1, 100}, {2, 200}}};
  EXPECT_EQ(round_trip(snapshot), snapshot);
  const Progress empty{.stage = Progress::Stage::snapshot};
  EXPECT_EQ(round_trip(empty), empty);
}

TEST(Progress, OfAnotherConnectorIsRefused) {
  for (const char* text :
       {"", "42", "stream 1/2 3", "stream 1/2 0/0 x", "snapshot 1 2:", "a b c"}) {
    EXPECT_FALSE(parse_progress(text).ok()) << text;
  }
}

TEST(Lsn, IsWrittenAsTheServerDoes) {
  EXPECT_EQ(format_lsn(0x16'B374'D848), "16/B374D848");
  EXPECT_EQ(parse_lsn("16/B374D848"), 0x16'B374'D848U);
  EXPECT_EQ(parse_lsn("16"), std::nullopt);
}

// A run that failed before it sent anything (the slot was still in use) went on at the place that
// an earlier process had left, without a `begin`: readers counted what stood behind it twice.
TEST(Resume, SendsATransactionFromItsBeginUntilThePlaceHasMoved) {
  const Progress left{
      .stage = Progress::Stage::streaming, .done = 100, .under_way = 200, .count = 1000};
  const Progress whole{.stage = Progress::Stage::streaming, .done = 100};
  Resume resume;
  EXPECT_EQ(resume.from(format_progress(left)).value(), whole);
  EXPECT_EQ(resume.from(format_progress(left)).value(), whole);

  const Progress moved{
      .stage = Progress::Stage::streaming, .done = 100, .under_way = 200, .count = 3};
  EXPECT_EQ(resume.from(format_progress(moved)).value(), moved);
}

TEST(Resume, WithoutAPlaceItBeginsAnewAndGoesOnWhereItGot) {
  const Progress own{
      .stage = Progress::Stage::streaming, .done = 100, .under_way = 200, .count = 3};
  Resume resume;
  EXPECT_EQ(resume.from("").value(), Progress{});
  EXPECT_EQ(resume.from(format_progress(own)).value(), own);
}

// A table of an earlier name, made after the interruption, was begun in its place, and its rows
// that had been sent were never voided.
TEST(TablesToRead, BeginWithTheOneThatWasInterrupted) {
  const Progress progress{.stage = Progress::Stage::snapshot, .begun = 3, .tables = {{2, 100}}};
  EXPECT_EQ(tables_to_read({5, 1, 2, 3, 4}, progress), (std::vector<std::uint32_t>{3, 5, 1, 4}));
  EXPECT_EQ(tables_to_read({5, 1}, progress), (std::vector<std::uint32_t>{5, 1}));
}

TEST(ProgressAfterSnapshot, TheStreamBeginsWhereTheRowsAreOf) {
  const Progress snapshot{.stage = Progress::Stage::snapshot, .tables = {{1, 200}, {2, 200}}};
  const auto after = streaming_after(snapshot, 200);
  EXPECT_EQ(after.done, 200U);
  EXPECT_EQ(after.others, 0U);
  EXPECT_FALSE(is_in_rows(after, 1, 100));
}

TEST(ProgressAfterSnapshot, OfAnInterruptedOneEachTableHasItsOwnBegin) {
  const Progress snapshot{.stage = Progress::Stage::snapshot, .tables = {{1, 100}, {2, 200}}};
  auto after = streaming_after(snapshot, 200);
  EXPECT_EQ(after.done, 100U);
  EXPECT_FALSE(is_in_rows(after, 1, 150));
  EXPECT_TRUE(is_in_rows(after, 2, 150));
  EXPECT_TRUE(is_in_rows(after, 3, 150));
  EXPECT_FALSE(is_in_rows(after, 2, 200));
  after.done = 199;
  forget_rows(after);
  EXPECT_EQ(after.others, 200U);
  after.done = 200;
  forget_rows(after);
  EXPECT_EQ(after, (Progress{.stage = Progress::Stage::streaming, .done = 200}));
}

}  // namespace
}  // namespace sluice::postgres
