// SPDX-License-Identifier: Apache-2.0
#include "event.hpp"

#include <gtest/gtest.h>

#include "table.hpp"

namespace sluice::postgres {
namespace {

Event event(const std::string& message) {
  auto parsed =
      parse_event(R"({"wal_start":1,"wal_end":2,"timestamp":3,"message":)" + message + "}");
  return std::move(parsed).value();
}

TEST(SinkEvent, ValuesBecomeTheServersText) {
  const auto insert = std::get<InsertEvent>(event(
      R"({"type":"insert","rel_id":9,"tuple":[{"Int4":1},{"String":"ä"},"Null","UnchangedToast",)"
      R"({"RawText":[0,255]},{"Bool":true},{"Char":97},{"Float8":1e300},{"Int8":9223372036854775807}]})"));
  std::vector<std::string> texts;
  for (const Cell& cell : insert.row) {
    texts.push_back(cell.is_unchanged ? "(unchanged)" : cell.text.value_or("(null)"));
  }
  EXPECT_EQ(texts,
            (std::vector<std::string>{"1", "ä", "(null)", "(unchanged)", std::string("\0\xff", 2),
                                      "true", "a", "1e+300", "9223372036854775807"}));
}

TEST(SinkEvent, TheOldRowOrItsKeyIsWhatWasBefore) {
  const auto update = std::get<UpdateEvent>(event(
      R"({"type":"update","rel_id":9,"old_tuple":null,"key_tuple":[{"Int4":1}],"new_tuple":[{"Int4":2}]})"));
  EXPECT_EQ(update.before->front().text, "1");
  EXPECT_EQ(update.row.front().text, "2");
}

TEST(SinkEvent, WhatIsNotOneIsMalformed) {
  for (const char* text :
       {"", "x", "{}", "[]", R"({"message":{}})", R"({"message":{"type":"insert"}})",
        R"({"message":{"type":"insert","rel_id":1,"tuple":[{"Int4":"x"}]}})",
        R"({"message":{"type":"insert","rel_id":1,"tuple":["Other"]}})",
        R"({"message":{"type":"insert","rel_id":1,"tuple":[{"RawText":[256]}]}})"}) {
    const auto parsed = parse_event(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code, Errc::malformed);
  }
}

TEST(SinkEvent, OfATypeThatIsNotKnownIsPassedOver) {
  EXPECT_TRUE(std::holds_alternative<OtherEvent>(event(R"({"type":"later"})")));
}

const Table keyed{.name = "\"t\"",
                  .width = 2,
                  .columns = {{0, "\"id\"", true, true}, {1, "\"x\"", false, true}},
                  .is_unique = true};
const Table keyless{.name = "\"t\"",
                    .width = 2,
                    .columns = {{0, "\"a\"", false, true}, {1, "\"j\"", false, false}}};
const Tuple row{{.text = "1"}, {.text = "2"}};

TEST(SinkSql, AnInsertOfAKnownKeyIsAnUpdate) {
  EXPECT_EQ(insert_sql(keyed, Conflicts::upsert).text,
            R"(INSERT INTO "t" ("id", "x") OVERRIDING SYSTEM VALUE VALUES ($1, $2) )"
            R"(ON CONFLICT ("id") DO UPDATE SET "x" = EXCLUDED."x")");
  EXPECT_EQ(insert_sql(keyed, Conflicts::reject).text,
            R"(INSERT INTO "t" ("id", "x") OVERRIDING SYSTEM VALUE VALUES ($1, $2))");
}

TEST(SinkSql, AnUpdateLeavesOutWhatIsUnchanged) {
  const Tuple unchanged{{.text = "1"}, {.is_unchanged = true}};
  EXPECT_EQ(update_sql(keyed, row, false).text, R"(UPDATE "t" SET "x" = $1 WHERE "id" = $2)");
  EXPECT_EQ(update_sql(keyed, unchanged, false).text,
            R"(UPDATE "t" SET "id" = "id" WHERE "id" = $1)");
  EXPECT_EQ(update_sql(keyed, unchanged, true).text, R"(UPDATE "t" SET "id" = $1 WHERE "id" = $2)");
}

TEST(SinkSql, OfEqualRowsOneIsMeant) {
  EXPECT_EQ(delete_sql(keyless).text,
            R"(DELETE FROM "t" WHERE ctid = (SELECT ctid FROM "t" WHERE "a" IS NOT DISTINCT FROM )"
            R"($1 AND "j"::text IS NOT DISTINCT FROM $2::text LIMIT 1))");
}

}  // namespace
}  // namespace sluice::postgres
