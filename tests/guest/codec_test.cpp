// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include "copy_records.hpp"
#include "sluice/smartmodule/run.hpp"

namespace {

using namespace sluice::guest;
using namespace std::string_literals;

std::string text(Text bytes) {
  return std::string(bytes.data(), bytes.size());
}

// A list of `values` as records, in an input of version 22.
std::string input_of(const std::vector<std::string>& values) {
  detail::Writer records(16);
  records.big_endian(values.size(), 4);
  for (const auto& value : values) detail::write_record(records, Record{}, Output{none, value});
  detail::Writer input(16);
  input.big_endian(7, 8);
  input.big_endian(records.size(), 4);
  input.bytes(records.view());
  input.big_endian(0, 2 + 1 + 4);
  input.big_endian(1000, 8);
  return text(input.view());
}

template <class Body>
std::int32_t call(Body body, const std::string& input, std::int32_t version = 22) {
  last_answer.clear();
  return detail::run(body, reinterpret_cast<const std::uint8_t*>(input.data()),
                     static_cast<std::uint32_t>(input.size()), version);
}

Result<bool> keep_all(const Record&) {
  return true;
}
Result<bool> refuse_b(const Record& record) {
  if (record.value == "b") return Error("no b at ", record.offset(), ", please");
  return true;
}
Result<Output> to_long_text(const Record& record) {
  Buffer out;
  for (int i = 0; i < 1000; ++i) out.append(record.value);
  return Output{record.key, out.view()};
}
Status two_then_error(const Record& record, Outputs& out) {
  out.add(record.value);
  out.add("again");
  if (record.value == "b") return Error("b");
  return ok;
}
Status needs_a_number(Params& params) {
  params.integer("n", {.least = 1, .most = 9});
  return ok;
}

TEST(GuestFilter, KeepsRecordsByteForByte) {
  const auto input = input_of({"a", "", "ccc"});

  EXPECT_EQ(call(detail::filter<keep_all>, input), 3);

  EXPECT_EQ(last_answer, input.substr(12, last_answer.size() - 1) + "\0"s);
}

TEST(GuestFilter, ErrorEndsTheBatchAndKeepsWhatCameBefore) {
  EXPECT_EQ(call(detail::filter<refuse_b>, input_of({"a", "b", "c"})), 1);

  EXPECT_NE(last_answer.find("no b at 7, please"), std::string::npos);
  EXPECT_EQ(last_answer.substr(0, 4), "\0\0\0\1"s);
}

TEST(GuestFilter, EveryCutOffInputIsRefused) {
  const auto input = input_of({"a", "bb"});
  for (std::size_t size = 0; size < input.size(); ++size) {
    EXPECT_LT(call(detail::filter<keep_all>, input.substr(0, size)), 0) << size;
    EXPECT_TRUE(last_answer.empty()) << size;
  }
}

TEST(GuestFilter, CountBeyondTheRecordsIsABadRecord) {
  auto input = input_of({"a"});
  input.replace(12, 4, "\x7F\xFF\xFF\xFF");

  EXPECT_EQ(call(detail::filter<keep_all>, input), -22);
}

TEST(GuestFilter, NegativeCountIsNoRecord) {
  auto input = input_of({"a"});
  input.replace(12, 4, "\xFF\xFF\xFF\xFF");

  EXPECT_EQ(call(detail::filter<keep_all>, input), 0);
  EXPECT_EQ(last_answer, "\0\0\0\0\0"s);
}

TEST(GuestMap, AnswerGrowsBeyondItsInput) {
  const std::vector<std::string> values(100, "xyz");

  EXPECT_EQ(call(detail::map<to_long_text>, input_of(values)), 100);

  EXPECT_GT(last_answer.size(), 300'000u);
}

TEST(GuestMap, MemoryDoesNotGrowOverCalls) {
  const auto input = input_of({"abc", "def"});
  call(detail::map<to_long_text>, input);
  const auto before = arena.mark();
  for (int i = 0; i < 1'000; ++i) call(detail::map<to_long_text>, input);

  EXPECT_EQ(arena.mark(), before);
}

TEST(GuestArrayMap, OutputsOfTheFailingRecordAreNotSent) {
  EXPECT_EQ(call(detail::array_map<two_then_error>, input_of({"a", "b"})), 2);

  EXPECT_EQ(last_answer.substr(0, 4), "\0\0\0\2"s);
}

TEST(GuestInit, NamesTheParameterThatIsMissingOrWrong) {
  const auto input = [](const std::string& name, const std::string& value) {
    detail::Writer out(16);
    out.big_endian(1, 2);
    for (const auto& one : {name, value}) {
      out.big_endian(one.size(), 2);
      out.bytes(one);
    }
    out.byte(0);
    return text(out.view());
  };

  EXPECT_EQ(call(detail::init<needs_a_number>, input("n", "5")), 0);
  EXPECT_EQ(call(detail::init<needs_a_number>, input("m", "5")), -2);
  EXPECT_EQ(last_answer.substr(2), "Missing param n");
  EXPECT_EQ(call(detail::init<needs_a_number>, input("n", "10")), -2);
  EXPECT_EQ(last_answer.substr(2), "param `n`: `10` is not a whole number, at least 1, at most 9");
}

TEST(GuestError, TextIsCutToWhatHostsReadAndIsUtf8) {
  detail::Writer out(16);
  out.hint(std::string(40'000, 'x'));
  EXPECT_EQ(out.size(), 2u + 32'767u);

  detail::Writer bad(16);
  bad.hint("a\xFFz");
  EXPECT_EQ(text(bad.view()), "\0\3a?z"s);
}

TEST(GuestText, Utf8IsCheckedStrictly) {
  for (const char* good : {"", "a", "é", "日本", "😀", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(std::string(good))) << good;
  for (const char* bad : {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80",
                          "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "a\xC3z"})
    EXPECT_FALSE(is_utf8(std::string(bad))) << bad;
}

TEST(GuestNumbers, AreWholeAndInRange) {
  EXPECT_EQ(*parse_integer("-9223372036854775808"), INT64_MIN);
  EXPECT_EQ(*parse_integer("+7"), 7);
  for (const char* bad :
       {"", "-", "1.5", "9223372036854775808", "1e3", " 1", "99999999999999999999"})
    EXPECT_FALSE(parse_integer(std::string(bad))) << bad;
  EXPECT_EQ(text(concat(INT64_MIN, ' ', 0, ' ', size_t{5})), "-9223372036854775808 0 5");
}

}  // namespace
