// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "common/sql/change.hpp"
#include "common/sql/date_time.hpp"
#include "common/sql/statement.hpp"

namespace sluice::common::sql {
namespace {

constexpr ValueRules plain{};
constexpr ValueRules all{.keeps_zone = true, .takes_nan = true};

std::string text(const Outcome<Value>& value) {
  if (!value.ok()) return "error: " + value.error().message();
  auto copy = value;
  const Value& v = copy.value();
  if (const auto* words = std::get_if<std::string>(&v)) return *words;
  if (const auto* number = std::get_if<std::int64_t>(&v)) return std::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&v)) return *flag ? "true" : "false";
  if (const auto* bytes = std::get_if<Bytes>(&v)) return "bytes " + bytes->data;
  if (const auto* real = std::get_if<double>(&v)) return std::to_string(*real);
  return "null";
}
bool fails(SqlType type, std::string_view words) {
  return !convert_text(type, words, plain).ok();
}

TEST(SqlTypes, HaveTheModelsNamesAndThoseOfSql) {
  EXPECT_EQ(parse_type("DoublePrecision"), SqlType::double_precision);
  EXPECT_EQ(parse_type("double precision"), SqlType::double_precision);
  EXPECT_EQ(parse_type("Int"), SqlType::integer);
  EXPECT_EQ(parse_type("JSONB"), SqlType::json);
  EXPECT_FALSE(parse_type("money"));
}

TEST(SqlValues, AreCheckedBeforeADatabaseSeesThem) {
  EXPECT_EQ(text(convert_text(SqlType::small_int, "-32768", plain)), "-32768");
  EXPECT_TRUE(fails(SqlType::small_int, "32768"));
  EXPECT_TRUE(fails(SqlType::integer, "2147483648"));
  EXPECT_TRUE(fails(SqlType::big_int, "9223372036854775808"));
  EXPECT_TRUE(fails(SqlType::integer, "1; DROP TABLE t"));
  EXPECT_TRUE(fails(SqlType::integer, ""));
  EXPECT_TRUE(fails(SqlType::real, "1e39"));
  EXPECT_TRUE(fails(SqlType::double_precision, "nan"));
  EXPECT_TRUE(convert_text(SqlType::double_precision, "nan", all).ok());
  EXPECT_EQ(text(convert_text(SqlType::numeric, "12345678901234567890.12", plain)),
            "12345678901234567890.12");
  EXPECT_TRUE(fails(SqlType::numeric, "1.2.3"));
  EXPECT_TRUE(fails(SqlType::json, "{"));
  EXPECT_EQ(text(convert_text(SqlType::uuid, "{A0EEBC999C0B4EF8BB6D6BB9BD380A11}", plain)),
            "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11");
  EXPECT_TRUE(fails(SqlType::uuid, "a0eebc99"));
  EXPECT_EQ(text(convert_text(SqlType::character, "\xc3\xa4", plain)), "\xc3\xa4");
  EXPECT_EQ(text(convert_text(SqlType::character, "-128", plain)), "-128");
  EXPECT_TRUE(fails(SqlType::character, "ab"));
}

TEST(SqlValues, AnErrorNamesTheValueShortened) {
  const auto value = convert_text(SqlType::integer, std::string(100, 'x'), plain);
  ASSERT_FALSE(value.ok());
  EXPECT_EQ(value.error().code, Errc::malformed);
  EXPECT_LT(value.error().context.size(), 100U);
}

TEST(SqlTimes, BecomeUtc) {
  EXPECT_EQ(utc_timestamp("2024-02-29T23:30:00.25-01:30", false), "2024-03-01 01:00:00.25");
  EXPECT_EQ(utc_timestamp("2024-01-01T00:00:00Z", true), "2024-01-01 00:00:00+00");
  EXPECT_EQ(utc_timestamp("2024-01-01 00:30", true), "2024-01-01 00:30:00");
  EXPECT_EQ(utc_timestamp("2024-01-01", true), "2024-01-01 00:00:00");
  for (const char* wrong : {"2023-02-29", "2024-13-01", "2024-01-01T24:00", "2024-01-01T", "now",
                            "0000-01-01", "2024-01-01T00:00:00.1234567890", "2024-01-01x"}) {
    EXPECT_FALSE(utc_timestamp(wrong, true)) << wrong;
  }
  EXPECT_EQ(plain_time("01:02"), "01:02:00");
  EXPECT_FALSE(plain_date("2024-1-1"));
}

