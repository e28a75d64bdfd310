// SPDX-License-Identifier: Apache-2.0
#include "cli/server_files.hpp"

#include <csignal>

#include <gtest/gtest.h>
#include <sys/wait.h>
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
  const auto lock = try_lock_server(data_);
  ASSERT_TRUE(lock);
  EXPECT_TRUE(is_locked(data_));
  EXPECT_FALSE(try_lock_server(data_));
  EXPECT_THROW(static_cast<void>(running_server(data_)), Failure);

  write_run_file(data_, server_);

  EXPECT_EQ(*running_server(data_), server_);
}

TEST_F(ServerFiles, TheLockEndsWithItsObject) {
  {
    const auto lock = try_lock_server(data_);
  }
  EXPECT_FALSE(is_locked(data_));
  EXPECT_TRUE(try_lock_server(data_));
}

// The start time of a process said no more than 10 ms exactly who it was, and a stranger that
// began in the same tick as the server was stopped in its place.
TEST_F(ServerFiles, OnlyAProcessThatHasTheLockFileOpenMayBeStopped) {
  const int stranger = ::fork();
  if (stranger == 0) {
    ::pause();
    ::_exit(0);
  }
  ASSERT_GT(stranger, 0);
  const auto lock = try_lock_server(data_);
  ASSERT_TRUE(lock);

  EXPECT_TRUE(has_lock_open(::getpid(), data_));
  EXPECT_FALSE(has_lock_open(stranger, data_));

  ::kill(stranger, SIGKILL);
  ::waitpid(stranger, nullptr, 0);
  EXPECT_FALSE(has_lock_open(stranger, data_));
}

}  // namespace
}  // namespace sluice::cli
