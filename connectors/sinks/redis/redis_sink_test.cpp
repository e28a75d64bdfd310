// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "offset_marks.hpp"
#include "record_commands.hpp"
#include "write_script.hpp"

namespace sluice::redis {
namespace {

std::string joined(const std::vector<Command>& commands) {
  std::string out;
  for (const auto& command : commands) {
    if (!out.empty()) out += '|';
    for (std::size_t i = 0; i < command.size(); ++i) out += (i > 0 ? " " : "") + command[i];
  }
  return out;
}

struct Given {
  SinkOptions options;
  explicit Given(Operation operation) {
    options.prefix = "p";
    options.operation = operation;
  }
  [[nodiscard]] Outcome<std::vector<Command>> made(const SinkRecord& record) const {
    return RecordCommands(options, "t").commands(record);
  }
  [[nodiscard]] std::string text(const SinkRecord& record) const {
    return joined(made(record).value());
  }
  [[nodiscard]] Errc refusal(const SinkRecord& record) const { return made(record).error().code; }
};

SinkRecord record(std::string_view value, std::optional<std::string_view> key = {}) {
  return {.partition = PartitionId{1}, .offset = Offset{7}, .key = key, .value = value};
}

TEST(RedisCommands, TheKeyIsPrefixAndRecordKeyOrThePlaceInTheTopic) {
  const Given given(Operation::set);
  EXPECT_EQ(given.text(record("v", "k")), "SET p:k v");
  EXPECT_EQ(given.text(record("v")), "SET p:t-1-7 v");
  auto second = record("v");
  second.index = 2;
  EXPECT_EQ(given.text(second), "SET p:t-1-7-2 v");
}

TEST(RedisCommands, AKeyOfTheUsersOwn) {
  Given given(Operation::set);
  given.options.key = "user:{id}";
  EXPECT_EQ(given.text(record(R"({"id":4})")), R"(SET user:4 {"id":4})");
  EXPECT_EQ(given.refusal(record("{}")), Errc::malformed);
}

TEST(RedisCommands, TheKeyOfTheOffsetsIsNotForRecords) {
  const Given given(Operation::set);
  EXPECT_EQ(given.refusal(record("v", "sluice-offsets")), Errc::outside_rejected);
}

TEST(RedisCommands, JsonIsSetAtTheRoot) {
  Given given(Operation::json_set);
  given.options.ttl = std::chrono::seconds(2);
  EXPECT_EQ(given.text(record("{\"a\":1}", "k")), "JSON.SET p:k $ {\"a\":1}|PEXPIRE p:k 2000");
  EXPECT_EQ(given.refusal(record("{\"a\":")), Errc::malformed);
}

TEST(RedisCommands, AnEmptyValueCanDelete) {
  Given given(Operation::json_set);
  given.options.delete_empty = true;
  EXPECT_EQ(given.text(record("", "k")), "DEL p:k");
}

TEST(RedisCommands, AHashHasTheMembersOfTheObject) {
  const Given given(Operation::hset);
  EXPECT_EQ(given.text(record(R"({"a":"x y","n":1.5,"o":{"b":[1]},"gone":null})", "k")),
            "HSET p:k a x y n 1.5 o {\"b\":[1]}|HDEL p:k gone");
  EXPECT_EQ(given.refusal(record("[1]", "k")), Errc::malformed);
  EXPECT_EQ(given.refusal(record("{}", "k")), Errc::malformed);
}

TEST(RedisCommands, AWideHashIsSetInPieces) {
  std::string value = "{";
  for (int i = 0; i < 2500; ++i) {
    value += (i > 0 ? ",\"" : "\"") + std::to_string(i) + "\":" + std::to_string(i);
  }
  const Given given(Operation::hset);
  const auto commands = given.made(record(value + "}", "k")).value();
  ASSERT_EQ(commands.size(), 3U);
  for (const auto& command : commands) EXPECT_LE(command.size(), 2002U);
}

TEST(RedisCommands, ASeriesHasKeyTimeAndValueOfTheRecord) {
  const Given given(Operation::ts_add);
  EXPECT_EQ(given.text(record(R"({"key":"temp","value":21.5,"timestamp":1700000000000})")),
            "TS.ADD p_temp 1700000000000 21.5 ON_DUPLICATE LAST");
  EXPECT_EQ(given.text(record(R"({"key":"temp","value":"3","timestamp":"1700000000000"})")),
            "TS.ADD p_temp 1700000000000 3 ON_DUPLICATE LAST");
  auto timed = record(R"({"key":"temp","value":3})");
  timed.timestamp = std::chrono::milliseconds(5);
  EXPECT_EQ(given.text(timed), "TS.ADD p_temp 5 3 ON_DUPLICATE LAST");
  for (const auto* bad : {R"({"value":1,"timestamp":1})", R"({"key":"a","timestamp":1})",
                          R"({"key":"a","value":"x","timestamp":1})",
                          R"({"key":"a","value":1,"timestamp":-1})", R"({"key":"a","value":1})"}) {
    EXPECT_EQ(given.refusal(record(bad)), Errc::malformed) << bad;
  }
}

// It used up the stack: the connector crashed, at every start again.
TEST(RedisCommands, JsonThatIsTooDeepIsMalformedAndBytesAreNot) {
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  const std::string member = "{\"a\":" + deep + '}';
  EXPECT_EQ(Given(Operation::hset).refusal(record(member, "k")), Errc::malformed);
  Given stream(Operation::xadd);
  stream.options.entry = Entry::json;
  EXPECT_EQ(stream.refusal(record(member)), Errc::malformed);
  const std::string series = R"({"key":"a","timestamp":1,"value":)" + deep + '}';
  EXPECT_EQ(Given(Operation::ts_add).refusal(record(series)), Errc::malformed);
  Given own_key(Operation::set);
  own_key.options.key = "user:{a}";
  EXPECT_EQ(own_key.refusal(record(member)), Errc::malformed);
  EXPECT_EQ(Given(Operation::set).text(record(deep, "k")), "SET p:k " + deep);
}

TEST(RedisCommands, StreamsListsAndChannelsAreNamedByThePrefix) {
  Given stream(Operation::xadd);
  EXPECT_EQ(stream.text(record("v", "k")), "XADD p * key k value v");
  stream.options.max_length = 9;
  stream.options.entry = Entry::json;
  EXPECT_EQ(stream.text(record(R"({"a":"b","c":null})")), "XADD p MAXLEN ~ 9 * a b c null");
  Given left(Operation::lpush);
  left.options.max_length = 3;
  EXPECT_EQ(left.text(record("v", "k")), "LPUSH p v|LTRIM p 0 2");
  Given right(Operation::rpush);
  right.options.max_length = 3;
  EXPECT_EQ(right.text(record("v")), "RPUSH p v|LTRIM p -3 -1");
  EXPECT_EQ(Given(Operation::publish).text(record("v")), "PUBLISH p v");
}

TEST(OffsetMark, TextAndBack) {
  EXPECT_EQ(format_mark({Offset{41}, {}}), "41");
  EXPECT_EQ(parse_mark("41:2"), (Mark{Offset{41}, 2}));
  for (const auto* bad : {"", "x", "1:", "1:x", "-1", "1 "}) EXPECT_FALSE(parse_mark(bad)) << bad;
  EXPECT_EQ(partition_of("t/3", "t"), PartitionId{3});
  EXPECT_FALSE(partition_of("tt/3", "t"));
  EXPECT_FALSE(partition_of("sluice", "t"));
}

TEST(OffsetMark, AnOffsetIsWholeWithTheLastOfItsRecords) {
  std::vector<SinkRecord> records(3, record("v"));
  records[1].index = 1;
  records[2].offset = Offset{8};
  EXPECT_EQ(mark_at(records, 0), (Mark{Offset{7}, 0}));
  EXPECT_EQ(mark_at(records, 1), (Mark{Offset{7}, {}}));
  const Marks marks{{PartitionId{1}, mark_at(records, 0)}};
  EXPECT_TRUE(covers(marks, records[0]));
  EXPECT_FALSE(covers(marks, records[1]));
  EXPECT_EQ(whole_offsets(marks).at(PartitionId{1}), Offset{6});
  EXPECT_TRUE(is_behind(mark_at(records, 0), mark_at(records, 1)));
}

TEST(WriteScript, ReadsWhatWasDoneAndWhatWasRefused) {
  Reply reply{.type = Reply::Type::array, .text = {}, .integer = 0, .items = {}};
  reply.items.push_back({.type = Reply::Type::integer, .text = {}, .integer = 2, .items = {}});
  EXPECT_EQ(WriteScript::read(reply).value().done, 2U);
  EXPECT_FALSE(WriteScript::read(reply).value().error);
  reply.items.push_back({.type = Reply::Type::text, .text = "ERR x", .integer = 0, .items = {}});
  EXPECT_EQ(WriteScript::read(reply).value().error, "ERR x");
  reply.items[0].integer = -1;
  EXPECT_TRUE(WriteScript::read(reply).value().foreign_mark);
  EXPECT_FALSE(WriteScript::read({}).ok());
}

}  // namespace
}  // namespace sluice::redis
