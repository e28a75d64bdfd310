// SPDX-License-Identifier: Apache-2.0
#include "common/tail/tail.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/tail/fakes.hpp"

namespace sluice::common {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class TailTest : public testing::Test {
 protected:
  TailTest() {
    std::string name = (fs::temp_directory_path() / "tail-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    options_.patterns = {path("a")};
    options_.scan_interval = std::chrono::milliseconds(0);  // looks at each step
    options_.rotate_wait = std::chrono::milliseconds(0);
  }
  ~TailTest() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const {
    return (folder_ / name).string();
  }
  void append(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::app | std::ios::binary) << text;
  }
  void replace(const std::string& name, const std::string& text) const {
    std::ofstream(path(name), std::ios::trunc | std::ios::binary) << text;
  }
  Tail& tail() {
    if (!tail_) tail_ = std::make_unique<Tail>(options_, resume_);
    return *tail_;
  }
  // Everything that can be read now.
  std::vector<std::string> read() {
    std::vector<std::string> out;
    while (tail().step([&](const Piece& piece) {
      out.push_back((piece.too_large ? "TOO LARGE " : "") + std::string(piece.bytes));
      last_ = piece;
    })) {
    }
    return out;
  }
  // Times that a file system tells apart from those of what is written now.
  void make_older(const std::string& name) const {
    fs::last_write_time(path(name), fs::file_time_type::clock::now() - std::chrono::hours(1));
  }
  std::vector<std::string> sent_before() {
    std::vector<std::string> out;
    for (const auto& sent : tail().take_sent_before()) out.push_back(sent.path);
    return out;
  }
  void restart() {
    resume_ = Position{tail().position()};
    tail_.reset();
  }

