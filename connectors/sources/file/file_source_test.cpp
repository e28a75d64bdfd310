// SPDX-License-Identifier: Apache-2.0
#include "file_source.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/tail/fakes.hpp"

namespace sluice::file_source {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

// A folder drop that is read once and deleted.
class FileSourceTest : public testing::Test {
 protected:
  FileSourceTest() {
    std::string name = (fs::temp_directory_path() / "file-source-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    options_.paths = {path("*")};
    options_.format = Format::whole;
    options_.done = Done::remove;
    options_.settle_time = std::chrono::milliseconds(0);
    options_.scan_interval = std::chrono::milliseconds(10);
    options_.stop_at_end = true;
  }
  ~FileSourceTest() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::trunc | std::ios::binary) << text;
  }
  // With a time that a file system tells apart from that of what is written now.
  void write_old(const std::string& name, const std::string& text) const {
    write(name, text);
    fs::last_write_time(path(name), an_hour_ago_);
  }
  [[nodiscard]] bool is_there(const std::string& name) const { return fs::exists(path(name)); }
  // As a new process does.
  void run() {
    FileSource source(options_);
    stream_.source = &source;
    source.run(stream_);
  }

  const fs::file_time_type an_hour_ago_ = fs::file_time_type::clock::now() - std::chrono::hours(1);
  fs::path folder_;
  FileOptions options_;
  common::fakes::Stream stream_;
};

TEST_F(FileSourceTest, DeletesAFileThatTheTopicHas) {
  write("a", "one");
  run();
  EXPECT_THAT(stream_.values, ElementsAre("one"));
  EXPECT_FALSE(is_there("a"));
}

// Only the size was compared: what the topic did not have was deleted.
TEST_F(FileSourceTest, AFileThatIsWrittenAnewBeforeItIsAcknowledgedIsSentAgain) {
  const std::string head(2'000, 'x');
  write_old("a", head + '1');
  stream_.before_acknowledged = [&] { write("a", head + '2'); };
  run();
  EXPECT_TRUE(is_there("a"));
  stream_.before_acknowledged = nullptr;
  run();
  EXPECT_THAT(stream_.values, ElementsAre(head + '1', head + '2'));
  EXPECT_FALSE(is_there("a"));
}

TEST_F(FileSourceTest, AFileThatTakesTheNameOfOneThatWasSentIsSentToo) {
  write_old("a", "one");
  stream_.before_acknowledged = [&] {
    write_old(".new", "two");
    fs::rename(path(".new"), path("a"));
  };
  run();
  EXPECT_TRUE(is_there("a"));
  stream_.before_acknowledged = nullptr;
  run();
  EXPECT_THAT(stream_.values, ElementsAre("one", "two"));
  EXPECT_FALSE(is_there("a"));
}

TEST_F(FileSourceTest, AFileThatWasSentIsDeletedAtTheNextStartAtTheLatest) {
  write_old("a", "one");
  options_.done = Done::keep;  // as when the process is killed behind the stored position
  run();
  options_.done = Done::remove;
  run();
  EXPECT_THAT(stream_.values, ElementsAre("one"));
  EXPECT_FALSE(is_there("a"));
}

// The position covers it, and the next start took it for one that was sent.
TEST_F(FileSourceTest, AFileThatWasRefusedStaysOverARestart) {
  options_.record_bytes_max = ByteSize{3};
  write_old("large", "four");
  write_old("small", "one");
  run();
  run();
  EXPECT_THAT(stream_.values, ElementsAre("one"));
  EXPECT_THAT(stream_.refused, ElementsAre(Errc::record_too_large));
  EXPECT_TRUE(is_there("large"));
  EXPECT_FALSE(is_there("small"));
}

TEST_F(FileSourceTest, AFileThatWasThereBeforeAStartAtTheEndStaysOverARestart) {
  options_.start = common::TailStart::end;
  write_old("old", "old");
  stream_.on_dispatch = [&] {
    if (stream_.values.empty()) write_old("new", "new");
    return true;
  };
  run();
  stream_.on_dispatch = nullptr;
  run();
  EXPECT_THAT(stream_.values, ElementsAre("new"));
  EXPECT_TRUE(is_there("old"));
}

// The second run began at the new end.
TEST_F(FileSourceTest, AStartAtTheEndHoldsOverARunThatFailedBeforeTheFirstRecord) {
  options_ = {.paths = {path("a")},
              .start = common::TailStart::end,
              .scan_interval = std::chrono::milliseconds(10)};
  write("a", "old\n");
  FileSource source(options_);
  stream_.on_dispatch = []() -> bool { throw Failure(Errc::io, "the disk is away"); };
  EXPECT_THROW(source.run(stream_), Failure);
  std::ofstream(path("a"), std::ios::app) << "new\n";
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  stream_.on_dispatch = [&] {
    return stream_.values.empty() && std::chrono::steady_clock::now() < until;
  };
  source.run(stream_);
  EXPECT_THAT(stream_.values, ElementsAre("new"));
}

}  // namespace
}  // namespace sluice::file_source
