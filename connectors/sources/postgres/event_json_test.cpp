// SPDX-License-Identifier: Apache-2.0
#include "event_json.hpp"

#include <gtest/gtest.h>

#include "float_text.hpp"

namespace sluice::postgres {
namespace {

std::string value_of(std::uint32_t type, std::string_view text) {
  std::string out;
  append_value(out, type, text);
  return out;
}

TEST(EventValue, HasTheTagOfItsType) {
  EXPECT_EQ(value_of(16, "t"), R"({"Bool":true})");
  EXPECT_EQ(value_of(16, "f"), R"({"Bool":false})");
  EXPECT_EQ(value_of(18, "a"), R"({"Char":97})");
  EXPECT_EQ(value_of(18, ""), R"({"Char":0})");
  EXPECT_EQ(value_of(21, "-3"), R"({"Int2":-3})");
  EXPECT_EQ(value_of(23, "7"), R"({"Int4":7})");
  EXPECT_EQ(value_of(26, "4294967295"), R"({"Oid":4294967295})");
  EXPECT_EQ(value_of(20, "9223372036854775807"), R"({"Int8":9223372036854775807})");
  EXPECT_EQ(value_of(700, "1.1"), R"({"Float4":1.1})");
  EXPECT_EQ(value_of(701, "5"), R"({"Float8":5.0})");
  EXPECT_EQ(value_of(1043, "a\"b\n"), R"({"String":"a\"b\n"})");
  EXPECT_EQ(value_of(1082, "2020"), R"({"RawText":[50,48,50,48]})");
}

TEST(EventValue, ThatItsTagCannotHoldIsRawText) {
  EXPECT_EQ(value_of(701, "NaN"), R"({"RawText":[78,97,78]})");
  EXPECT_EQ(value_of(25, "\xff"), R"({"RawText":[255]})");
  EXPECT_EQ(value_of(25, "\xef\xbf\xbd"), "{\"String\":\"\xef\xbf\xbd\"}");
  EXPECT_EQ(value_of(999'999, ""), R"({"RawText":[]})");
}

TEST(FloatText, IsWhatRustWrites) {
  EXPECT_EQ(json_of_float8("0"), "0.0");
  EXPECT_EQ(json_of_float8("-0"), "-0.0");
  EXPECT_EQ(json_of_float8("1e+20"), "1e20");
  EXPECT_EQ(json_of_float8("1e15"), "1000000000000000.0");
  EXPECT_EQ(json_of_float8("1e16"), "1e16");
  EXPECT_EQ(json_of_float8("123.456"), "123.456");
  EXPECT_EQ(json_of_float8("1e-05"), "0.00001");
  EXPECT_EQ(json_of_float8("1.5e-7"), "1.5e-7");
  EXPECT_EQ(json_of_float8("1.7976931348623157e+308"), "1.7976931348623157e308");
  EXPECT_EQ(json_of_float4("3.4028235e+38"), "3.4028235e38");
  EXPECT_EQ(json_of_float4("1e+13"), "1e13");
  EXPECT_EQ(json_of_float8("-Infinity"), std::nullopt);
  EXPECT_EQ(json_of_float8("1x"), std::nullopt);
}

constexpr std::string_view head = R"({"wal_start":1,"wal_end":2,"timestamp":3,"message":)";

struct EventJsonTest : testing::Test {
  EventJson json;
  std::string write(const Message& message) {
    auto written = json.write({1, 2, 3}, message);
    return std::string(written.value().substr(head.size()));
  }
};

TEST_F(EventJsonTest, TransactionsAndTables) {
  EXPECT_EQ(write(Begin{4, 5, 6}), R"({"type":"begin","final_lsn":4,"timestamp":5,"xid":6}})");
  EXPECT_EQ(write(Commit{0, 7, 8, 9}),
            R"({"type":"commit","flags":0,"commit_lsn":7,"end_lsn":8,"timestamp":9}})");
  EXPECT_EQ(write(Origin{7, "o"}), R"({"type":"origin","commit_lsn":7,"name":"o"}})");
  EXPECT_EQ(write(Type{17'000, "public", "mood"}),
            R"({"type":"type","id":17000,"namespace":"public","name":"mood"}})");
  EXPECT_EQ(
      write(Relation{9, "public", "t", 'f', {{1, "id", 23, -1}}}),
      R"({"type":"relation","rel_id":9,"namespace":"public","name":"t","replica_identity":"Full","columns":[{"flags":1,"name":"id","type_id":23,"type_modifier":-1}]}})");
  EXPECT_EQ(write(Truncate{3, {9, 10}}), R"({"type":"truncate","options":3,"rel_ids":[9,10]}})");
}

TEST_F(EventJsonTest, Rows) {
  write(Type{17'000, "public", "citext"});
  write(Relation{9, "public", "t", 'd', {{1, "id", 23, -1}, {0, "c", 17'000, -1}}});
  const Cell one{Cell::Kind::text, "1"};
  EXPECT_EQ(write(Insert{9, {one, {Cell::Kind::text, "x"}}}),
            R"({"type":"insert","rel_id":9,"tuple":[{"Int4":1},{"String":"x"}]}})");
  EXPECT_EQ(
      write(Update{9, {}, Tuple{one, {}}, {one, {Cell::Kind::unchanged_toast, {}}}}),
      R"({"type":"update","rel_id":9,"old_tuple":null,"key_tuple":[{"Int4":1},"Null"],"new_tuple":[{"Int4":1},"UnchangedToast"]}})");
  EXPECT_EQ(write(Delete{9, Tuple{one, {}}, {}}),
            R"({"type":"delete","rel_id":9,"old_tuple":[{"Int4":1},"Null"],"key_tuple":null}})");
}

TEST_F(EventJsonTest, ARowOfATableThatWasNotToldIsAnError) {
  const auto written = json.write({1, 2, 3}, Insert{9, {{}}});
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, Errc::protocol);
}

}  // namespace
}  // namespace sluice::postgres
