// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "entry.hpp"
#include "in_flight.hpp"

namespace sluice::redis {
namespace {

Reply text(std::string value) {
  return {.type = Reply::Type::text, .text = std::move(value), .integer = 0, .items = {}};
}
Reply list(std::vector<Reply> items) {
  return {.type = Reply::Type::array, .text = {}, .integer = 0, .items = std::move(items)};
}

TEST(RedisEntry, IsReadFromTheReply) {
  const auto reply = list({list({text("s"), list({list({text("1-0"), list({text("a"), text("b")})}),
                                                  list({text("2-0"), Reply{}})})})});
  const auto entries = entries_of(reply).value();
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].stream, "s");
  EXPECT_EQ(entries[0].id, "1-0");
  EXPECT_EQ(field_of(entries[0], "a"), "b");
  EXPECT_FALSE(field_of(entries[0], "c"));
  EXPECT_TRUE(entries[1].deleted);
  EXPECT_TRUE(entries_of(Reply{}).value().empty());
  EXPECT_FALSE(entries_of(list({list({text("s")})})).ok());
  EXPECT_FALSE(entries_of(text("x")).ok());
}

TEST(RedisEntry, BecomesAJsonObject) {
  const Entry entry{.stream = "s",
                    .id = "1-0",
                    .deleted = false,
                    .fields = {{"a", "old"}, {"b", "\xff\x01"}, {"a", "say \"hi\""}}};
  EXPECT_EQ(format_entry(entry),
            R"({"redis_stream":"s","redis_id":"1-0","fields":{"a":"say \"hi\""},)"
            R"("fields_base64":{"b":"/wE="}})");
}

TEST(RedisEntry, IdsAreComparedAsNumbers) {
  EXPECT_LT(id_numbers("9-0"), id_numbers("10-0"));
  EXPECT_LT(id_numbers("10-9"), id_numbers("10-10"));
  EXPECT_EQ(id_numbers("x"), id_numbers("0-0"));
}

TEST(RedisPlaces, TextAndBack) {
  const Places places{{"a \"b\"", "1-0"}, {"c", "2-3"}};
  EXPECT_EQ(parse_places(format_places(places)), places);
  EXPECT_FALSE(parse_places("x"));
  EXPECT_FALSE(parse_places("{\"a\":1}"));
}

TEST(InFlight, IsToldToRedisOnceTheTopicHasIt) {
  InFlight in_flight;
  const Entry a{.stream = "s", .id = "1-0", .deleted = false, .fields = {}};
  const Entry b{.stream = "s", .id = "2-0", .deleted = false, .fields = {}};
  EXPECT_EQ(in_flight.add(a), 1U);
  EXPECT_EQ(in_flight.add(b), 2U);
  in_flight.stored(1);
  EXPECT_EQ(in_flight.size(), 1U);
  EXPECT_EQ(in_flight.to_tell().at("s"), std::vector<std::string>{"1-0"});
  EXPECT_TRUE(in_flight.has(a));  // Redis does not know yet
  in_flight.told();
  EXPECT_FALSE(in_flight.has(a));
  EXPECT_TRUE(in_flight.has(b));
  in_flight.stored(1);
  EXPECT_EQ(in_flight.to_tell_count(), 0U);
  in_flight.stored(2);
  EXPECT_EQ(in_flight.to_tell_count(), 1U);
}

TEST(InFlight, WhatWasNotTakenIsReadAgain) {
  InFlight in_flight;
  const Entry a{.stream = "s", .id = "1-0", .deleted = false, .fields = {}};
  const Entry b{.stream = "s", .id = "2-0", .deleted = false, .fields = {}};
  in_flight.add(a);
  in_flight.add(b);
  in_flight.stored(1);
  in_flight.forget_unsent();
  EXPECT_TRUE(in_flight.has(a));
  EXPECT_FALSE(in_flight.has(b));
  EXPECT_EQ(in_flight.add(b), 3U);
  in_flight.stored(3);
  EXPECT_EQ(in_flight.to_tell().at("s"), (std::vector<std::string>{"1-0", "2-0"}));
}

}  // namespace
}  // namespace sluice::redis
