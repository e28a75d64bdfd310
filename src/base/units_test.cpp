// SPDX-License-Identifier: Apache-2.0
#include "base/units.hpp"

#include <random>

#include <gtest/gtest.h>

namespace sluice {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

TEST(Duration, ReadsEveryUnitWithAndWithoutBlanks) {
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("1h 30m"), 90min);
  EXPECT_EQ(parse_duration("1h30m5s"), 90min + 5s);
  EXPECT_EQ(parse_duration(" 2 days "), 48h);
  EXPECT_EQ(parse_duration("1M"), nanoseconds(2'630'016s));
  EXPECT_EQ(parse_duration("1y"), nanoseconds(31'557'600s));
  EXPECT_EQ(parse_duration("1w"), nanoseconds(168h));
  EXPECT_EQ(parse_duration("7us 3ns"), 7003ns);
  EXPECT_EQ(parse_duration("0"), 0ns);
}

TEST(Duration, ANumberWithoutUnitIsAnErrorUnlessTheOptionHasOne) {
  EXPECT_FALSE(parse_duration("300"));
  EXPECT_EQ(parse_duration("300", 1s), 300s);
  EXPECT_FALSE(parse_duration("1s 5", 1s));
  EXPECT_NE(parse_duration("300").error().context.find("a unit is missing"), std::string::npos);
}

TEST(Duration, RefusesWhatItCannotMean) {
  for (const auto* text : {"", " ", "s", "-1s", "1.5s", "1 parsec", "10S", "1h x", "5s-", "300y",
                           "99999999999999999999s", "1\xff"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
  }
}

TEST(Duration, WhatIsFormattedParsesToTheSame) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const nanoseconds value(static_cast<std::int64_t>(random() >> (1 + random() % 63)));
    ASSERT_EQ(parse_duration(format_duration(value)), value) << format_duration(value);
  }
  EXPECT_EQ(format_duration(0ns), "0s");
  EXPECT_EQ(format_duration(26h), "1d 2h");
  EXPECT_EQ(format_duration(1500ms), "1s 500ms");
}

TEST(ByteSize, ReadsDecimalAndBinaryUnitsInAnyCase) {
  EXPECT_EQ(parse_byte_size("16384"), 16384U);
  EXPECT_EQ(parse_byte_size("44.0 MB"), 44'000'000U);
  EXPECT_EQ(parse_byte_size("10kib"), 10'240U);
  EXPECT_EQ(parse_byte_size("1.5GiB"), 1'610'612'736U);
  EXPECT_EQ(parse_byte_size("0.1 KB"), 100U);
  EXPECT_EQ(parse_byte_size("2 b"), 2U);
}

TEST(ByteSize, RefusesWhatItCannotMean) {
  for (const auto* text : {"", "1aoeu", "MB", "-1", "1.", "1.5", "1,5 MB", "1 MB 2",
                           "18446744073709551616", "99999999 PiB"}) {
    const auto parsed = parse_byte_size(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Errc::invalid_argument);
  }
}

TEST(ByteSize, WhatIsFormattedParsesToTheSame) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t value = (random() >> (random() % 64)) << (random() % 20);
    ASSERT_EQ(parse_byte_size(format_byte_size(value)), value) << format_byte_size(value);
  }
  EXPECT_EQ(format_byte_size(32'768), "32 KiB");
  EXPECT_EQ(format_byte_size(44'000'000), "44000000");
}

}  // namespace
}  // namespace sluice
