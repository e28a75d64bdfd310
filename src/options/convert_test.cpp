// SPDX-License-Identifier: Apache-2.0
#include "options/convert.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "options/bound.hpp"
#include "options/sample_options.hpp"

namespace sluice::options {
namespace {

const BoundRow& find_row(const std::vector<BoundRow>& rows, std::string_view flag) {
  return *std::ranges::find(rows, flag, &BoundRow::flag);
}

// Whatever `written` writes, `convert` reads as the same value.
void expect_round_trip(std::string_view flag, const Scalar& value) {
  static SampleRun run;
  static const auto rows = flatten(run.set());
  const auto& row = *find_row(rows, flag).row;
  const auto text = written(row, value);
  const auto again = convert(row, text);
  RC_ASSERT(again.has_value());
  RC_ASSERT(*again == value);
}

bool holds(const std::string& claim, auto property) {
  return rc::check(claim, property);
}

TEST(Convert, WhatIsWrittenIsReadAsTheSameValue) {
  EXPECT_TRUE(holds("whole numbers", [](std::int64_t n) { expect_round_trip("count", n); }));
  EXPECT_TRUE(holds("unsigned numbers", [](std::uint64_t n) {
    expect_round_trip("websocket-config-ping-interval-ms", n);
  }));
  EXPECT_TRUE(holds("numbers", [] {
    const auto share = *rc::gen::inRange(0, 1'000'001);
    expect_round_trip("ratio", static_cast<double>(share) / 1e6);
  }));
  EXPECT_TRUE(holds("durations", [] {
    const auto ms = *rc::gen::inRange<std::int64_t>(1, 86'400'001);
    expect_round_trip("interval", ms * 1'000'000);
  }));
  EXPECT_TRUE(holds("sizes", [] {
    const auto bytes = *rc::gen::inRange<std::uint64_t>(1024, ~std::uint64_t{0});
    expect_round_trip("fetch-max-bytes", bytes);
  }));
}

TEST(Convert, AnyTextIsAValueOrAProblemWithTheText) {
  static SampleRun run;
  static const auto rows = flatten(run.set());
  EXPECT_TRUE(holds("any text", [](const std::string& text) {
    for (const auto& bound : rows) {
      if (bound.row->shape == OptionShape::tables) continue;
      const auto value = convert_entry(*bound.row, text);
      RC_ASSERT(value || !value.error().problem.empty());
    }
  }));
}

TEST(CommandLine, AnyWordsGiveAValueOrAProblemWithAPlace) {
  EXPECT_TRUE(holds("any words", [] {
    const auto piece = rc::gen::element<std::string>(
        "-", "--", "-q", "-n", "=", "--stream", "--no-", "--qos", "--header", "--transform", "{}",
        "--config", "x", "--help", "\xff", "", "-q=", "--=", "---", "--endpoint=http://h");
    const auto words = *rc::gen::container<std::vector<std::string>>(piece);
    SampleRun run;
    run.parse(words);
    for (const auto& problem : run.outcome.problems) {
      RC_ASSERT(!problem.place.empty());
      RC_ASSERT(!problem.problem.empty());
    }
  }));
}

}  // namespace
}  // namespace sluice::options
