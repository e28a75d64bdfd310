// SPDX-License-Identifier: Apache-2.0
#include "cli/server_files.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace sluice::cli {
namespace {

class ServerFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    data_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(data_); }

  std::filesystem::path data_;
  const RunningServer server_{.pid = 42,
                              .start_ticks = 7,
                              .sc = "127.0.0.1:9003",
                              .spu = "127.0.0.1:9010",
                              .version = "0.1.0",
                              .tls = true,
                              .started = std::chrono::milliseconds(1'700'000'000'123)};
};

TEST_F(ServerFiles, TheRunFileSurvivesARoundTrip) {
  EXPECT_EQ(*parse_run_file(format_run_file(server_)), server_);
}

TEST_F(ServerFiles, ACutRunFileIsRefused) {
  const auto text = format_run_file(server_);
  EXPECT_FALSE(parse_run_file(""));
  EXPECT_FALSE(parse_run_file(text.substr(0, text.find("sc="))));
  EXPECT_FALSE(parse_run_file("pid=x\nsc=a:1\n"));
}

TEST_F(ServerFiles, WithoutALockNothingRunsWhateverTheRunFileSays) {
  write_run_file(data_, server_);
  EXPECT_FALSE(running_server(data_));
}

TEST_F(ServerFiles, TheHolderOfTheLockRuns) {
  const auto lock = ServerLock::try_take(data_);
  ASSERT_TRUE(lock);
  EXPECT_TRUE(is_locked(data_));
  EXPECT_FALSE(ServerLock::try_take(data_));
  EXPECT_THROW(static_cast<void>(running_server(data_)), Failure);

  write_run_file(data_, server_);

  EXPECT_EQ(*running_server(data_), server_);
}

TEST_F(ServerFiles, TheLockEndsWithItsObject) {
  {
    const auto lock = ServerLock::try_take(data_);
  }
  EXPECT_FALSE(is_locked(data_));
  EXPECT_TRUE(ServerLock::try_take(data_));
}

TEST(ProcessStart, IsFoundBehindAnyProgramName) {
  std::string stat = "77 (a) b (c) S";
  for (int field = 4; field <= 30; ++field) stat += " " + std::to_string(field);
  EXPECT_EQ(start_ticks_of_stat(stat), 22U);
  EXPECT_FALSE(start_ticks_of_stat("77 (a"));
  EXPECT_FALSE(start_ticks_of_stat("77 (a) S 1 2"));
}

TEST(ProcessStart, KnowsThisProcessAndNoOther) {
  EXPECT_TRUE(process_start_ticks(::getpid()));
  EXPECT_FALSE(process_start_ticks(0x7ffffffe));
}

}  // namespace
}  // namespace sluice::cli
