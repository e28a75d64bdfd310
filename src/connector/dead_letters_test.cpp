// SPDX-License-Identifier: Apache-2.0
#include "connector/dead_letters.hpp"

#include <csignal>
#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "connector/dead_letter_reading.hpp"
#include "connector/fakes.hpp"
#include "connector/temp_folder.hpp"

namespace sluice::connector {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Identity sink{.connector = "file-sink",
                    .version = "1.0.0",
                    .direction = "sink",
                    .name = "out",
                    .topic = "orders"};

DeadLetter letter_of(std::string value) {
  return {.partition = PartitionId{2},
          .offset = Offset{41},
          .timestamp = std::chrono::milliseconds(1'700'000'000'000),
          .key = "k",
          .value = std::move(value),
          .error = {Errc::smartmodule, "it is \"bad\"", {}},
          .attempts = 1,
          .module = "jolt",
          .kind = "map",
          .step = 1};
}

TEST(DeadLetterText, HasAllThatIsNeededToSendTheRecordAgain) {
  EXPECT_EQ(
      format_dead_letter(sink, {"2026-11-26T00:00:00.000Z", "r-1"}, letter_of("v")),
      R"({"dead_letter":1,"id":"r-1","time":"2026-11-26T00:00:00.000Z","connector":"file-sink",)"
      R"("direction":"sink","name":"out","topic":"orders","partition":2,"offset":41,)"
      R"("timestamp":1700000000000,"key":"k","value":"v",)"
      R"("error":{"code":"smartmodule","text":"it is \"bad\""},"attempts":1,)"
      R"("module":"jolt","kind":"map","step":1})");
}

TEST(LetterStamps, NoTwoAreTheSame) {
  LetterStamps one;
  LetterStamps other;
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    ids.insert(one.next().id);
    ids.insert(other.next().id);
  }
  EXPECT_EQ(ids.size(), 200U);
}

TEST(DeadLetterText, BytesThatAreNoTextAreBase64) {
  auto letter = letter_of("\xff\x00z");
  letter.key = "\xfe";
  const auto json = nlohmann::json::parse(format_dead_letter(sink, {"now", "r-1"}, letter));
  EXPECT_EQ(json["value_base64"], "/w==") << "the literal ends at its zero";
  EXPECT_EQ(json["key_base64"], "/g==");
  EXPECT_FALSE(json.contains("value"));
}

TEST(DeadLetterText, WhatIsNotKnownIsNotThere) {
  const auto json = nlohmann::json::parse(format_dead_letter(
      sink, {"now", "r-1"},
      {.position = Position{"p 7"}, .value = "v", .error = {Errc::too_large, "", {}}}));
  EXPECT_EQ(json["position"], "p 7");
  EXPECT_TRUE(json["key"].is_null());
  EXPECT_TRUE(json["timestamp"].is_null());
  EXPECT_EQ(json["error"]["text"], "a length is over its limit");
  for (const auto* name : {"partition", "offset", "module", "kind", "step"}) {
    EXPECT_FALSE(json.contains(name)) << name;
  }
}

TEST(DeadLetterText, IsReadBackWhole) {
  auto letter = letter_of("\xff v");
  letter.key = "";
  letter.position = Position{"p 7"};
  letter.attempts = 3;
  const auto read = parse_dead_letter(format_dead_letter(sink, {"now", "r-1"}, letter));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->id, "r-1");
  EXPECT_EQ(read->value, letter.value);
  EXPECT_EQ(read->key, "") << "an empty key is a key";
  EXPECT_EQ(read->position, "p 7");
  EXPECT_EQ(read->topic, "orders");
  EXPECT_EQ(read->connector, "file-sink");
  EXPECT_EQ(read->direction, "sink");
  EXPECT_EQ(read->partition, 2U);
  EXPECT_EQ(read->offset, 41);
  EXPECT_EQ(read->timestamp, letter.timestamp);
  EXPECT_EQ(read->code, "smartmodule");
  EXPECT_EQ(read->attempts, 3U);
  EXPECT_EQ(read->module, "jolt");
  EXPECT_EQ(read->step, 1U);
}

TEST(DeadLetterText, WithoutAKeyItIsReadBackWithoutOne) {
  auto letter = letter_of("");
  letter.key.reset();
  const auto read = parse_dead_letter(format_dead_letter(sink, {"now", "r-1"}, letter));
  ASSERT_TRUE(read);
  EXPECT_FALSE(read->key);
  EXPECT_EQ(read->value, "");
}

TEST(DeadLetterText, WhatIsNoLetterIsNotRead) {
  for (const auto* text : {"", "noise", "[1]", "{}", R"({"dead_letter":1})",
                           R"({"dead_letter":1,"value_base64":"*"})", R"({"dead_letter":"x"})"}) {
    EXPECT_FALSE(parse_dead_letter(text)) << text;
  }
  EXPECT_EQ(parse_dead_letter(R"({"dead_letter":2,"value":""})").error().code, Errc::unsupported);
}

struct FileDeadLettersTest : testing::Test {
  TempFolder folder;
  std::filesystem::path path = folder.path() / "letters" / "dead.jsonl";

