// SPDX-License-Identifier: Apache-2.0
#include "cli/line_splitter.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

struct Seen {
  std::uint64_t number;
  std::string text;
  bool too_long;
  friend bool operator==(const Seen&, const Seen&) = default;
};

std::vector<Seen> lines_of(std::string_view input, std::size_t piece_bytes,
                           std::size_t line_bytes_max = 1000) {
  LineSplitter splitter(line_bytes_max);
  std::vector<Seen> out;
  const auto keep = [&](const Line& line) {
    out.push_back({line.number, std::string(line.text), line.too_long});
  };
  for (; !input.empty(); input.remove_prefix(std::min(piece_bytes, input.size()))) {
    splitter.feed(input.substr(0, piece_bytes));
    while (const auto line = splitter.next()) keep(*line);
  }
  if (const auto line = splitter.rest()) keep(*line);
  return out;
}

TEST(LineSplitter, GivesTheSameLinesForAnyPieces) {
  const std::string input = "one\n\nthree\r\nlast";
  const std::vector<Seen> expected{
      {1, "one", false}, {2, "", false}, {3, "three\r", false}, {4, "last", false}};
  for (std::size_t piece = 1; piece <= input.size(); ++piece) {
    EXPECT_EQ(lines_of(input, piece), expected) << piece;
  }
}

TEST(LineSplitter, AFinalLineFeedStartsNoLine) {
  EXPECT_EQ(lines_of("a\n", 1), (std::vector<Seen>{{1, "a", false}}));
  EXPECT_TRUE(lines_of("", 1).empty());
}

TEST(LineSplitter, ALineThatIsTooLongIsNamedAndTheNextOneIsWhole) {
  const std::string input = "123456789\nok\n123456";
  const std::vector<Seen> expected{{1, "", true}, {2, "ok", false}, {3, "", true}};
  for (std::size_t piece = 1; piece <= input.size(); ++piece) {
    EXPECT_EQ(lines_of(input, piece, 5), expected) << piece;
  }
}

}  // namespace
}  // namespace sluice::cli
