// SPDX-License-Identifier: Apache-2.0
#include "object.hpp"

#include <array>

#include <gtest/gtest.h>
#include <zlib.h>

#include "manifest.hpp"

namespace sluice::s3 {
namespace {

constexpr std::chrono::milliseconds november{1'795'726'800'123};

S3Options options() {
  S3Options out;
  out.prefix = "p/";
  return out;
}
std::vector<SinkRecord> records(std::int64_t first, int count) {
  std::vector<SinkRecord> out;
  for (int i = 0; i < count; ++i) {
    out.push_back(
        {.partition = {3}, .offset = {first + i}, .timestamp = november, .key = "k", .value = "v"});
  }
  return out;
}
std::string unpacked(std::string_view packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
  std::array<char, 4096> room{};
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(room.data());
  stream.avail_out = room.size();
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  inflateEnd(&stream);
  return {room.data(), room.size() - stream.avail_out};
}

TEST(ObjectTest, ABatchIsNamedByPartitionAndFirstOffset) {
  const auto object = make_object(records(1000, 2), options());
  EXPECT_EQ(object.name, "p/00003-00000000000000001000.txt");
  EXPECT_EQ(object.content, "v\nv\n");
}

TEST(ObjectTest, ATimePrefixIsThatOfTheFirstRecordInUtc) {
  auto with = options();
  with.time_prefix = "%Y/%m/%d/%H-";
  with.format = common::LineFormat::json;
  EXPECT_EQ(make_object(records(0, 1), with).name,
            "p/2026/11/26/21-00003-00000000000000000000.jsonl");
}

TEST(ObjectTest, APackedObjectIsTheSameEachTimeAndHasAllLines) {
  auto with = options();
  with.compression = Compression::gzip;
  const auto one = make_object(records(0, 100), with);
  EXPECT_EQ(one.name, "p/00003-00000000000000000000.txt.gz");
  EXPECT_EQ(one.content, make_object(records(0, 100), with).content);
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "v\n";
  EXPECT_EQ(unpacked(one.content), lines);
}

TEST(ObjectTest, AnObjectPerRecordIsItsValueUnderItsOffsetOrKey) {
  auto with = options();
  with.object_per = ObjectPer::record;
  EXPECT_EQ(make_object(records(5, 1), with).name, "p/00003-00000000000000000005");
  EXPECT_EQ(make_object(records(5, 1), with).content, "v");
  auto second = records(5, 1);
  second.front().index = 1;
  EXPECT_EQ(make_object(second, with).name, "p/00003-00000000000000000005.1");
  with.object_name = ObjectName::key;
  EXPECT_EQ(make_object(records(5, 1), with).name, "p/k");
  auto nameless = records(5, 1);
  nameless.front().key.reset();
  EXPECT_THROW(static_cast<void>(make_object(nameless, with)), Failure);
  const std::string longest(2000, 'x');
  nameless.front().key = longest;
  EXPECT_THROW(static_cast<void>(make_object(nameless, with)), Failure);
}

TEST(ObjectTest, AKeyThatLeadsElsewhereIsNoName) {
  auto with = options();
  with.object_per = ObjectPer::record;
  with.object_name = ObjectName::key;
  const auto named = [&](std::string_view key) {
    auto one = records(5, 1);
    one.front().key = key;
    return make_object(one, with).name;
  };
  for (const auto* key : {".", "..", "../other/x", "a/../b", "a/.", ".sluice/mine.json"}) {
    EXPECT_THROW(static_cast<void>(named(key)), Failure) << key;
  }
  for (const auto* key : {"...", "a..b/.c", "/a", "a//b", ".sluice"}) {
    EXPECT_EQ(named(key), std::string("p/") + key);
  }
}

TEST(ObjectTest, ABatchIsTakenApartByPartitionInOrder) {
  auto all = records(0, 3);
  all[1].partition = {0};
  const auto parts = by_partition(all);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].records.size(), 2U);
  EXPECT_EQ(parts[0].records[1].offset, Offset{2});
  EXPECT_EQ(parts[1].partition, PartitionId{0});
}

TEST(ObjectTest, NamesAreEncodedAsSignaturesWantThem) {
  EXPECT_EQ(encode_path("a b/ä+~.-_%"), "a%20b/%C3%A4%2B~.-_%25");
}

TEST(ManifestTest, WhatIsWrittenCanBeRead) {
  const Offsets offsets{{PartitionId{0}, Offset{41}}, {PartitionId{7}, Offset{3}}};
  const auto text = format_manifest("t", offsets);
  EXPECT_EQ(text, R"({"format":1,"topic":"t","offsets":{"0":41,"7":3}})");
  EXPECT_EQ(parse_manifest(text, "t", "n"), offsets);
}

TEST(ManifestTest, AnotherTopicsAndNonsenseAreRefused) {
  const auto code = [](std::string_view text) {
    try {
      static_cast<void>(parse_manifest(text, "t", "n"));
    } catch (const Failure& failure) {
      return failure.code();
    }
    return Errc::internal;
  };
  EXPECT_EQ(code(format_manifest("other", {})), Errc::invalid_config);
  for (const auto* text : {"", "[]", R"({"format":2,"topic":"t","offsets":{}})",
                           R"({"format":1,"topic":"t","offsets":{"x":1}})",
                           R"({"format":1,"topic":"t","offsets":{"1":"y"}})"}) {
    EXPECT_EQ(code(text), Errc::data_corrupt) << text;
  }
}

}  // namespace
}  // namespace sluice::s3
