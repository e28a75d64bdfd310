// SPDX-License-Identifier: Apache-2.0
// Logs that the disk, or somebody, has damaged: nothing is skipped without a word, no half
// batch is sent, and all that is whole is served.

#include <algorithm>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "broker/broker_fixture.hpp"

namespace sluice::broker {
namespace {

using namespace test;
using wire::Code;

constexpr int record_count = 100;

LogOptions tiny_segments() {
  LogOptions options;
  options.segment_bytes_max = 1024;
  options.segment.index_interval_bytes = 200;
  return options;
}

std::vector<fs::path> log_files(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".log") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::int64_t base_of(const fs::path& segment) {
  return std::stoll(segment.stem().string());
}

// A log of many sealed segments, closed; the second of them is what the tests damage.
class DamagedLog : public testing::Test {
 protected:
  DamagedLog() {
    const auto log = open_log(directory_, tiny_segments());
    for (int i = 0; i < record_count; ++i) EXPECT_TRUE(append(*log, {"r" + std::to_string(i)}));
    EXPECT_TRUE(log->close());
    const auto files = log_files(directory_);
    damaged_ = files[1];
    begin_ = base_of(files[1]);
    end_ = base_of(files[2]);
  }

  // Reads up to the damage, then an error; behind it the rest.
  void expect_told(const std::string& what) {
    const auto log = open_log(directory_, tiny_segments());
    ASSERT_TRUE(log) << what;
    EXPECT_EQ(log->offsets().end, record_count);
    ReadCursor cursor;
    std::vector<std::string> values;
    auto slice = log->read(cursor, Isolation::read_committed, 300);
    for (; slice && slice->file; slice = log->read(cursor, Isolation::read_committed, 300)) {
      const auto some = values_of(bytes_of(*slice));
      values.insert(values.end(), some.begin(), some.end());
    }
    const auto read = static_cast<std::int64_t>(values.size());
    ASSERT_EQ(values, numbered(0, static_cast<int>(read))) << what;
    EXPECT_GE(read, begin_) << what;
    EXPECT_LT(read, end_) << what;
    ASSERT_FALSE(slice) << what;
    EXPECT_EQ(slice.error().code, Errc::data_corrupt) << what;
    const auto text = slice.error().message();
    for (const auto& part : {damaged_.string(), std::to_string(read), std::to_string(end_)}) {
      EXPECT_NE(text.find(part), std::string::npos) << text;
    }
    for (auto next = read; next < end_; ++next) {
      ReadCursor inside{.next = next};
      EXPECT_EQ(log->read(inside, Isolation::read_committed, 300).error().code, Errc::data_corrupt);
    }
    EXPECT_EQ(read_all(*log, end_),
              numbered(static_cast<int>(end_), record_count - static_cast<int>(end_)));
  }