TEST(JsonTree, KeepsDigitsAndOrder) {
  auto json = parse_json(R"({"b":1.50,"a":[12345678901234567890123,null,"x\n"],"b":2})");
  ASSERT_TRUE(json.ok());
  EXPECT_EQ(format_json(json.value()),
            R"({"b":1.50,"a":[12345678901234567890123,null,"x\n"],"b":2})");
  EXPECT_EQ(json.value().find("b")->text, "2");
  EXPECT_EQ(find_path(json.value(), "$.a.0")->text, "12345678901234567890123");
  EXPECT_EQ(find_path(json.value(), "a.7"), nullptr);
  EXPECT_FALSE(parse_json("{\"a\":\xff}").ok());
  EXPECT_FALSE(parse_json(std::string(200, '[') + std::string(200, ']')).ok());
}

TEST(JsonValues, GoIntoColumns) {
  const auto into = [](SqlType type, std::string_view json) {
    auto tree = parse_json(json);
    return text(convert_json(type, tree.value(), plain));
  };
  EXPECT_EQ(into(SqlType::integer, "7.0"), "7");
  EXPECT_EQ(into(SqlType::integer, "null"), "null");
  EXPECT_EQ(into(SqlType::text, "1.50"), "1.50");
  EXPECT_EQ(into(SqlType::text, R"({"a":1})"), R"({"a":1})");
  EXPECT_EQ(into(SqlType::json, R"("x")"), R"("x")");
  EXPECT_TRUE(into(SqlType::integer, "7.5").starts_with("error"));
  EXPECT_TRUE(into(SqlType::integer, "true").starts_with("error"));
  EXPECT_TRUE(into(SqlType::integer, "[1]").starts_with("error"));
}

// They went by way of a double: ...993.0 was stored as ...992, and small fractions were lost.
TEST(JsonValues, AWholeNumberKeepsEachDigitAndAFractionIsRefused) {
  const auto into = [](SqlType type, const std::string& number) {
    const auto value = convert_json(type, Json{Json::Kind::decimal, number, {}}, plain);
    return value.ok() ? text(value) : "refused";
  };
  const auto whole = [&](const std::string& number) { return into(SqlType::big_int, number); };
  EXPECT_EQ(whole("9007199254740993.0"), "9007199254740993");
  EXPECT_EQ(whole("9223372036854775807.00"), "9223372036854775807");
  EXPECT_EQ(whole("-9223372036854775808.0"), "-9223372036854775808");
  EXPECT_EQ(whole("9.223372036854775807E+18"), "9223372036854775807");
  EXPECT_EQ(whole("1e18"), "1000000000000000000");
  EXPECT_EQ(whole("70e-1"), "7");
  EXPECT_EQ(whole("0.07e2"), "7");
  EXPECT_EQ(whole("1200.0"), "1200");
  EXPECT_EQ(whole("-0.0"), "0");
  EXPECT_EQ(whole("0e400000000000"), "0");
  EXPECT_EQ(whole("100000000000000000000e-20"), "1");
  EXPECT_EQ(into(SqlType::small_int, "-3.2768e4"), "-32768");
  for (const char* const number :
       {"4503599627370496.5", "1.00000000000000001", "7e-1", "1e-400000000", "1e400000000",
        "1e4000000000000000000000", "1e-9223372036854775808", "9223372036854775808.0", "1e19"}) {
    EXPECT_EQ(whole(number), "refused") << number;
  }
  EXPECT_EQ(into(SqlType::small_int, "3.2768e4"), "refused");
}

TEST(SqlModel, IsReadWithItsNulls) {
  auto change = parse_sql_model(
      R"({"Upsert":{"table":"t","uniq_idx":"a, b","values":[{"column":"a","raw_value":"","type":"Int"},
          {"column":"b","type":"Text"},{"column":"c","raw_value":"","type":"Text"},
          {"column":"d","raw_value":"null","type":"Json"}]}})");
  ASSERT_TRUE(change.ok());
  const MappingOptions options;
  const auto value = [&](std::size_t i) {
    const auto& cell = change.value().cells[i];
    return text(cell_value(cell, *cell.type, options, plain));
  };
  EXPECT_EQ(change.value().key, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(value(0), "null");
  EXPECT_EQ(value(1), "null");
  EXPECT_EQ(value(2), "");
  EXPECT_EQ(change.value().cells[3].value.text, "null");
}

