// SPDX-License-Identifier: Apache-2.0
#include "deploy/rotating_log.hpp"

#include <unistd.h>

#include "deploy/log_pump.hpp"
#include "deploy/test_support.hpp"

namespace sluice::deploy {
namespace {

std::string line(int number) {
  return "line " + std::to_string(1000 + number) + "\n";  // 10 bytes
}
std::string lines(int first, int last) {
  std::string out;
  for (int i = first; i <= last; ++i) out += line(i);
  return out;
}

TEST(RotatingLog, KeepsWholeLinesInFilesOfItsSize) {
  const TempFolder folder;
  const auto path = folder.path() / "log";
  RotatingLog log(path, {.file_bytes = 25, .old_files = 2});
  log.write(lines(1, 7));
  EXPECT_EQ(read_file(path), lines(7, 7));
  EXPECT_EQ(read_file(path.string() + ".1"), lines(5, 6));
  EXPECT_EQ(read_file(path.string() + ".2"), lines(3, 4));
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".3"));
}

TEST(RotatingLog, AppendsToWhatIsThere) {
  const TempFolder folder;
  const auto path = folder.path() / "log";
  RotatingLog(path, {}).write("one\n");
  RotatingLog(path, {}).write("two\n");
  EXPECT_EQ(read_file(path), "one\ntwo\n");
}

TEST(RotatingLog, HasALineThatIsLongerThanAFile) {
  const TempFolder folder;
  const auto path = folder.path() / "log";
  RotatingLog log(path, {.file_bytes = 10, .old_files = 3});
  log.write("short\n");
  log.write(std::string(30, 'x') + "\nend\n");
  EXPECT_EQ(read_file(path), "end\n");
  EXPECT_EQ(read_file(path.string() + ".1"), std::string(30, 'x') + "\n");
}

TEST(LogReader, BeginsWithTheLastLinesAcrossFiles) {
  const TempFolder folder;
  const auto path = folder.path() / "log";
  RotatingLog log(path, {.file_bytes = 25, .old_files = 5});
  log.write(lines(1, 7));
  EXPECT_EQ(last_log_lines(path, 0), "");
  EXPECT_EQ(last_log_lines(path, 1), lines(7, 7));
  EXPECT_EQ(last_log_lines(path, 4), lines(4, 7));
  EXPECT_EQ(last_log_lines(path, 100), lines(1, 7));
  EXPECT_EQ(last_log_lines(path, -1), lines(1, 7));
}

TEST(LogReader, FollowsThroughChangesOfTheFile) {
  const TempFolder folder;
  const auto path = folder.path() / "log";
  LogReader before(path, 10);  // nothing is there yet
  RotatingLog log(path, {.file_bytes = 25, .old_files = 20});
  LogReader reader(path, 0);
  std::string seen;
  std::string seen_before;
  for (int i = 1; i <= 30; ++i) {
    log.write(line(i));
    if (i % 7 == 0) seen += reader.read();
    if (i % 3 == 0) seen_before += before.read();
  }
  for (auto more = reader.read(); !more.empty(); more = reader.read()) seen += more;
  for (auto more = before.read(); !more.empty(); more = before.read()) seen_before += more;
  EXPECT_EQ(seen, lines(1, 30));
  EXPECT_EQ(seen_before, lines(1, 30));
}

TEST(LogPump, AfterAFlushAllThatWasWrittenIsInTheLog) {
  const TempFolder folder;
  const auto path = folder.path() / "log";
  RotatingLog log(path, {});
  LogPump pump(log);
  std::string all;
  for (int i = 1; i <= 200; ++i) {
    const auto text = line(i) + "last words";
    ASSERT_EQ(::write(pump.fd(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    pump.flush(std::chrono::seconds(60));
    all += text + '\n';
    ASSERT_EQ(read_file(path), all);
  }
}

TEST(LogPump, WritesAllThatWasSaidBeforeItEnds) {
  const TempFolder folder;
  const auto path = folder.path() / "log";
  RotatingLog log(path, {});
  {
    const LogPump pump(log);
    const auto text = lines(1, 500) + "no end";
    ASSERT_EQ(::write(pump.fd(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  EXPECT_EQ(read_file(path), lines(1, 500) + "no end\n");
}

}  // namespace
}  // namespace sluice::deploy
