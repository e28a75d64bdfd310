// SPDX-License-Identifier: Apache-2.0
// A disk that is full, cannot sync, or cannot be written at all.

#include <gtest/gtest.h>
#include <unistd.h>

#include "broker/metadata_store.hpp"
#include "broker/partition_log.hpp"
#include "broker/server_files.hpp"
#include "broker/test_support.hpp"

namespace sluice::broker {
namespace {

using namespace test;

TEST(FullDisk, StoresAllOfAnAppendOrNothingAtEveryByte) {
  const auto batch_bytes = batch_of({"second"}).size();
  for (std::uint64_t room = 0; room < batch_bytes; ++room) {
    const TemporaryDirectory dir;
    StorageFaults faults;
    const auto log = open_log(dir.path() / "t-0", {}, &faults);
    ASSERT_EQ(append(*log, {"first"}), 0);
    const auto size_before = fs::file_size(dir.path() / "t-0/00000000000000000000.log");
    faults.fill_disk_after(room);

    const auto refused = append(*log, {"second"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::no_space);
    EXPECT_EQ(fs::file_size(dir.path() / "t-0/00000000000000000000.log"), size_before);
    EXPECT_EQ(log->offsets().end, 1);

    faults.free_disk();
    ASSERT_EQ(append(*log, {"third"}), 1);
    EXPECT_EQ(read_all(*log, 0), (std::vector<std::string>{"first", "third"}));
  }
}

TEST(FullDisk, KeepsTheOldSegmentWhenNoNewOneCanBeSealed) {
  const TemporaryDirectory dir;
  StorageFaults faults;
  LogOptions options;
  options.segment_bytes_max = 1024;
  options.segment.index_interval_bytes = 100;
  const auto log = open_log(dir.path() / "t-0", options, &faults);
  int count = 0;
  while (log->offsets().size_bytes < 900) ASSERT_EQ(append(*log, {"x"}), count++);
  faults.fill_disk_after(0);
  EXPECT_EQ(append(*log, {std::string(200, 'y')}).error().code, Errc::no_space);
  faults.free_disk();
  EXPECT_EQ(append(*log, {std::string(200, 'y')}), count);
  EXPECT_EQ(read_all(*log, 0).size(), static_cast<std::size_t>(count) + 1);
}

TEST(FailingSync, AcknowledgesNothingAndTakesBackWhatWasWritten) {
  const TemporaryDirectory dir;
  StorageFaults faults;
  const auto log = open_log(dir.path() / "t-0", {}, &faults);
  ASSERT_EQ(append(*log, {"kept"}), 0);
  faults.fail_sync(true);
  ASSERT_FALSE(append(*log, {"lost"}));
  EXPECT_EQ(log->offsets().end, 1);
  faults.fail_sync(false);
  EXPECT_EQ(append(*log, {"next"}), 1);
  EXPECT_EQ(read_all(*log, 0), (std::vector<std::string>{"kept", "next"}));
}

// The cut failed too, and nobody noted it: the next batch covered the first of those that were
// left, and a restart took the one behind it for a record.
TEST(FailingSync, WhatCouldNotBeCutDoesNotComeBack) {
  const TemporaryDirectory dir;
  StorageFaults faults;
  const auto log = open_log(dir.path() / "t-0", {}, &faults);
  ASSERT_EQ(append(*log, {"kept"}), 0);
  ASSERT_TRUE(append_uncommitted(*log, {"lost"}));
  ASSERT_TRUE(append_uncommitted(*log, {"back"}));
  faults.fail_sync(true);
  faults.fail_truncate(true);
  EXPECT_FALSE(log->commit());
  faults.fail_sync(false);
  EXPECT_FALSE(append(*log, {"next"})) << "over what could not be cut";
  faults.fail_truncate(false);
  EXPECT_EQ(append(*log, {"next"}), 1);
  const auto crashed = dir.path() / "crashed";
  fs::copy(dir.path() / "t-0", crashed, fs::copy_options::recursive);
  EXPECT_EQ(read_all(*open_log(crashed), 0), (std::vector<std::string>{"kept", "next"}));
}

// A roll syncs the old segment; the appends before it in the same group must hear of it.
TEST(FailingSync, IsReportedByTheCommitWhenItHappensInARoll) {
  const TemporaryDirectory dir;
  StorageFaults faults;
  LogOptions options;
  options.segment_bytes_max = 1024;
  const auto log = open_log(dir.path() / "t-0", options, &faults);
  faults.fail_sync(true);
  auto first = batch_of({std::string(900, 'a')});
  auto second = batch_of({std::string(900, 'b')});
  Append one{.batches = {{first, 0}}};
  Append two{.batches = {{second, 0}}};
  std::array appends{&one, &two};
  log->append(appends);
  EXPECT_FALSE(two.base_offset);
  EXPECT_FALSE(log->commit());
  EXPECT_EQ(log->offsets().end, 0);
}

// The new segment's file was there and the roll failed: appends that still fitted into the old
// one got offsets behind the new one's start, and a restart took them for the new one's.
TEST(FailingRoll, LetsNothingPassTheStartOfTheSegmentThatItLeft) {
  const TemporaryDirectory dir;
  StorageFaults faults;
  LogOptions options;
  options.segment_bytes_max = 1024;
  const auto here = dir.path() / "t-0";
  const auto away = dir.path() / "away";
  int acknowledged = 0;
  {
    const auto log = open_log(here, options, &faults);
    while (log->offsets().size_bytes < 800) ASSERT_EQ(append(*log, {"x"}), acknowledged++);
    faults.at("roll.after-create", [&] { fs::rename(here, away); });  // cannot be synced
    EXPECT_FALSE(append(*log, {std::string(400, 'y')}));
    fs::rename(away, here);
    for (int i = 0; i < 3; ++i) acknowledged += append(*log, {"x"}) ? 1 : 0;
    EXPECT_EQ(read_all(*log, 0).size(), static_cast<std::size_t>(acknowledged));
  }
  const auto log = open_log(here, options);
  EXPECT_EQ(log->offsets().end, acknowledged);
  EXPECT_EQ(read_all(*log, 0),
            std::vector<std::string>(static_cast<std::size_t>(acknowledged), "x"));
}

// The names above a new data directory were left to the kernel: a power cut could lose all of it.
TEST(DataDirectory, IsDurableWithAllThatHadToBeMadeAboveIt) {
  const TemporaryDirectory dir;
  StorageFaults faults;
  const StorageEnv env{.sync = true, .faults = &faults};
  const auto path = dir.path() / "new/also-new/data/";
  int synced = 0;
  std::function<void()> count = [&] {
    ++synced;
    EXPECT_TRUE(fs::exists(path));
    faults.at("directory.before-sync", count);
  };
  faults.at("directory.before-sync", count);
  {
    const auto lock = lock_directory(path, env);
  }
  EXPECT_EQ(synced, 3);
  const auto again = lock_directory(path, env);
  EXPECT_EQ(synced, 3);
}

TEST(ReadOnlyDirectory, IsAClearError) {
  if (::geteuid() == 0) GTEST_SKIP() << "root writes everywhere";
  const TemporaryDirectory dir;
  fs::permissions(dir.path(), fs::perms::owner_read | fs::perms::owner_exec);
  const auto log = PartitionLog::open(dir.path() / "t-0", {}, {});
  fs::permissions(dir.path(), fs::perms::owner_all);
  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code, Errc::permission_denied);
  EXPECT_NE(log.error().message().find(dir.path().string()), std::string::npos);
}

TEST(MetadataStore, KeepsTheOldObjectWhenTheDiskIsFull) {
  const TemporaryDirectory dir;
  StorageFaults faults;
  ASSERT_TRUE(make_directories(dir.path()));
  MetadataStore store(dir.path(), {.sync = true, .faults = &faults});
  wire::Metadata<wire::TableFormatSpec> object{"a/b %", {.name = "old"}, {}};
  ASSERT_TRUE(store.put(object));
  faults.fill_disk_after(5);
  object.spec.name = "new";
  EXPECT_EQ(store.put(object).error().code, Errc::no_space);
  faults.free_disk();

  std::vector<std::string> names;
  ASSERT_TRUE(store.load<wire::TableFormatSpec>(
      [&](const auto& found) { names.push_back(found.name + '=' + found.spec.name); }));
  EXPECT_EQ(names, std::vector<std::string>{"a/b %=old"});
}

TEST(MetadataStore, NamesAFileThatIsDamaged) {
  const TemporaryDirectory dir;
  MetadataStore store(dir.path(), {});
  ASSERT_TRUE(store.put(wire::Metadata<wire::TableFormatSpec>{"tf", {.name = "tf"}, {}}));
  const auto path = dir.path() / "TableFormat/tf.meta";
  const auto content = *read_file(path, 1000);
  for (std::size_t at = 0; at < content.size(); ++at) {
    auto damaged = content;
    damaged[at] ^= std::byte{0x20};
    ASSERT_TRUE(replace_file(path, damaged, {.sync = false}));
    const auto loaded = store.load<wire::TableFormatSpec>([](const auto&) {});
    ASSERT_FALSE(loaded) << at;
    EXPECT_EQ(loaded.error().code, Errc::data_corrupt);
    EXPECT_NE(loaded.error().message().find("tf.meta"), std::string::npos);
  }
}

TEST(MetadataStore, ForgetsWhatIsRemoved) {
  const TemporaryDirectory dir;
  MetadataStore store(dir.path(), {});
  ASSERT_TRUE(store.put(wire::Metadata<wire::TableFormatSpec>{"tf", {}, {}}));
  ASSERT_TRUE(store.remove<wire::TableFormatSpec>("tf"));
  ASSERT_TRUE(store.load<wire::TableFormatSpec>([](const auto&) { FAIL(); }));
}

}  // namespace
}  // namespace sluice::broker