TEST(SqlModel, SaysWhatIsWrong) {
  for (const char* wrong :
       {"x", "{}", R"({"Insert":{}})", R"({"Insert":{"table":"t","values":[]}})",
        R"({"Insert":{"table":"t","values":[{"column":"a","raw_value":1,"type":"Int"}]}})",
        R"({"Insert":{"table":"t","values":[{"column":"a","raw_value":"1","type":"Money"}]}})",
        R"({"Upsert":{"table":"t","values":[{"column":"a","raw_value":"1","type":"Int"}]}})"}) {
    const auto change = parse_sql_model(wrong);
    ASSERT_FALSE(change.ok()) << wrong;
    EXPECT_EQ(change.error().code, Errc::malformed);
  }
}

TEST(SqlMapping, LeavesOutWhatIsAbsentAndKeepsNull) {
  MappingOptions options;
  options.table = "t";
  options.columns = {{"a", "x.y", {}, true, {}},
                     {"b", "", {}, false, {}},
                     {"c", "", {}, false, "7"},
                     {"d", "", {}, false, "7"}};
  const SinkRecord record{.partition = {0}, .offset = {0}, .value = R"({"x":{"y":1},"d":null})"};
  auto change = map_json(record, options);
  ASSERT_TRUE(change.ok());
  ASSERT_EQ(change.value().cells.size(), 3U);
  EXPECT_EQ(change.value().cells[1].value.text, "7");
  EXPECT_EQ(change.value().cells[2].value.kind, Json::Kind::null);
  EXPECT_FALSE(map_json({.partition = {0}, .offset = {0}, .value = "{}"}, options).ok());
}

TEST(SqlStatements, QuoteEveryName) {
  const Statement statement{Action::upsert,
                            quote_table(Dialect::postgres, split_table("a.\"b.c\"")),
                            {"k", "v\"x"},
                            {"k"}};
  EXPECT_EQ(statement_text(Dialect::postgres, statement, 2),
            "INSERT INTO \"a\".\"b.c\" (\"k\", \"v\"\"x\") VALUES ($1, $2), ($3, $4) ON CONFLICT "
            "(\"k\") DO UPDATE SET \"v\"\"x\" = excluded.\"v\"\"x\"");
  const Statement mysql{Action::upsert, "`t`", {"k", "v`"}, {"k"}};
  EXPECT_EQ(statement_text(Dialect::mysql, mysql, 1),
            "INSERT INTO `t` (`k`, `v```) VALUES (?, ?) ON DUPLICATE KEY UPDATE `v``` = "
            "VALUES(`v```)");
  const Statement erase{Action::erase, "\"t\"", {"k"}, {"k"}};
  EXPECT_EQ(statement_text(Dialect::sqlite, erase, 1), "DELETE FROM \"t\" WHERE \"k\" = ?");
  const Statement only_key{Action::upsert, "\"t\"", {"k"}, {"k"}};
  EXPECT_TRUE(statement_text(Dialect::sqlite, only_key, 1).ends_with("DO NOTHING"));
}

TEST(SqlStatements, AnUpdateByKeySetsTheRestWhereTheKeyIs) {
  const Statement upsert{Action::upsert, "`t`", {"k", "v", "l", "w"}, {"l", "k"}, true};
  const auto update = keyed_update(Dialect::mysql, upsert);
  EXPECT_EQ(update.text, "UPDATE `t` SET `v` = ?, `w` = ? WHERE `k` = ? AND `l` = ?");
  EXPECT_EQ(update.parameters, (std::vector<std::size_t>{1, 3, 0, 2}));
  const Statement only_key{Action::upsert, "`t`", {"k"}, {"k"}, true};
  EXPECT_EQ(keyed_update(Dialect::mysql, only_key).text, "UPDATE `t` SET `k` = `k` WHERE `k` = ?");
}

// The server's usual collation ignores case and accents: two keys were one row.
TEST(SqlStatements, TextKeysOfMysqlAreComparedByTheirBytes) {
  const std::vector<NewColumn> columns{{"k", SqlType::text}, {"c", SqlType::character}};
  const std::vector<std::string> key{"k", "c"};
  EXPECT_EQ(create_table_text(Dialect::mysql, "`t`", columns, key),
            "CREATE TABLE IF NOT EXISTS `t` (`k` VARCHAR(191) COLLATE utf8mb4_bin NOT NULL, "
            "`c` VARCHAR(4) COLLATE utf8mb4_bin NOT NULL, PRIMARY KEY (`k`, `c`)) ENGINE=InnoDB "
            "DEFAULT CHARACTER SET utf8mb4");
}

}  // namespace
}  // namespace sluice::common::sql
