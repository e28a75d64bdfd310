// SPDX-License-Identifier: Apache-2.0
#include "broker/log_writer.hpp"

#include <future>

#include <gtest/gtest.h>

#include "broker/consumer_offsets.hpp"
#include "broker/test_support.hpp"

namespace sluice::broker {
namespace {

using namespace test;

std::shared_ptr<Partition> make_partition(const fs::path& directory,
                                          StorageFaults* faults = nullptr,
                                          const LogOptions& options = {}) {
  return std::make_shared<Partition>("t", 0, wire::TopicCompression::any,
                                     open_log(directory, options, faults));
}

TEST(LogWriter, AcknowledgesInOrderFromManyThreadsAndLosesNothing) {
  const TemporaryDirectory dir;
  const auto partition = make_partition(dir.path() / "t-0");
  constexpr int per_thread = 200;
  std::atomic<int> acknowledged{0};
  {
    LogWriter writer;
    std::vector<std::thread> producers;
    for (int producer = 0; producer < 4; ++producer) {
      producers.emplace_back([&, producer] {
        for (int i = 0; i < per_thread; ++i) {
          const auto text = std::to_string(producer) + ':' + std::to_string(i);
          const auto bytes = std::make_shared<Bytes>(batch_of({text}));
          AppendJob job{partition, {.batches = {{*bytes, 0}}}, {}};
          job.done = [&, bytes](const auto& stored) { acknowledged += stored ? 1 : 0; };
          writer.submit(std::move(job));
        }
      });
    }
    for (auto& thread : producers) thread.join();
  }
  EXPECT_EQ(acknowledged, 4 * per_thread);
  std::map<char, int> next;
  for (const auto& value : read_all(partition->log(), 0)) {
    ASSERT_EQ(std::stoi(value.substr(2)), next[value[0]]++);
  }
  EXPECT_EQ(next.size(), 4U);
}

TEST(LogWriter, TellsEveryoneWhenTheSyncFails) {
  const TemporaryDirectory dir;
  StorageFaults faults;
  const auto partition = make_partition(dir.path() / "t-0", &faults);
  faults.fail_sync(true);
  auto bytes = batch_of({"a"});
  Result<std::int64_t> answer = 0;
  {
    LogWriter writer;
    writer.submit({partition, {.batches = {{bytes, 0}}}, [&](const auto& r) { answer = r; }});
  }
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::io);
}

TEST(LogWriter, RefusesAPartitionThatWasDeletedMeanwhile) {
  const TemporaryDirectory dir;
  const auto partition = make_partition(dir.path() / "t-0");
  partition->mark_deleted();
  auto bytes = batch_of({"a"});
  Result<std::int64_t> answer = 0;
  {
    LogWriter writer;
    writer.submit({partition, {.batches = {{bytes, 0}}}, [&](const auto& r) { answer = r; }});
  }
  EXPECT_EQ(answer.error().code, Errc::not_leader);
}

class ConsumerOffsetsTest : public testing::Test {
 protected:
  void open(std::size_t entries_max = 1000) {
    writer_ = std::make_unique<LogWriter>();
    partition_ = make_partition(dir_.path() / "consumer-offset-0");
    offsets_ = std::make_unique<ConsumerOffsets>(
        partition_, *writer_, [this] { return now_; }, entries_max);
    ASSERT_TRUE(offsets_->load());
  }
  void settle() {
    writer_->run_and_wait([] {});
  }
  void reopen() {
    writer_.reset();
    open();
  }

  TemporaryDirectory dir_;
  std::chrono::system_clock::time_point now_{std::chrono::seconds(1000)};
  std::unique_ptr<LogWriter> writer_;
  std::shared_ptr<Partition> partition_;
  std::unique_ptr<ConsumerOffsets> offsets_;
};

const auto ignore = [](const Result<>& done) { EXPECT_TRUE(done); };

TEST_F(ConsumerOffsetsTest, KeepsTheLastOffsetOfEachConsumerOverARestart) {
  ASSERT_NO_FATAL_FAILURE(open());
  offsets_->update({"c1", "t", 0}, 5, ignore);
  offsets_->update({"c1", "t", 0}, 9, ignore);
  offsets_->update({"c2", "t", 1}, 3, ignore);
  offsets_->update({"gone", "t", 1}, 3, ignore);
  offsets_->remove({"gone", "t", 1}, ignore);
  settle();
  ASSERT_NO_FATAL_FAILURE(reopen());
  EXPECT_EQ(offsets_->find({"c1", "t", 0}), 9);
  EXPECT_EQ(offsets_->find({"gone", "t", 1}), std::nullopt);
  const auto listed = offsets_->list(std::nullopt);
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].modified_time_s, 1000U);
}

TEST_F(ConsumerOffsetsTest, FiltersByConsumerAndByPartition) {
  ASSERT_NO_FATAL_FAILURE(open());
  offsets_->update({"c1", "t", 0}, 1, ignore);
  offsets_->update({"c1", "u", 0}, 2, ignore);
  offsets_->update({"c2", "t", 0}, 3, ignore);
  settle();
  EXPECT_EQ(offsets_->list(wire::ConsumerOffsetFilter{{}, "c1"}).size(), 2U);
  const wire::ConsumerOffsetFilter one{wire::ReplicaKey{"t", 0}, "c2"};
  ASSERT_EQ(offsets_->list(one).size(), 1U);
  EXPECT_EQ(offsets_->list(one)[0].offset, 3);
}

