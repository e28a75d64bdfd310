// SPDX-License-Identifier: Apache-2.0
#include "file_sink.hpp"

#include <filesystem>
#include <fstream>
#include <set>

#include <gtest/gtest.h>

#include "common/record_text/record_text.hpp"
#include "common/testing/fake_sink_context.hpp"

namespace sluice::file {
namespace {

namespace fs = std::filesystem;

class FileSinkTest : public ::testing::Test {
 protected:
  FileSinkTest() {
    std::string name = (fs::temp_directory_path() / "file-sink-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    options_.path = name;
  }
  ~FileSinkTest() override { fs::remove_all(folder_); }

  [[nodiscard]] FileSink opened() {
    FileSink sink(options_);
    sink.open(context_);
    return sink;
  }
  static std::vector<SinkRecord> records(std::int64_t from, std::int64_t to,
                                         std::uint32_t partition = 0) {
    static std::set<std::string> values;  // the views' memory
    std::vector<SinkRecord> out;
    for (auto offset = from; offset < to; ++offset) {
      const auto& value = *values.insert("value " + std::to_string(offset)).first;
      out.push_back({.partition = {partition}, .offset = {offset}, .value = value});
    }
    return out;
  }
  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(folder_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void put(const std::string& name, std::string_view bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  [[nodiscard]] std::vector<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (!entry.path().filename().string().starts_with('.')) names.insert(entry.path().filename());
    }
    return {names.begin(), names.end()};
  }
  [[nodiscard]] std::string all_content() const {
    std::string out;
    for (const auto& name : files()) out += content(name);
    return out;
  }
  static std::string lines(std::int64_t to) {
    std::string out;
    for (std::int64_t i = 0; i < to; ++i) out += "value " + std::to_string(i) + '\n';
    return out;
  }

  fs::path folder_;
  FileOptions options_;
  common::FakeSinkContext context_;
};

TEST_F(FileSinkTest, StartsWithoutOffsetsAndWritesLines) {
  auto sink = opened();
  EXPECT_EQ(sink.stored_offsets(), (std::map<PartitionId, Offset>{}));
  sink.write(records(0, 3));
  EXPECT_EQ(content("t-00000001.txt"), "value 0\nvalue 1\nvalue 2\n");
  EXPECT_EQ(sink.stored_offsets(), (std::map<PartitionId, Offset>{{{0}, {2}}}));
}

TEST_F(FileSinkTest, GoesOnWhereItWasAfterARestart) {
  {
    auto sink = opened();
    sink.write(records(0, 2));
    sink.write(records(0, 2, 7));
  }
  auto sink = opened();
  EXPECT_EQ(sink.stored_offsets(), (std::map<PartitionId, Offset>{{{0}, {1}}, {{7}, {1}}}));
  sink.write(records(2, 3));
  EXPECT_EQ(content("t-00000001.txt"), "value 0\nvalue 1\nvalue 0\nvalue 1\nvalue 2\n");
}

TEST_F(FileSinkTest, WritesARecordOnceThatComesTwice) {
  auto sink = opened();
  sink.write(records(0, 2));
  sink.write(records(0, 3));
  EXPECT_EQ(all_content(), lines(3));
}

TEST_F(FileSinkTest, BeginsANewFileAtANumberOfRecords) {
  options_.rotate_records = 2;
  {
    auto sink = opened();
    sink.write(records(0, 5));
  }
  auto sink = opened();
  sink.write(records(5, 7));
  EXPECT_EQ(files(), (std::vector<std::string>{"t-00000001.txt", "t-00000002.txt", "t-00000003.txt",
                                               "t-00000004.txt"}));
  EXPECT_EQ(content("t-00000003.txt"), "value 4\nvalue 5\n");
  EXPECT_EQ(all_content(), lines(7));
}

TEST_F(FileSinkTest, BeginsANewFileAtASize) {
  options_.rotate_size = {10};
  auto sink = opened();
  sink.write(records(0, 4));
  EXPECT_EQ(content("t-00000001.txt"), "value 0\nvalue 1\n");
  EXPECT_EQ(content("t-00000002.txt"), "value 2\nvalue 3\n");
}

TEST_F(FileSinkTest, CutsOffWhatACrashLeftBehind) {
  {
    auto sink = opened();
    sink.write(records(0, 2));
  }
  put("t-00000001.txt", content("t-00000001.txt") + "value 2\nval");
  put("t-00000002.txt", "value 3\n");
  auto sink = opened();
  EXPECT_EQ(files(), (std::vector<std::string>{"t-00000001.txt"}));
  sink.write(records(2, 4));
  EXPECT_EQ(all_content(), lines(4));
}

// The log ends anywhere: what the files have and what the offsets say is the same.
TEST_F(FileSinkTest, AgreesWithItselfWhereverTheLogWasCut) {
  options_.rotate_records = 3;
  {
    auto sink = opened();
    for (int i = 0; i < 4; ++i) sink.write(records(i * 2, i * 2 + 2));
  }
  const fs::path copy = folder_.string() + "-copy";
  fs::copy(folder_, copy, fs::copy_options::recursive);
  const std::string log = content(".sluice-commits");
  // Its first line is on the disk before there is a file.
  for (std::size_t size = log.find('\n') + 1; size <= log.size(); size += 5) {
    fs::remove_all(folder_);
    fs::copy(copy, folder_, fs::copy_options::recursive);
    put(".sluice-commits", std::string_view(log).substr(0, size));
    auto sink = opened();
    const auto offsets = sink.stored_offsets().value_or(std::map<PartitionId, Offset>{});
    const std::int64_t next = offsets.empty() ? 0 : offsets.begin()->second.value + 1;
    EXPECT_EQ(all_content(), lines(next)) << size;
    sink.write(records(next, 9));
    EXPECT_EQ(all_content(), lines(9)) << size;
  }
  fs::remove_all(copy);
}

// Several records that a SmartModule made of one, in files of two records: a crash at any byte of
// the log leaves all of an offset, or none.
TEST_F(FileSinkTest, RecordsOfOneOffsetAreThereTogetherOrNotAtAll) {
  options_.rotate_records = 2;
  const std::vector<SinkRecord> first{{.partition = {0}, .offset = {0}, .value = "a"}};
  const std::vector<SinkRecord> second{{.partition = {0}, .offset = {1}, .index = 0, .value = "b1"},
                                       {.partition = {0}, .offset = {1}, .index = 1, .value = "b2"},
                                       {.partition = {0}, .offset = {1}, .index = 2, .value = "b3"},
                                       {.partition = {0}, .offset = {2}, .value = "c"}};
  {
    auto sink = opened();
    sink.write(first);
    sink.write(second);
    sink.write(second);  // its fate was unknown, so it came again
  }
  EXPECT_EQ(all_content(), "a\nb1\nb2\nb3\nc\n");
  const auto log = content(".sluice-commits");
  const auto whole = fs::path(folder_.string() + "-whole");
  fs::copy(folder_, whole, fs::copy_options::recursive);
  for (auto cut = log.find('\n') + 1; cut <= log.size(); ++cut) {
    fs::remove_all(folder_);
    fs::copy(whole, folder_, fs::copy_options::recursive);
    put(".sluice-commits", log.substr(0, cut));
    auto sink = opened();
    const auto offsets = *sink.stored_offsets();
    if (offsets.empty()) sink.write(first);
    if (offsets.empty() || offsets.at({0}) == Offset{0}) sink.write(second);
    EXPECT_EQ(all_content(), "a\nb1\nb2\nb3\nc\n") << "cut at " << cut;
  }
  fs::remove_all(whole);
}

TEST_F(FileSinkTest, KeepsTheLogShortAndReadable) {
  std::vector<SinkRecord> batch;
  for (std::uint32_t partition = 0; partition < 50'000; ++partition) {
    batch.push_back({.partition = {partition}, .value = "x"});
  }
  {
    auto sink = opened();
    for (std::int64_t offset = 0; offset < 6; ++offset) {
      for (SinkRecord& record : batch) record.offset = {offset};
      sink.write(batch);
      EXPECT_LT(content(".sluice-commits").size(), 2'000'000U);
    }
  }
  auto sink = opened();
  EXPECT_EQ(sink.stored_offsets().value().at({49'999}), Offset{5});
}

// The batch is committed before the log is begun anew.
TEST_F(FileSinkTest, GoesOnWithTheLongLogWhenItCannotBeBegunAnew) {
  fs::create_directory(folder_ / ".sluice-commits.new");
  std::vector<SinkRecord> batch;
  for (std::uint32_t partition = 0; partition < 50'000; ++partition) {
    batch.push_back({.partition = {partition}, .value = "x"});
  }
  {
    auto sink = opened();
    for (std::int64_t offset = 0; offset < 6; ++offset) {
      for (SinkRecord& record : batch) record.offset = {offset};
      EXPECT_NO_THROW(sink.write(batch)) << offset;
    }
  }
  auto sink = opened();
  EXPECT_EQ(sink.stored_offsets().value().at({49'999}), Offset{5});
  EXPECT_EQ(all_content().size(), std::size_t{6} * 50'000 * 2);
}

// A crash while they are removed must not leave the later ones: the reader takes a file for
// complete when there is a higher one.
TEST_F(FileSinkTest, RemovesWhatDoesNotCountFromTheEnd) {
  {
    auto sink = opened();
  }
  fs::create_directory(folder_ / "t-00000001.txt");  // it cannot be removed as a file
  put("t-00000002.txt", "value 1\n");
  try {
    const auto sink = opened();
    ADD_FAILURE();
  } catch (const Failure&) {
    EXPECT_EQ(files(), std::vector<std::string>{"t-00000001.txt"});
  }
}

TEST_F(FileSinkTest, RefusesASecondInstance) {
  auto sink = opened();
  FileSink other(options_);
  try {
    other.open(context_);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::already_running);
  }
}

TEST_F(FileSinkTest, RefusesTheFolderOfAnotherTopic) {
  {
    auto sink = opened();
    sink.write(records(0, 1));
  }
  common::FakeSinkContext other("other");
  FileSink sink(options_);
  try {
    sink.open(other);
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::invalid_config);
  }
}

TEST_F(FileSinkTest, SaysThatWrittenDataIsGone) {
  {
    auto sink = opened();
    sink.write(records(0, 2));
  }
  put("t-00000001.txt", "v");
  try {
    const auto sink = opened();
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::data_corrupt);
  }
}

TEST_F(FileSinkTest, SaysThatTheLogIsBroken) {
  {
    auto sink = opened();
    for (int i = 0; i < 3; ++i) sink.write(records(i, i + 1));
  }
  std::string log = content(".sluice-commits");
  log[20] ^= 1;
  put(".sluice-commits", log);
  try {
    const auto sink = opened();
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::data_corrupt);
  }
}

// `cp folder/* other/` leaves the log behind; the files must not pay for it.
TEST_F(FileSinkTest, RefusesFilesWhoseLogIsGoneAndLeavesThemAlone) {
  options_.rotate_records = 2;
  {
    auto sink = opened();
    sink.write(records(0, 5));
  }
  fs::remove(folder_ / "t-00000001.txt");  // a complete file may be moved away
  const std::string log = content(".sluice-commits");
  const std::string one_broken_line(log.find('\n'), 'x');
  for (const std::string& left : {std::string(), one_broken_line + '\n'}) {
    put(".sluice-commits", left);
    try {
      const auto sink = opened();
      ADD_FAILURE();
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), Errc::data_corrupt);
    }
    EXPECT_EQ(all_content(), "value 2\nvalue 3\nvalue 4\n");
  }
}

TEST_F(FileSinkTest, RemovesWhatACrashBeforeTheFirstCommitLeftBehind) {
  {
    auto sink = opened();
  }
  put("t-00000001.txt", "value 0\n");
  put("t-00000002.txt", "val");
  auto sink = opened();
  EXPECT_EQ(files(), std::vector<std::string>{});
  sink.write(records(0, 2));
  EXPECT_EQ(all_content(), lines(2));
}

// /dev/full refuses every byte.
TEST_F(FileSinkTest, UndoesABatchThatTheDiskRefuses) {
  auto sink = opened();
  sink.write(records(0, 2));
  options_.rotate_records = 2;
  FileSink full(options_);
  sink.close();
  full.open(context_);
  fs::create_symlink("/dev/full", folder_ / "t-00000002.txt");
  try {
    full.write(records(2, 4));
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_TRUE(failure.error().retryable() || failure.code() == Errc::io) << failure.what();
  }
  EXPECT_EQ(full.stored_offsets(), (std::map<PartitionId, Offset>{{{0}, {1}}}));
  full.open(context_);
  full.write(records(2, 4));
  EXPECT_EQ(all_content(), lines(4));
}

TEST(RecordText, WritesLines) {
  std::string out;
  common::append_record(out, {.value = "a\nb\\"}, Format::lines, Newlines::keep);
  EXPECT_EQ(out, "a\nb\\\n");
  out.clear();
  common::append_record(out, {.value = "a\nb\r\\"}, Format::lines, Newlines::escape);
  EXPECT_EQ(out, "a\\nb\\r\\\\\n");
}

std::string json_line(const SinkRecord& record) {
  std::string out;
  common::append_record(out, record, Format::json, Newlines::keep);
  return out;
}

TEST(RecordText, WritesJson) {
  EXPECT_EQ(json_line({.partition = {2}, .offset = {7}, .value = "a\n\"b\""}),
            R"({"partition":2,"offset":7,"timestamp":null,"key":null,"value":"a\n\"b\""})"
            "\n");
  EXPECT_EQ(json_line({.timestamp = std::chrono::milliseconds(5), .key = "k", .value = ""}),
            R"({"partition":0,"offset":0,"timestamp":5,"key":"k","value":""})"
            "\n");
}

TEST(RecordText, WritesBytesThatAreNoTextAsBase64) {
  EXPECT_EQ(
      json_line({.key = "\xff", .value = "\xfe\x01"}),
      R"({"partition":0,"offset":0,"timestamp":null,"key_base64":"/w==","value_base64":"/gE="})"
      "\n");
  EXPECT_NE(json_line({.value = "\xff \xef\xbf\xbd"}).find("value_base64"), std::string::npos);
  EXPECT_NE(json_line({.value = "ok \xef\xbf\xbd"}).find("\"value\":\"ok \xef\xbf\xbd\""),
            std::string::npos);
}

TEST(CommitLog, ReadsWhatItWrote) {
  const Commit commit{.topic = "t",
                      .file_number = 3,
                      .file_bytes = 100,
                      .file_records = 5,
                      .file_begun = std::chrono::milliseconds(1234),
                      .offsets = {{{0}, {41}}, {{3}, {7}}}};
  auto history = parse_commits(format_commit({.topic = "t"}) + format_commit(commit));
  ASSERT_TRUE(history.ok());
  EXPECT_EQ(history.value().last, commit);
}

}  // namespace
}  // namespace sluice::file
