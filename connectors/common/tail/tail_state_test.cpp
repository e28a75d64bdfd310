// SPDX-License-Identifier: Apache-2.0
#include "common/tail/tail_state.hpp"

#include <gtest/gtest.h>

namespace sluice::common {
namespace {

std::string text_of(const TailState& state) {
  std::string out;
  append_state_begin(out, state.number);
  for (const auto& file : state.files) append_file_state(out, file);
  append_state_end(out);
  return out;
}

TEST(TailState, ComesBackFromItsText) {
  const TailState state{
      .number = 7,
      .files = {{1, 2, {3, 0xffffffffffffffffULL}, 1ULL << 40U, 5, "/var/log/a \"b\"\\c"},
                {1, 3, {}, 0, -1, "/d/\xff\xc3\xa4\n\x80"},
                {1, 4, {}, 5, 0, "/sent", 1'767'323'045'000'000'001, true},
                {1, 5, {}, 5, 0, "/refused", -1, false}}};
  const auto parsed = parse_state(text_of(state));
  ASSERT_TRUE(parsed.ok());
  auto copy = parsed;
  EXPECT_EQ(copy.value().number, 7U);
  EXPECT_EQ(copy.value().files, state.files);
}

TEST(TailState, RefusesWhatIsNotOne) {
  for (const char* text :
       {"", "{}", "[]", R"({"v":2,"n":1,"files":[]})", R"({"v":1,"n":1})",
        R"({"v":1,"n":1,"files":[[1,2]]})", R"({"v":1,"n":1,"files":[[1,2,0,0,0,0,"/a",7]]})"}) {
    const auto parsed = parse_state(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(parsed.error().code, Errc::data_corrupt);
  }
}

TEST(Fingerprint, MatchesAFileThatHasGrownAndNoOther) {
  const auto print = Fingerprint::of("abc");
  EXPECT_TRUE(print.matches("abc"));
  EXPECT_TRUE(print.matches("abcdef"));
  EXPECT_FALSE(print.matches("abd"));
  EXPECT_FALSE(print.matches("ab"));
  EXPECT_TRUE(Fingerprint{}.matches("anything"));
}

}  // namespace
}  // namespace sluice::common