TEST_F(ConsumerOffsetsTest, ForgetsATopicWithAllItsConsumers) {
  ASSERT_NO_FATAL_FAILURE(open());
  offsets_->update({"c1", "t", 0}, 1, ignore);
  offsets_->update({"c1", "u", 0}, 2, ignore);
  settle();
  offsets_->forget_topics([](const auto& name) { return name == "t"; }, ignore);
  settle();
  ASSERT_NO_FATAL_FAILURE(reopen());
  EXPECT_EQ(offsets_->list(std::nullopt).size(), 1U);
}

TEST_F(ConsumerOffsetsTest, AreBoundedInNumberAndInTheLengthOfAnId) {
  ASSERT_NO_FATAL_FAILURE(open(100));
  std::vector<Errc> refusals;
  const auto note = [&](const Result<>& done) {
    if (!done) refusals.push_back(done.error().code);
  };
  for (int i = 0; i < 100; ++i) offsets_->update({std::to_string(i), "t", 0}, 1, ignore);
  settle();
  offsets_->update({"one more", "t", 0}, 1, note);
  offsets_->update({std::string(256, 'i'), "t", 0}, 1, note);
  offsets_->update({"7", "t", 0}, 2, ignore);  // known already
  settle();
  EXPECT_EQ(refusals, (std::vector{Errc::too_large, Errc::too_large}));
  EXPECT_EQ(offsets_->find({"7", "t", 0}), 2);
  EXPECT_EQ(offsets_->list(std::nullopt).size(), 100U);
}

// A consumer's last flush races with the deletion of its topic.
TEST_F(ConsumerOffsetsTest, ForgetsWhatWasOnItsWayWhenTheTopicWent) {
  ASSERT_NO_FATAL_FAILURE(open());
  const auto topic = make_partition(dir_.path() / "t-0");
  std::promise<void> both_are_queued;
  writer_->run([&] { both_are_queued.get_future().wait(); });
  offsets_->update({"before", "t", 0}, 1, ignore);
  topic->mark_deleted();
  offsets_->forget_topics([](const auto& name) { return name == "t"; }, ignore);
  Result<> late;
  offsets_->update({"after", "t", 0}, 1, [&](const auto& done) { late = done; }, topic);
  both_are_queued.set_value();
  settle();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::not_leader);
  EXPECT_TRUE(offsets_->list(std::nullopt).empty());
  ASSERT_NO_FATAL_FAILURE(reopen());
  EXPECT_TRUE(offsets_->list(std::nullopt).empty());
}

TEST_F(ConsumerOffsetsTest, CompactsItsLogWithoutLosingAnOffset) {
  ASSERT_NO_FATAL_FAILURE(open());
  for (int round = 0; round < 100; ++round) {
    for (const auto* id : {"a", "b", "c"}) offsets_->update({id, "t", 0}, round, ignore);
  }
  settle();
  const auto before = partition_->log().offsets();
  offsets_->compact_if_worth(1000);
  settle();
  const auto after = partition_->log().offsets();
  EXPECT_LT(after.size_bytes, before.size_bytes / 10);
  EXPECT_EQ(after.start, before.end);
  ASSERT_NO_FATAL_FAILURE(reopen());
  for (const auto* id : {"a", "b", "c"}) EXPECT_EQ(offsets_->find({id, "t", 0}), 99);
}

TEST_F(ConsumerOffsetsTest, IgnoresRecordsThatOthersProducedToTheTopic) {
  ASSERT_NO_FATAL_FAILURE(open());
  ASSERT_TRUE(append(partition_->log(), {"not an offset", ""}));
  ASSERT_NO_FATAL_FAILURE(reopen());
  EXPECT_TRUE(offsets_->list(std::nullopt).empty());
}

// Compressed batches are stored unread: one that does not inflate kept the server from starting.
TEST_F(ConsumerOffsetsTest, PassesOverBatchesOfOthersThatCannotBeRead) {
  ASSERT_NO_FATAL_FAILURE(open());
  offsets_->update({"before", "t", 0}, 1, ignore);
  settle();
  auto broken = batch_of({"no gzip member"});
  broken[22] |= std::byte{1};  // the attributes say gzip
  wire::refresh_crc(broken);
  Append append{.batches = {{broken, 0}}};
  std::array appends{&append};
  partition_->log().append(appends);
  ASSERT_TRUE(partition_->log().commit());
  offsets_->update({"after", "t", 0}, 2, ignore);
  settle();
  ASSERT_NO_FATAL_FAILURE(reopen());
  EXPECT_EQ(offsets_->find({"before", "t", 0}), 1);
  EXPECT_EQ(offsets_->find({"after", "t", 0}), 2);
}

}  // namespace
}  // namespace sluice::broker
