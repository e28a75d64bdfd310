// SPDX-License-Identifier: Apache-2.0
// How checkpoints are written down, and the two places where they are kept.
#include <fstream>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/checkpoint_text.hpp"
#include "connector/fakes.hpp"
#include "connector/file_checkpoint.hpp"
#include "connector/instance.hpp"
#include "connector/temp_folder.hpp"
#include "connector/topic_checkpoint.hpp"

namespace sluice::connector {
namespace {

namespace fs = std::filesystem;
using fakes::make_records;
using testing::HasSubstr;

std::string checkpoint(const std::string& bytes, const std::string& name = "n") {
  return format_checkpoint(name, "2026-11-23T13:20:50.123Z", Position{bytes});
}

TEST(CheckpointText, IsReadable) {
  EXPECT_EQ(checkpoint("42"),
            R"({"checkpoint":1,"name":"n","saved":"2026-11-23T13:20:50.123Z","position":"42"})");
}

TEST(CheckpointText, KeepsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (const auto& bytes : {std::string(), std::string("a\"\\\n\0b", 6), std::string("\xff"),
                            std::string("\xff\xfe"), std::string("\xff\xfe\xfd"), all}) {
    const auto parsed = parse_checkpoint(checkpoint(bytes), "n");
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(parsed->bytes, bytes);
  }
}

TEST(CheckpointText, RefusesWhatIsNotACheckpointOfThisName) {
  const std::string wrong[] = {"",
                               "{",
                               "[]",
                               "17",
                               "null",
                               "{}",
                               R"({"checkpoint":2,"name":"n","position":"1"})",
                               R"({"checkpoint":1,"position":"1"})",
                               R"({"checkpoint":1,"name":"n"})",
                               R"({"checkpoint":1,"name":"n","position":1})",
                               R"({"checkpoint":1,"name":"n","position_base64":"!!"})",
                               checkpoint("1", "other")};
  for (const auto& text : wrong) {
    const auto parsed = parse_checkpoint(text, "n");
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::data_corrupt) << text;
  }
}

TEST(CheckpointText, RefusesEveryTruncation) {
  const auto text = checkpoint("42");
  for (std::size_t size = 0; size < text.size(); ++size) {
    EXPECT_FALSE(parse_checkpoint(text.substr(0, size), "n")) << size;
  }
}

TEST(FileCheckpoint, ComesBack) {
  const TempFolder folder;
  FileCheckpoint store(folder.path() / "made" / "for it", "n");
  EXPECT_EQ(store.load(), std::nullopt);
  store.save({"1"});
  store.save({"2"});
  EXPECT_EQ(FileCheckpoint(folder.path() / "made" / "for it", "n").load(), Position{"2"});
}

TEST(FileCheckpoint, ATornNewFileDoesNotMatter) {
  const TempFolder folder;
  FileCheckpoint store(folder.path(), "n");
  store.save({"1"});
  std::ofstream(store.path().string() + ".new") << "{\"check";
  EXPECT_EQ(store.load(), Position{"1"});
  store.save({"2"});
  EXPECT_EQ(store.load(), Position{"2"});
}

TEST(FileCheckpoint, NeverStartsFromTheBeginningBecauseTheFileIsBroken) {
  const TempFolder folder;
  FileCheckpoint store(folder.path(), "n");
  std::ofstream(store.path()) << "garbage";
  try {
    (void)store.load();
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::data_corrupt);
    EXPECT_THAT(failure.error().context, HasSubstr(store.path().string()));
  }
}

TEST(FileCheckpoint, SaysWhyTheFolderCannotBeUsed) {
  const TempFolder folder;
  std::ofstream(folder.path() / "file") << "";
  EXPECT_THROW(FileCheckpoint(folder.path() / "file", "n"), Failure);
}

// The topic keeps what is given to its reader.
struct TopicCheckpointTest : testing::Test {
  fakes::FakeCluster cluster;

  void topic_has(std::vector<std::string> values) {
    cluster.topics.emplace_back(checkpoint_topic("n"), TopicConfig{});
    cluster.script->give(make_records(0, 0, std::move(values)));
  }
};

TEST_F(TopicCheckpointTest, MakesASmallTopicThatKeepsTheLastRecord) {
  TopicCheckpoint store(cluster, "n");
  EXPECT_EQ(store.load(), std::nullopt);
  EXPECT_TRUE(cluster.topics.empty()) << "only when there is something to store";

  store.save({"1"});
  ASSERT_EQ(cluster.topics.size(), 1U);
  const auto& [name, config] = cluster.topics.front();
  EXPECT_EQ(name, "sluice-checkpoint-n");
  EXPECT_EQ(config.partitions, 1U);
  EXPECT_LE(*config.segment_bytes, *config.partition_bytes_max);
  EXPECT_GT(*config.retention_time, std::chrono::days(365));
}

TEST_F(TopicCheckpointTest, AnEmptyTopicHasNone) {
  topic_has({});
  EXPECT_EQ(TopicCheckpoint(cluster, "n").load(), std::nullopt);
}

TEST_F(TopicCheckpointTest, TheLastRecordCounts) {
  topic_has({checkpoint("1"), checkpoint("2"), checkpoint("3")});
  EXPECT_EQ(TopicCheckpoint(cluster, "n").load(), Position{"3"});
  EXPECT_TRUE(cluster.script->plan.options.until_end);
}

TEST_F(TopicCheckpointTest, AForeignRecordDoesNotHideTheCheckpoint) {
  topic_has({checkpoint("1"), "somebody typed this"});
  EXPECT_EQ(TopicCheckpoint(cluster, "n").load(), Position{"1"});
}

TEST_F(TopicCheckpointTest, NothingButForeignRecordsIsAnError) {
  topic_has({"x", "y"});
  TopicCheckpoint store(cluster, "n");
  EXPECT_THROW((void)store.load(), Failure);
}

TEST_F(TopicCheckpointTest, SaveReturnsWhenTheTopicHasIt) {
  cluster.automatic_writers = false;
  TopicCheckpoint store(cluster, "n");
  std::atomic<bool> saved{false};
  std::thread thread([&] {
    store.save({"1"});
    saved = true;
  });
  ASSERT_TRUE(fakes::eventually([&] {
    return cluster.last_writer != nullptr && cluster.last_writer.load()->waiting() == 1;
  }));
  EXPECT_FALSE(saved);
  cluster.last_writer.load()->acknowledge_one();
  thread.join();
  EXPECT_EQ(parse_checkpoint(cluster.last_writer.load()->values().front(), "n"), Position{"1"});
}

TEST_F(TopicCheckpointTest, ASaveThatFailedIsNotSaved) {
  cluster.automatic_writers = false;
  TopicCheckpoint store(cluster, "n");
  std::atomic<int> failed{0};
  std::thread thread([&] {
    try {
      store.save({"1"});
    } catch (const Failure& failure) {
      failed = failure.code() == Errc::topic_not_found ? 1 : -1;
    }
  });
  ASSERT_TRUE(fakes::eventually([&] {
    return cluster.last_writer != nullptr && cluster.last_writer.load()->waiting() == 1;
  }));
  cluster.last_writer.load()->fail_one({Errc::topic_not_found, "gone", {}});
  thread.join();
  EXPECT_EQ(failed, 1);
}

}  // namespace
}  // namespace sluice::connector
