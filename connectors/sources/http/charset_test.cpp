// SPDX-License-Identifier: Apache-2.0
#include "charset.hpp"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

using namespace std::string_view_literals;

// The same text in one piece, and byte by byte.
std::string decoded(std::string_view charset, std::string_view bytes) {
  std::string whole;
  TextDecoder at_once(charset);
  at_once.decode(bytes, whole);
  at_once.finish(whole);

  std::string pieces;
  TextDecoder byte_by_byte(charset);
  for (const char& byte : bytes) byte_by_byte.decode({&byte, 1}, pieces);
  byte_by_byte.finish(pieces);
  EXPECT_EQ(whole, pieces);
  return whole;
}

TEST(TextDecoder, KeepsUtf8) {
  EXPECT_EQ(decoded("utf-8", "gr\u00fc\u00dfe \u20ac \U0001f600"),
            "gr\u00fc\u00dfe \u20ac \U0001f600");
  EXPECT_EQ(decoded("", ""), "");
}

TEST(TextDecoder, ReplacesWhatIsNotUtf8AsBrowsersDo) {
  EXPECT_EQ(decoded("", "a\xff\x62"), "a\ufffdb");
  EXPECT_EQ(decoded("", "\xe2\x82"), "\ufffd");  // cut off: one
  EXPECT_EQ(decoded("", "\xe2\x82x"), "\ufffdx");
  EXPECT_EQ(decoded("", "\xf0\x9f\x98z"), "\ufffdz");
  EXPECT_EQ(decoded("", "\xed\xa0\x80"), "\ufffd\ufffd\ufffd");  // a surrogate
  EXPECT_EQ(decoded("", "\xc0\xaf"), "\ufffd\ufffd");            // overlong
}

TEST(TextDecoder, ReadsLatin1AsWindows1252) {
  EXPECT_EQ(decoded("iso-8859-1", "gr\xfc\xdf\x65 \x80\x81"), "gr\u00fc\u00dfe \u20ac\u0081");
  EXPECT_EQ(decoded("windows-1252", "\x99"), "\u2122");
}

TEST(TextDecoder, ReadsUtf16) {
  EXPECT_EQ(decoded("utf-16", "h\0i\0"sv), "hi");
  EXPECT_EQ(decoded("utf-16be", "\0h\0i"sv), "hi");
  EXPECT_EQ(decoded("utf-16le", "\x3d\xd8\x00\xde"sv), "\U0001f600");
  EXPECT_EQ(decoded("utf-16le", "\x3d\xd8"sv), "\ufffd");
}

TEST(TextDecoder, GoesByTheByteOrderMark) {
  EXPECT_EQ(decoded("", "\xef\xbb\xbfhi"), "hi");
  EXPECT_EQ(decoded("iso-8859-1", "\xff\xfeh\0"sv), "h");
  EXPECT_EQ(decoded("utf-8", "\xfe\xff\0h"sv), "h");
  EXPECT_EQ(decoded("utf-8", "\xef\xbb"), "\ufffd");
}

TEST(TextDecoder, ReadsOthersAndTakesUnknownOnesForUtf8) {
  EXPECT_EQ(decoded("iso-8859-2", "\xb1"), "\u0105");
  EXPECT_EQ(decoded("no-such-charset", "\u00fc"), "\u00fc");
}

TEST(TextDecoder, KeepsBytes) {
  EXPECT_EQ(decoded("binary", "\xff\0\xfe"sv), "\xff\0\xfe"sv);
}

}  // namespace
}  // namespace sluice::http
