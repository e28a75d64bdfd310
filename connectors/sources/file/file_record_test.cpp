// SPDX-License-Identifier: Apache-2.0
#include "file_record.hpp"

#include <gtest/gtest.h>

#include "line_pattern.hpp"

namespace sluice::file_source {
namespace {

const std::string path = "/var/log/a";
common::Piece piece(std::string_view bytes) {
  return {.path = &path, .bytes = bytes, .offset = 10, .next = 20, .line = 3};
}

TEST(FileRecord, IsThePieceItselfAsText) {
  std::string room;
  const std::string_view bytes = "hello\xff";
  auto record = make_record({}, piece(bytes), room);
  EXPECT_EQ(record.value().value.data(), bytes.data());
  EXPECT_FALSE(record.value().key);
}

TEST(FileRecord, HasPathOffsetLineAndDataAsJson) {
  std::string room;
  auto record = make_record({.layout = Layout::json, .key = Key::path}, piece("say \"hi\""), room);
  EXPECT_EQ(record.value().value,
            R"({"path":"/var/log/a","offset":10,"line":3,"data":"say \"hi\""})");
  EXPECT_EQ(record.value().key, path);
}

TEST(FileRecord, KeepsAJsonLineAsItIs) {
  std::string room;
  const RecordRules rules{.format = Format::json, .layout = Layout::json};
  auto record = make_record(rules, piece(R"({"n": 1.50})"), room);
  EXPECT_EQ(record.value().value,
            R"({"path":"/var/log/a","offset":10,"line":3,"data":{"n": 1.50}})");
}

TEST(FileRecord, RefusesALineThatIsNotJsonWithItsPlace) {
  std::string room;
  const auto record = make_record({.format = Format::json}, piece("{"), room);
  ASSERT_FALSE(record.ok());
  EXPECT_EQ(record.error().code, Errc::malformed);
  EXPECT_NE(record.error().message().find("/var/log/a at byte 10"), std::string::npos);
}

TEST(LinePattern, LooksOnlyInsideTheLine) {
  auto pattern = LinePattern::compile("^[0-9]{4}-");
  const std::string_view text = "x2026-\n2026-01";
  EXPECT_FALSE(pattern.value().matches(text.substr(0, 6)));
  EXPECT_TRUE(pattern.value().matches(text.substr(7)));
  EXPECT_FALSE(pattern.value().matches(text.substr(7, 4)));
  EXPECT_FALSE(LinePattern::compile("(").ok());
}

}  // namespace
}  // namespace sluice::file_source
