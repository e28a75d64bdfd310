// SPDX-License-Identifier: Apache-2.0
#include "wire/error_code.hpp"

#include <set>

#include <gtest/gtest.h>

namespace sluice::wire {
namespace {

TEST(ErrorCodeTable, NamesEachCodeOnceAndFillsItsText) {
  std::set<std::string_view> names;
  for (const auto& row : error_rows()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_FALSE(row.text.empty()) << row.name;
    for (std::size_t at = row.text.find('{'); at != std::string_view::npos;
         at = row.text.find('{', at + 1)) {
      ASSERT_EQ(row.text[at + 2], '}') << row.name;
      EXPECT_LT(static_cast<std::size_t>(row.text[at + 1] - '0'), row.payload.size()) << row.name;
    }
  }
  EXPECT_EQ(names.size(), 64U);
}

TEST(ErrorCodeText, PutsThePayloadIntoTheWords) {
  EXPECT_EQ(ErrorCode(Code::smartmodule_not_found, {std::string("x")}).text(),
            "SmartModule `x` not found");
  EXPECT_EQ(ErrorCode(Code::offset_evicted, {std::int64_t{3}, std::int64_t{7}}).text(),
            "retention removed offset 3; the next available one is 7");
  EXPECT_EQ(ErrorCode(Code::smartmodule_memory_limit_exceeded, {std::int64_t{-1}, std::int64_t{5}})
                .text(),
            "the SmartModule asked for 18446744073709551615 bytes of memory; the limit is 5");
}

TEST(ErrorCodeDecode, RefusesACodeThatNobodyKnows) {
  const Bytes unknown{std::byte{0x7f}, std::byte{0xff}};
  const auto decoded = decode<ErrorCode>(unknown, 0, "error");
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, Errc::malformed);
}

TEST(ErrorCodeEncode, WritesMissingValuesAsEmpty) {
  const auto decoded =
      decode<ErrorCode>(encode(ErrorCode(Code::smartmodule_runtime_error), 0), 0, "error");
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->values.size(), 5U);
  EXPECT_EQ(decoded->text(), "the SmartModule failed at offset 0: ");
}

// What a failing SmartModule or a user's file says may be long, and any bytes.
TEST(ErrorCodeEncode, MakesAnyTextFitItsField) {
  const std::string text(40'000, '\xff');
  const auto decoded = decode<ErrorCode>(encode(ErrorCode(Code::other, {text}), 0), 0, "error");
  ASSERT_TRUE(decoded);
  EXPECT_LE(decoded->text().size(), string_bytes_max);
  EXPECT_GT(decoded->text().size(), string_bytes_max - 3);
}

TEST(ErrorCodeToError, KeepsTheServersWordsApart) {
  const auto error = to_error(ErrorCode(Code::other, {std::string("no")}), "produce to `t`");
  EXPECT_EQ(error.code, Errc::server);
  EXPECT_EQ(error.context, "produce to `t`");
  EXPECT_EQ(error.server_text, "no");
  EXPECT_TRUE(to_error(Code::not_leader_for_partition, "produce").retryable());
}

}  // namespace
}  // namespace sluice::wire