  fs::path folder_;
  TailOptions options_;
  std::optional<Position> resume_;
  std::unique_ptr<Tail> tail_;
  Piece last_;
};

TEST_F(TailTest, ReadsLinesAndWhatIsAdded) {
  append("a", "one\ntwo\n");
  EXPECT_THAT(read(), ElementsAre("one", "two"));
  append("a", "three\n");
  EXPECT_THAT(read(), ElementsAre("three"));
  EXPECT_EQ(last_.offset, 8U);
  EXPECT_EQ(last_.line, 3);
}

TEST_F(TailTest, AHalfLineWaitsForItsEnd) {
  append("a", "one\ntw");
  EXPECT_THAT(read(), ElementsAre("one"));
  append("a", "o\n");
  EXPECT_THAT(read(), ElementsAre("two"));
}

TEST_F(TailTest, AHalfLineCountsAfterItsTimeAndAtTheEnd) {
  options_.half_line_wait = std::chrono::milliseconds(0);
  append("a", "one\ntw");
  EXPECT_THAT(read(), ElementsAre("one", "tw"));
  restart();
  options_.half_line_wait.reset();
  options_.stop_at_end = true;
  append("a", "x");
  EXPECT_THAT(read(), ElementsAre("x"));
  EXPECT_TRUE(tail().ended());
}

TEST_F(TailTest, GoesOnWhereItWas) {
  append("a", "one\ntwo");
  read();
  restart();
  append("a", "!\nthree\n");
  EXPECT_THAT(read(), ElementsAre("two!", "three"));
}

TEST_F(TailTest, ARotatedFileIsReadToItsEndBeforeTheNewOne) {
  append("a", "one\n");
  read();
  append("a", "two\nhalf");
  fs::rename(path("a"), path("a.1"));
  append("a", "three\n");
  EXPECT_THAT(read(), ElementsAre("two", "half", "three"));
}

TEST_F(TailTest, ARotationWhileItIsAwayLosesNothing) {
  append("a", "one\n");
  read();
  restart();
  append("a", "two\n");
  fs::rename(path("a"), path("a.1"));
  append("a", "three\n");
  EXPECT_THAT(read(), ElementsAre("two", "three"));
  EXPECT_THAT(tail().take_notes(), IsEmpty());
}

// There was no fingerprint of it, and it was given up.
TEST_F(TailTest, ARotationOfAFileThatWasEmptyLosesNothingEither) {
  append("a", "");
  EXPECT_THAT(read(), IsEmpty());
  restart();
  append("a", "one\n");
  fs::rename(path("a"), path("a.1"));
  append("a", "two\n");
  EXPECT_THAT(read(), ElementsAre("one", "two"));
  EXPECT_THAT(tail().take_notes(), IsEmpty());
}

TEST_F(TailTest, ARotationOfAFileThatWasBegunAtItsEndLosesNothingEither) {
  options_.start = TailStart::end;
  append("a", "old\n");
  EXPECT_THAT(read(), IsEmpty());
  restart();
  append("a", "one\n");
  fs::rename(path("a"), path("a.1"));
  append("a", "two\n");
  EXPECT_THAT(read(), ElementsAre("one", "two"));
  EXPECT_THAT(tail().take_notes(), IsEmpty());
}

TEST_F(TailTest, AFileWithoutFingerprintIsNotTakenForACompressedOneWithItsInode) {
  append("a", "");
  EXPECT_THAT(read(), IsEmpty());
  restart();
  append("a", "\x1f\x8b...\n");
  fs::rename(path("a"), path("b"));
  EXPECT_THAT(read(), IsEmpty());
  EXPECT_THAT(tail().take_notes(), ElementsAre(HasSubstr("has gone")));
}

TEST_F(TailTest, SaysThatAFileHasGoneWhileItWasAway) {
  append("a", "one\n");
  read();
  restart();
  fs::remove(path("a"));
  EXPECT_THAT(read(), IsEmpty());
  EXPECT_THAT(tail().take_notes(), ElementsAre(HasSubstr("has gone")));
}

TEST_F(TailTest, AnEmptiedFileIsReadFromItsBeginning) {
  append("a", "one\ntwo\n");
  read();
  replace("a", "three\n");
  EXPECT_THAT(read(), ElementsAre("three"));
  EXPECT_THAT(tail().take_notes(), ElementsAre(HasSubstr("was emptied")));
}

TEST_F(TailTest, AFileThatWasEmptiedAndIsLongerAgainIsKnownByItsFirstBytes) {
  append("a", "one\n");
  read();
  replace("a", "three\nfour\n");
  EXPECT_THAT(read(), ElementsAre("three", "four"));
  EXPECT_THAT(tail().take_notes(), ElementsAre(HasSubstr("other bytes")));
}

TEST_F(TailTest, TheSameIsSeenAfterARestart) {
  append("a", "one\n");
  read();
  restart();
  replace("a", "three\nfour\n");
  EXPECT_THAT(read(), ElementsAre("three", "four"));
}

TEST_F(TailTest, ADeletedFileIsReadToItsEnd) {
  append("a", "one\n");
  read();
  append("a", "two\n");
  fs::remove(path("a"));
  EXPECT_THAT(read(), ElementsAre("two"));
}

TEST_F(TailTest, APatternFindsFilesThatComeLaterAndFollowsThemUnderOtherNames) {
  options_.patterns = {path("*.log*")};
  append("x.log", "1\n");
  append("y.log.gz", "no\n");
  append("z.txt", "no\n");
  EXPECT_THAT(read(), ElementsAre("1"));
  fs::rename(path("x.log"), path("x.log.1"));
  append("x.log.1", "2\n");
  append("x.log", "3\n");
  EXPECT_THAT(read(), testing::UnorderedElementsAre("2", "3"));
}

TEST_F(TailTest, BeginsAtTheEndBehindTheLastLineOnlyOfFilesThatAreThere) {
  options_.start = TailStart::end;
  options_.patterns = {path("*")};
  append("a", "one\nha");
  EXPECT_THAT(read(), IsEmpty());
  append("a", "lf\n");
  append("b", "new\n");
  EXPECT_THAT(read(), testing::UnorderedElementsAre("half", "new"));
}

// It began at the new end, and what had come meanwhile was lost.
TEST_F(TailTest, ARunThatStoredNothingIsGoneOnWhereItBegan) {
  options_.start = TailStart::end;
  append("a", "old\n");
  fakes::Stream stream;
  TailRuns runs;
  tail_ = runs.next(options_, stream);
  EXPECT_THAT(read(), IsEmpty());
  append("a", "one\n");
  tail_ = runs.next(options_, stream);
  EXPECT_THAT(read(), ElementsAre("one"));
  append("a", "two\n");
  stream.passed({tail().position()});
  stream.flush();
  EXPECT_THAT(read(), ElementsAre("two"));
  tail_ = runs.next(options_, stream);
  EXPECT_THAT(read(), ElementsAre("two"));
}

TEST_F(TailTest, AStartAtTheEndIsStoredAndHoldsForTheNextOne) {
  options_.start = TailStart::end;
  append("a", "old\n");
  fakes::Stream stream;
  tail_ = TailRuns().next(options_, stream);
  stream.flush();
  append("a", "one\n");
  append("b", "of a file that came since\n");
  options_.patterns = {path("*")};
  tail_ = TailRuns().next(options_, stream);
  EXPECT_THAT(read(), testing::UnorderedElementsAre("one", "of a file that came since"));
}

TEST_F(TailTest, ALineThatIsTooLongIsRefusedWithLittleMemory) {
  options_.record_bytes_max = 1000;
  append("a", "one\n" + std::string(2'000'000, 'x'));
  EXPECT_THAT(read(), ElementsAre("one"));
  append("a", "yyy\ntwo\n" + std::string(1001, 'z') + "\nthree\n");
  const auto got = read();
  ASSERT_EQ(got.size(), 4U);
  EXPECT_EQ(got[0], "TOO LARGE " + std::string(too_large_bytes_max, 'x'));
  EXPECT_EQ(got[1], "two");
  EXPECT_THAT(got[2], testing::StartsWith("TOO LARGE zzz"));
  EXPECT_EQ(got[3], "three");
}

TEST_F(TailTest, LinesAreJoinedToRecords) {
  options_.rules.begins_record = [](std::string_view line) { return !line.starts_with(' '); };
  options_.group_wait = std::chrono::hours(1);
  append("a", "one\n 1\n 2\ntwo\n 1\n");
  EXPECT_THAT(read(), ElementsAre("one\n 1\n 2"));
  append("a", " 2\nthree\n");
  EXPECT_THAT(read(), ElementsAre("two\n 1\n 2"));
  EXPECT_EQ(last_.line, 4);
  restart();
  options_.group_wait = std::chrono::milliseconds(0);
  EXPECT_THAT(read(), ElementsAre("three"));
}

TEST_F(TailTest, WholeFilesAreRecordsOfTheirOwn) {
  options_.whole = true;
  options_.patterns = {path("*")};
  options_.settle_time = std::chrono::milliseconds(0);
  append("a", "one\ntwo");
  append("b", "three");
  append("empty", "");
  EXPECT_THAT(read(), ElementsAre("one\ntwo", "three"));
  restart();
  EXPECT_THAT(read(), IsEmpty());
  EXPECT_THAT(sent_before(), testing::UnorderedElementsAre(path("a"), path("b")));
}

// Only its size was compared.
TEST_F(TailTest, AWholeFileThatIsWrittenAnewWithTheSameSizeIsReadAgain) {
  options_.whole = true;
  options_.settle_time = std::chrono::milliseconds(0);
  const std::string head(Fingerprint::bytes_max, 'x');
  append("a", head + '1');
  make_older("a");
  EXPECT_THAT(read(), ElementsAre(head + '1'));
  replace("a", head + '2');
  EXPECT_THAT(read(), ElementsAre(head + '2'));
  restart();
  replace("a", head + '3');
  make_older("a");
  EXPECT_THAT(read(), ElementsAre(head + '3'));
  EXPECT_THAT(sent_before(), IsEmpty());
}

// It was read by the size of the last look. A link, so that the kernel tells nothing.
TEST_F(TailTest, AWholeFileThatHasGrownSinceTheLastLookIsNotCut) {
  options_.whole = true;
  options_.settle_time = std::chrono::milliseconds(0);
  options_.scan_interval = std::chrono::hours(1);
  fs::create_directory(path("real"));
  fs::create_symlink(path("real/a"), path("a"));
  append("real/a", "one");
  tail().look_first();
  append("real/a", "two");
  EXPECT_THAT(read(), ElementsAre("onetwo"));
}

// One that was smaller than what is kept of it was not refused, but read again and again.
TEST_F(TailTest, AWholeFileThatWasRefusedOrSkippedWasNotSentBefore) {
  options_.whole = true;
  options_.start = TailStart::end;
  options_.patterns = {path("*")};
  options_.settle_time = std::chrono::milliseconds(0);
  options_.record_bytes_max = 3;
  append("skipped", "old");
  EXPECT_THAT(read(), IsEmpty());
  append("large", "four");
  append("small", "two");
  EXPECT_THAT(read(), testing::UnorderedElementsAre("TOO LARGE four", "two"));
  restart();
  EXPECT_THAT(read(), IsEmpty());
  EXPECT_THAT(sent_before(), ElementsAre(path("small")));
}

TEST_F(TailTest, AWholeFileWaitsUntilItIsQuiet) {
  options_.whole = true;
  options_.settle_time = std::chrono::hours(1);
  append("a", "one");
  EXPECT_THAT(read(), IsEmpty());
}

TEST_F(TailTest, TooManyFilesAreAnError) {
  options_.patterns = {path("*")};
  options_.files_max = 1;
  append("a", "1\n");
  append("b", "2\n");
  EXPECT_THROW(read(), Failure);
}

TEST_F(TailTest, ALargeFileArrivesWholeAndInOrder) {
  std::string text;
  std::vector<std::string> lines;
  for (int i = 0; i < 100'000; ++i) lines.push_back("line " + std::to_string(i));
  for (const auto& line : lines) text += line + '\n';
  append("a", text);
  EXPECT_EQ(read(), lines);
}

TEST_F(TailTest, APositionInsideAPieceIsInFrontOfItOrBehindIt) {
  append("a", "one\ntwo\n");
  std::string before;
  std::string after;
  tail().step([&](const Piece& piece) {
    if (piece.bytes != "two") return;
    before = tail().position();
    after = tail().position_after(piece);
  });
  EXPECT_EQ(parse_state(before).value().files.at(0).offset, 4U);
  EXPECT_EQ(parse_state(after).value().files.at(0).offset, 8U);
}

}  // namespace
}  // namespace sluice::common
