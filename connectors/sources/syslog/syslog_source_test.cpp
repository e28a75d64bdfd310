// SPDX-License-Identifier: Apache-2.0
#include "syslog_source.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/tail/fakes.hpp"

namespace sluice::syslog {
namespace {

namespace fs = std::filesystem;

class SyslogFiles : public testing::Test {
 protected:
  SyslogFiles() {
    std::string name = (fs::temp_directory_path() / "syslog-source-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~SyslogFiles() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string log() const { return (folder_ / "log").string(); }
  void append(const std::string& text) const { std::ofstream(log(), std::ios::app) << text; }

  fs::path folder_;
  common::fakes::Stream stream_;
};

// The second run began at the new end.
TEST_F(SyslogFiles, AStartAtTheEndHoldsOverARunThatFailedBeforeTheFirstRecord) {
  append("Jan  1 00:00:00 host app: old\n");
  SyslogSource source({.files = {log()},
                       .start = common::TailStart::end,
                       .layout = Layout::raw,
                       .scan_interval = std::chrono::milliseconds(10)});
  stream_.on_dispatch = []() -> bool { throw Failure(Errc::io, "the disk is away"); };
  EXPECT_THROW(source.run(stream_), Failure);
  append("Jan  1 00:00:01 host app: new\n");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  stream_.on_dispatch = [&] {
    return stream_.values.empty() && std::chrono::steady_clock::now() < until;
  };
  source.run(stream_);
  EXPECT_THAT(stream_.values, testing::ElementsAre("Jan  1 00:00:01 host app: new"));
}

}  // namespace
}  // namespace sluice::syslog
