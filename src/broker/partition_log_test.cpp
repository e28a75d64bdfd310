// SPDX-License-Identifier: Apache-2.0
#include "broker/partition_log.hpp"

#include <gtest/gtest.h>

#include "broker/test_support.hpp"

namespace sluice::broker {
namespace {

using namespace test;

// Small enough that a few records roll segments and make index entries.
LogOptions tiny_segments() {
  LogOptions options;
  options.segment_bytes_max = 1024;
  options.segment.index_interval_bytes = 200;
  return options;
}

std::size_t segment_count(const fs::path& directory) {
  std::size_t count = 0;
  for (const auto& entry : fs::directory_iterator(directory)) {
    count += entry.path().extension() == ".log" ? 1 : 0;
  }
  return count;
}

TEST(PartitionLog, GivesOffsetsInOrderAndReadsThemBack) {
  const TemporaryDirectory dir;
  const auto log = open_log(dir.path() / "t-0");
  EXPECT_EQ(append(*log, {"a", "b"}), 0);
  EXPECT_EQ(append(*log, {"c"}), 2);

  EXPECT_EQ(read_all(*log, 0), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(log->offsets().end, 3);
}

TEST(PartitionLog, ShowsRecordsToCommittedReadersOnlyAfterTheCommit) {
  const TemporaryDirectory dir;
  const auto log = open_log(dir.path() / "t-0");
  ASSERT_EQ(append_uncommitted(*log, {"a"}), 0);
  ReadCursor eager;
  const auto seen = log->read(eager, Isolation::read_uncommitted, 1000);
  ReadCursor careful;
  const auto not_yet = log->read(careful, Isolation::read_committed, 1000);
  ASSERT_TRUE(seen && not_yet);
  EXPECT_EQ(values_of(bytes_of(*seen)), std::vector<std::string>{"a"});
  EXPECT_FALSE(not_yet->file);
  EXPECT_EQ(log->offsets().committed, 0);

  ASSERT_TRUE(log->commit());
  EXPECT_EQ(log->offsets().committed, 1);
  EXPECT_TRUE(log->read(careful, Isolation::read_committed, 1000)->file);
}

TEST(PartitionLog, AReadStartsAtTheBatchThatHoldsTheOffset) {
  const TemporaryDirectory dir;
  const auto log = open_log(dir.path() / "t-0");
  ASSERT_TRUE(append(*log, {"a", "b", "c"}));
  ASSERT_TRUE(append(*log, {"d"}));
  EXPECT_EQ(read_all(*log, 2), (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(read_all(*log, 3), (std::vector<std::string>{"d"}));
  EXPECT_TRUE(read_all(*log, 4).empty());
}

// What it had read was taken back by a failed sync, and other records came in its place, of
// other sizes: the reader stood in the middle of a batch.
TEST(PartitionLog, AnUncommittedReaderStartsAgainWhereRecordsWereTakenBack) {
  const TemporaryDirectory dir;
  StorageFaults faults;
  const auto log = open_log(dir.path() / "t-0", {}, &faults);
  ASSERT_TRUE(append(*log, {"kept"}));
  ASSERT_TRUE(append_uncommitted(*log, {"taken back"}));
  ReadCursor cursor;
  ASSERT_TRUE(log->read(cursor, Isolation::read_uncommitted, 1 << 20));
  ASSERT_EQ(cursor.next, 2);
  faults.fail_sync(true);
  ASSERT_FALSE(log->commit());
  faults.fail_sync(false);
  ASSERT_TRUE(append(*log, {std::string(500, 'x')}));
  ASSERT_TRUE(append(*log, {"next"}));
  const auto slice = log->read(cursor, Isolation::read_uncommitted, 1 << 20);
  ASSERT_TRUE(slice);
  EXPECT_EQ(values_of(bytes_of(*slice)), (std::vector{std::string(500, 'x'), std::string("next")}));
}

// The official server cuts at a byte, and official clients lose what is behind the cut.
TEST(PartitionLog, NeverCutsABatchWhateverTheSizeAskedFor) {
  const TemporaryDirectory dir;
  const auto log = open_log(dir.path() / "t-0", tiny_segments());
  for (int i = 0; i < 40; ++i) ASSERT_EQ(append(*log, {"r" + std::to_string(i)}), i);
  for (std::uint32_t bytes_max = 1; bytes_max < 1500; bytes_max += 7) {
    ReadCursor cursor;
    const auto slice = log->read(cursor, Isolation::read_committed, bytes_max);
    ASSERT_TRUE(slice && slice->file);
    const auto batches = wire::split_batches(bytes_of(*slice));
    ASSERT_TRUE(batches);
    ASSERT_EQ(batches->bytes, slice->size_bytes());
    ASSERT_TRUE(slice->size_bytes() <= bytes_max || batches->batches.size() == 1);
    ASSERT_EQ(read_all(*log, 0, bytes_max), numbered(0, 40));
  }
}

TEST(PartitionLog, SendsOneWholeBatchAboveTheLimit) {
  const TemporaryDirectory dir;
  const auto log = open_log(dir.path() / "t-0");
  const std::string large(100'000, 'x');
  ASSERT_TRUE(append(*log, {large}));
  EXPECT_EQ(read_all(*log, 0, 10), std::vector{large});
}

TEST(PartitionLog, RollsSegmentsAndReadsFromAnyOffsetAfterARestart) {
  const TemporaryDirectory dir;
  {
    const auto log = open_log(dir.path() / "t-0", tiny_segments());
    for (int i = 0; i < 100; ++i) ASSERT_EQ(append(*log, {"r" + std::to_string(i)}), i);
    EXPECT_GT(segment_count(dir.path() / "t-0"), 5U);
    ASSERT_TRUE(log->close());
  }
  const auto log = open_log(dir.path() / "t-0", tiny_segments());
  EXPECT_EQ(log->offsets().end, 100);
  for (int from = 0; from <= 100; ++from) {
    ASSERT_EQ(read_all(*log, from), numbered(from, 100 - from)) << from;
  }
  EXPECT_EQ(append(*log, {"r100"}), 100);
}

TEST(PartitionLog, WritesManyAppendsAtOnceAndKeepsTheirOrder) {
  const TemporaryDirectory dir;
  const auto log = open_log(dir.path() / "t-0", tiny_segments());
  std::vector<Bytes> bytes;
  for (int i = 0; i < 3000; ++i) bytes.push_back(batch_of({"r" + std::to_string(i)}));
  std::vector<Append> appends(bytes.size());
  std::vector<Append*> pointers;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    appends[i].batches = {{bytes[i], 0}};
    pointers.push_back(&appends[i]);
  }
  log->append(pointers);
  ASSERT_TRUE(log->commit());
  for (std::size_t i = 0; i < appends.size(); ++i) {
    ASSERT_EQ(appends[i].base_offset, static_cast<std::int64_t>(i));
  }
  EXPECT_EQ(read_all(*log, 0), numbered(0, 3000));
}

TEST(PartitionLog, CountsOffsetsByTheHeaderWhenABatchHasGaps) {
  const TemporaryDirectory dir;
  const auto log = open_log(dir.path() / "t-0");
  auto bytes = batch_of({"a"});
  Append gap{.batches = {{bytes, 4}}};
  std::array appends{&gap};
  log->append(appends);
  ASSERT_TRUE(log->commit());
  EXPECT_EQ(append(*log, {"b"}), 5);
}

TEST(PartitionLog, TellsOffsetsThatItDoesNotHave) {
  const TemporaryDirectory dir;
  const auto log = open_log(dir.path() / "t-0");
  ASSERT_TRUE(append(*log, {"a"}));
  ReadCursor behind{.next = 5};
  EXPECT_EQ(log->read(behind, Isolation::read_committed, 100).error().code,
            Errc::offset_out_of_range);
  ReadCursor negative{.next = -1};
  EXPECT_EQ(log->read(negative, Isolation::read_committed, 100).error().code, Errc::offset_evicted);
}

TEST(PartitionLog, ForgetsTheOldestSegmentsAboveItsSize) {
  const TemporaryDirectory dir;
  auto options = tiny_segments();
  options.log_bytes_max = 3000;
  const auto log = open_log(dir.path() / "t-0", options);
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(append(*log, {"r" + std::to_string(i)}));
  EXPECT_LE(log->offsets().size_bytes, 3000U + 1024U);  // each roll sees to it already
  ASSERT_TRUE(log->apply_retention());
  const auto offsets = log->offsets();
  EXPECT_LE(offsets.size_bytes, 3000U);
  EXPECT_GT(offsets.start, 0);
  EXPECT_EQ(read_all(*log, offsets.start),
            numbered(static_cast<int>(offsets.start), 200 - static_cast<int>(offsets.start)));
  ReadCursor cursor{.next = 0};
  EXPECT_EQ(log->read(cursor, Isolation::read_committed, 100).error().code, Errc::offset_evicted);
}

std::uint64_t log_bytes(const fs::path& directory) {
  std::uint64_t total = 0;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".log") total += entry.file_size();
  }
  return total;
}

// The size is kept, not counted each time: it must follow the files through all that changes them.
TEST(PartitionLog, KnowsItsSizeThroughRollsRemovalsAndRestarts) {
  const TemporaryDirectory dir;
  {
    const auto log = open_log(dir.path() / "t-0", tiny_segments());
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(append(*log, {"r" + std::to_string(i)}));
      ASSERT_EQ(log->offsets().size_bytes, log_bytes(dir.path() / "t-0")) << i;
    }
    log->drop_before(40);
    EXPECT_EQ(log->offsets().size_bytes, log_bytes(dir.path() / "t-0"));
  }
  const auto log = open_log(dir.path() / "t-0", tiny_segments());
  EXPECT_EQ(log->offsets().size_bytes, log_bytes(dir.path() / "t-0"));
}

TEST(PartitionLog, ForgetsByAgeTheGrowingSegmentToo) {
  const TemporaryDirectory dir;
  auto now = std::chrono::system_clock::time_point(std::chrono::hours(24 * 365 * 50));
  LogOptions options;
  options.retention = std::chrono::seconds(60);
  options.now = [&] { return now; };
  const auto log = open_log(dir.path() / "t-0", options);
  ASSERT_TRUE(append(*log, {"old"}));
  now += std::chrono::seconds(30);
  ASSERT_TRUE(log->apply_retention());
  EXPECT_EQ(log->offsets().start, 0);
  now += std::chrono::seconds(31);
  ASSERT_TRUE(log->apply_retention());
  EXPECT_EQ(log->offsets().start, 1);
  EXPECT_EQ(append(*log, {"new"}), 1);
}

TEST(PartitionLog, AReaderFinishesASegmentThatRetentionRemoves) {
  const TemporaryDirectory dir;
  auto options = tiny_segments();
  const auto log = open_log(dir.path() / "t-0", options);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(append(*log, {"r" + std::to_string(i)}));
  ReadCursor cursor;
  ASSERT_TRUE(log->read(cursor, Isolation::read_committed, 100));
  log->drop_before(40);
  const auto slice = log->read(cursor, Isolation::read_committed, 1 << 20);
  ASSERT_TRUE(slice);
  EXPECT_EQ(values_of(bytes_of(*slice)).front(), "r1");
  EXPECT_EQ(log->read(cursor, Isolation::read_committed, 100).error().code, Errc::offset_evicted);
}

TEST(PartitionLog, FindsItsWayWithoutIndexFiles) {
  const TemporaryDirectory dir;
  {
    const auto log = open_log(dir.path() / "t-0", tiny_segments());
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(append(*log, {"r" + std::to_string(i)}));
  }
  for (const auto& entry : fs::directory_iterator(dir.path() / "t-0")) {
    if (entry.path().extension() == ".index") fs::remove(entry.path());
  }
  const auto log = open_log(dir.path() / "t-0", tiny_segments());
  for (int from = 0; from < 100; from += 9) {
    EXPECT_EQ(read_all(*log, from, 300), numbered(from, 100 - from));
  }
}

TEST(PartitionLog, BelievesNoIndexEntryWithoutLookingAtTheBatch) {
  const TemporaryDirectory dir;
  {
    const auto log = open_log(dir.path() / "t-0", tiny_segments());
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(append(*log, {"r" + std::to_string(i)}));
  }
  for (const auto& entry : fs::directory_iterator(dir.path() / "t-0")) {
    if (entry.path().extension() != ".index") continue;
    auto content = *read_file(entry.path(), 10'000);
    for (std::size_t i = 0; i < content.size(); i += 5) content[i] ^= std::byte{0x11};
    ASSERT_TRUE(replace_file(entry.path(), content, {}));
  }
  const auto log = open_log(dir.path() / "t-0", tiny_segments());
  for (int from = 0; from < 100; from += 9) {
    EXPECT_EQ(read_all(*log, from, 300), numbered(from, 100 - from));
  }
}

}  // namespace
}  // namespace sluice::broker