  TemporaryDirectory dir_;
  const fs::path directory_ = dir_.path() / "t-0";
  fs::path damaged_;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
};

TEST_F(DamagedLog, ASealedSegmentThatIsTooShortIsAnErrorAtEveryByte) {
  const auto content = *read_file(damaged_, 10'000);
  for (std::size_t size = 0; size < content.size(); size += 7) {
    ASSERT_TRUE(replace_file(damaged_, ByteView(content).first(size), {}));
    ASSERT_NO_FATAL_FAILURE(expect_told("cut at byte " + std::to_string(size)));
  }
}

TEST_F(DamagedLog, TheIndexIsNotNeededToTell) {
  fs::resize_file(damaged_, fs::file_size(damaged_) / 2);
  fs::remove(fs::path(damaged_).replace_extension(".index"));
  ASSERT_NO_FATAL_FAILURE(expect_told("no index"));
}

TEST_F(DamagedLog, ASegmentThatIsGoneIsAnError) {
  damaged_ = log_files(directory_)[0];  // it is the one that ends too soon
  fs::remove(log_files(directory_)[1]);
  ASSERT_NO_FATAL_FAILURE(expect_told("no file"));
}

TEST_F(DamagedLog, WhatLiesBehindTheEndOfASealedSegmentIsNotSent) {
  fs::resize_file(damaged_, fs::file_size(damaged_) + 30);
  const auto log = open_log(directory_, tiny_segments());
  EXPECT_EQ(read_all(*log, 0), numbered(0, record_count));
}

class DamagedServer : public BrokerTest {
 protected:
  // Two topics, `t` with sealed segments, and a stop.
  void prepare() {
    start();
    make_topic("t", {.storage = wire::TopicStorage{1024, 1 << 20}});
    make_topic("other");
    auto client = spu();
    for (int i = 0; i < record_count; ++i) {
      ASSERT_TRUE(client.produce("t", numbered_batches(i, 1)).error_code.ok());
    }
    ASSERT_TRUE(client.produce("other", batch_of({"a"})).error_code.ok());
    broker_.reset();
  }
  // Why the server does not start.
  Error refusal() {
    Broker broker(options_);
    try {
      broker.start();
    } catch (const Failure& failure) {
      return {failure.code(), failure.what(), {}};
    }
    ADD_FAILURE() << "it started";
    return {Errc::unsupported, "", {}};
  }
  fs::path logs() const { return options_.data_directory / "logs"; }
};

TEST_F(DamagedServer, StartsWithADamagedSegmentAndServesTheRest) {
  ASSERT_NO_FATAL_FAILURE(prepare());
  const auto files = log_files(logs() / "t-0");
  fs::resize_file(files[1], fs::file_size(files[1]) - 10);
  start();
  auto client = spu();
  EXPECT_EQ(consume_all(client, "other"), std::vector<std::string>{"a"});
  const auto behind = static_cast<int>(base_of(files[2]));
  EXPECT_EQ(consume_all(client, "t", behind), numbered(behind, record_count - behind));
  EXPECT_EQ(client.produce("t", batch_of({"more"})).base_offset, record_count);
  EXPECT_EQ(client.take_stream(client.open_stream("t", behind - 1))->error_code.code,
            Code::storage_error);
  wire::FetchRequest request;
  request.topics = {{"t", {{.partition = 0, .fetch_offset = behind - 1, .max_bytes = 300}}}};
  EXPECT_EQ(client.spu(request)->topics[0].partitions[0].error_code.code, Code::storage_error);
}

// An unmounted disk looks like this: records numbered from 0 again would take the places of
// those that come back with it.
TEST_F(DamagedServer, DoesNotStartAnewWhereALogIsMissing) {
  ASSERT_NO_FATAL_FAILURE(prepare());
  fs::rename(logs() / "t-0", dir_.path() / "away");
  const auto error = refusal();
  EXPECT_EQ(error.code, Errc::data_corrupt);
  EXPECT_NE(error.context.find((logs() / "t-0").string()), std::string::npos) << error.context;
  EXPECT_NE(error.context.find("metadata/Topic/t.meta"), std::string::npos) << error.context;
  EXPECT_FALSE(fs::exists(logs() / "t-0"));

  fs::rename(dir_.path() / "away", logs() / "t-0");
  start();
  auto client = spu();
  EXPECT_EQ(client.offsets("t").last_stable_offset, record_count);
}

TEST_F(DamagedServer, DoesNotStartAnewWhereALogIsEmpty) {
  ASSERT_NO_FATAL_FAILURE(prepare());
  for (const auto& file : log_files(logs() / "t-0")) fs::remove(file);
  EXPECT_EQ(refusal().code, Errc::data_corrupt);
}

// The way out that the error names.
TEST_F(DamagedServer, StartsWithoutATopicThatWasGivenUp) {
  ASSERT_NO_FATAL_FAILURE(prepare());
  fs::remove_all(logs() / "t-0");
  fs::remove(options_.data_directory / "metadata/Topic/t.meta");
  start();
  make_topic("t");
  auto client = spu();
  EXPECT_EQ(client.produce("t", batch_of({"a"})).base_offset, 0);
  EXPECT_EQ(consume_all(client, "other"), std::vector<std::string>{"a"});
}

TEST_F(DamagedServer, NamesADirectoryThatCannotBeListed) {
  ASSERT_NO_FATAL_FAILURE(prepare());
  const auto topics = options_.data_directory / "metadata/Topic";
  fs::rename(topics, dir_.path() / "away");
  std::ignore = File::open(topics, O_CREAT | O_WRONLY);
  const auto no_directory = refusal();
  EXPECT_EQ(no_directory.code, Errc::io);
  EXPECT_NE(no_directory.context.find(topics.string()), std::string::npos);
  fs::remove(topics);
  fs::create_symlink(topics, topics);
  EXPECT_EQ(refusal().code, Errc::io);
}

}  // namespace
}  // namespace sluice::broker
