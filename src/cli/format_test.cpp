// SPDX-License-Identifier: Apache-2.0
#include "cli/format.hpp"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

using namespace std::chrono_literals;

TEST(HumanCount, GroupsThreeDigits) {
  EXPECT_EQ(human_count(0), "0");
  EXPECT_EQ(human_count(999), "999");
  EXPECT_EQ(human_count(1000), "1,000");
  EXPECT_EQ(human_count(1234567), "1,234,567");
  EXPECT_EQ(human_count(-100), "-100");
  EXPECT_EQ(human_count(-1000), "-1,000");
}

TEST(HumanBytes, HasThreeDigitsAndNeverAThousandAndMoreOfAUnit) {
  EXPECT_EQ(human_bytes(0), "0 B");
  EXPECT_EQ(human_bytes(1023), "1023 B");
  EXPECT_EQ(human_bytes(1024), "1.00 KiB");
  EXPECT_EQ(human_bytes(100'352), "98.0 KiB");
  EXPECT_EQ(human_bytes(1'048'575), "1.00 MiB");
  EXPECT_EQ(human_bytes(UINT64_MAX), "16.0 EiB");
}

TEST(HumanRate, CountsNoTimeAsAMillisecond) {
  EXPECT_EQ(human_rate(5, 0ns), "5,000 records/s");
  EXPECT_EQ(human_byte_rate(2048, 2s), "1.00 KiB/s");
}

TEST(HumanSeconds, KeepsTwoPlaces) {
  EXPECT_EQ(human_seconds(123ms), "0.12 s");
  EXPECT_EQ(human_seconds(3'420ms), "3.4 s");
  EXPECT_EQ(human_seconds(125s), "125 s");
}

TEST(Plural, HasNoSForOne) {
  EXPECT_EQ(plural(1, "record"), "1 record");
  EXPECT_EQ(plural(0, "record"), "0 records");
  EXPECT_EQ(plural(1200, "record"), "1,200 records");
}

TEST(UtcTime, IsIso8601WithMilliseconds) {
  EXPECT_EQ(utc_time(1'700'000'000'123ms), "2023-11-14T22:13:20.123Z");
  EXPECT_EQ(utc_time(0ms), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(utc_time(-1ms), "-");
}

}  // namespace
}  // namespace sluice::cli