  // The values in the file, in order.
  [[nodiscard]] std::vector<std::string> values() const {
    std::vector<std::string> out;
    std::ifstream in(path);
    for (std::string line; std::getline(in, line);) {
      out.push_back(nlohmann::json::parse(line)["value"]);
    }
    return out;
  }
  static std::optional<Error> write(DeadLetters& letters, std::vector<std::string> values) {
    std::vector<DeadLetter> all;
    for (auto& value : values) all.push_back(letter_of(std::move(value)));
    std::optional<Outcome<Done>> heard;
    letters.write(all, [&](Outcome<Done> outcome) { heard = std::move(outcome); });
    EXPECT_TRUE(heard) << "a file is durable at once";
    return heard && !heard->ok() ? std::optional(heard->error()) : std::nullopt;
  }
};

TEST_F(FileDeadLettersTest, AppendsOverRestarts) {
  {
    FileDeadLetters letters(sink, path);
    EXPECT_FALSE(write(letters, {"a", "b"}));
  }
  FileDeadLetters letters(sink, path);
  EXPECT_FALSE(write(letters, {"c"}));
  EXPECT_THAT(values(), ElementsAre("a", "b", "c"));
}

TEST_F(FileDeadLettersTest, CutsOffWhatACrashLeftUnfinished) {
  {
    FileDeadLetters letters(sink, path);
    write(letters, {"a"});
  }
  std::ofstream(path, std::ios::app) << R"({"dead_letter":1,"time":")" << std::string(9'000, 'x');
  FileDeadLetters letters(sink, path);
  write(letters, {"b"});
  EXPECT_THAT(values(), ElementsAre("a", "b"));
}

TEST_F(FileDeadLettersTest, BelongsToOneConnector) {
  const FileDeadLetters first(sink, path);
  try {
    const FileDeadLetters second(sink, path);
    FAIL() << "two write to one file";
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::already_running);
    EXPECT_THAT(failure.error().context, HasSubstr(path.string()));
  }
}

TEST_F(FileDeadLettersTest, AFullDiskLeavesNothingHalfWritten) {
  FileDeadLetters letters(sink, path);
  write(letters, {"a"});
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{.rlim_cur = std::filesystem::file_size(path) + 10,
                     .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto error = write(letters, {"b"});
  ::setrlimit(RLIMIT_FSIZE, &before);

  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, Errc::no_space);
  EXPECT_TRUE(error->retryable());
  EXPECT_THAT(values(), ElementsAre("a"));
  EXPECT_FALSE(write(letters, {"b"}));
  EXPECT_THAT(values(), ElementsAre("a", "b"));
}

TEST_F(FileDeadLettersTest, AFolderOrADeviceIsNoPlaceForThem) {
  EXPECT_THROW(FileDeadLetters(sink, folder.path()), Failure);
  EXPECT_THROW(FileDeadLetters(sink, "/dev/null"), Failure);
}

TEST(TopicDeadLetters, MakesTheTopicAndKeepsTheKey) {
  fakes::FakeCluster cluster;
  TopicDeadLetters letters(sink, cluster, "dead");
  ASSERT_EQ(cluster.topics.size(), 1U);
  EXPECT_EQ(cluster.topics.front().first, "dead");
  bool durable = false;
  const DeadLetter two[] = {letter_of("a"), letter_of("b")};
  letters.write(two, [&](const Outcome<Done>& outcome) { durable = outcome.ok(); });
  EXPECT_TRUE(durable);
  ASSERT_EQ(cluster.last_writer.load()->values().size(), 2U);
  EXPECT_THAT(cluster.last_writer.load()->values()[1], HasSubstr(R"("value":"b")"));
}

TEST(TopicDeadLetters, AreDurableWithTheLastOfThem) {
  fakes::FakeCluster cluster;
  cluster.automatic_writers = false;
  TopicDeadLetters letters(sink, cluster, "dead");
  auto& writer = *cluster.last_writer.load();
  int heard = 0;
  const DeadLetter two[] = {letter_of("a"), letter_of("b")};
  letters.write(two, [&](const Outcome<Done>& outcome) {
    EXPECT_TRUE(outcome.ok());
    ++heard;
  });
  writer.acknowledge(1);
  EXPECT_EQ(heard, 0);
  writer.acknowledge(0);
  EXPECT_EQ(heard, 1);
}

TEST(TopicDeadLetters, OneThatIsRefusedIsHeardOfOnce) {
  fakes::FakeCluster cluster;
  cluster.automatic_writers = false;
  TopicDeadLetters letters(sink, cluster, "dead");
  std::vector<Error> heard;
  const DeadLetter two[] = {letter_of("a"), letter_of("b")};
  letters.write(two, [&](const Outcome<Done>& outcome) {
    ASSERT_FALSE(outcome.ok());
    heard.push_back(outcome.error());
  });
  cluster.last_writer.load()->fail_all({Errc::record_too_large, "too large", {}});
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard.front().code, Errc::record_too_large);
}

}  // namespace
}  // namespace sluice::connector
