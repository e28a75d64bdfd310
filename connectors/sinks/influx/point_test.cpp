// SPDX-License-Identifier: Apache-2.0
#include "point.hpp"

#include <set>

#include <gtest/gtest.h>

namespace sluice::influx {
namespace {

std::string made(const InfluxOptions& options, std::string_view value) {
  SinkRecord record{.partition = {0}, .offset = {7}, .value = value};
  record.timestamp = std::chrono::milliseconds{1000};
  auto out = PointMaker(options).lines("my topic", record);
  return out.ok() ? out.value() : std::string(describe(out.error().code).name);
}

TEST(Point, IsMadeOfAllMembersByDefault) {
  EXPECT_EQ(made({}, R"({"b":1,"a":1.5,"s":"x","t":true,"n":null})"),
            "my\\ topic a=1.5,b=1,s=\"x\",t=true 1000000007\n");
  EXPECT_EQ(made({}, R"({"a":{"b":1}})"), "malformed");
  EXPECT_EQ(made({}, R"({"a":null})"), "malformed");
  EXPECT_EQ(made({}, "[]"), "malformed");
  EXPECT_EQ(made({}, "x"), "malformed");
  const std::string deep = R"({"a":)" + std::string(400'000, '[') + std::string(400'000, ']') + '}';
  EXPECT_EQ(made({.fields = {{"a", "a:string"}}}, deep), "malformed");
}

TEST(Point, IsMadeOfWhatIsDeclared) {
  const InfluxOptions options{
      .measurement = "m-{kind}",
      .tags = {{"host", "source.host"}, {"zone", "none"}},
      .fields = {{"temp", "sensor.t"}, {"n", "n:int"}, {"raw", "o:string"}}};
  EXPECT_EQ(made(options, R"({"kind":"k","source":{"host":"h"},"sensor":{"t":2},"n":3,"o":[1]})"),
            "m-k,host=h n=3i,raw=\"[1]\",temp=2 1000000007\n");
  EXPECT_EQ(made(options, R"({"kind":"k","n":1.5})"), "malformed");
  EXPECT_EQ(made(options, R"({"n":1})"), "malformed");
}

TEST(Point, TakesTagsAndTimeOutOfTheFields) {
  const InfluxOptions options{.tags = {{"host", "host"}}, .timestamp_field = "time"};
  EXPECT_EQ(made(options, R"({"host":"h","time":1500,"v":1})"),
            "my\\ topic,host=h v=1 1500000000\n");
  EXPECT_EQ(made(options, R"({"time":"1970-01-01T00:00:01.5Z","v":1})"),
            "my\\ topic v=1 1500000000\n");
  EXPECT_EQ(made(options, R"({"v":1})"), "malformed");
  EXPECT_EQ(made(options, R"({"time":"soon","v":1})"), "malformed");
  EXPECT_EQ(made(options, R"({"time":1e300,"v":1})"), "malformed");
}

TEST(Point, EscapesEveryCharacterThatTellsPartsApart) {
  const InfluxOptions options{.measurement = "a,b =c", .tags = {{"t, =", "t"}}};
  EXPECT_EQ(made(options, R"({"t":"x,y =z\"","f, =":"q\"\\\n'"})"),
            "a\\,b\\ =c,t\\,\\ \\==x\\,y\\ \\=z\" f\\,\\ \\==\"q\\\"\\\\\n'\" 1000000007\n");
  EXPECT_EQ(made(options, R"({"t":"a\\b","v":1})"), "a\\,b\\ =c,t\\,\\ \\==a\\b v=1 1000000007\n");
  EXPECT_EQ(made(options, R"({"t":"a\\","v":1})"), "malformed");
  EXPECT_EQ(made(options, R"({"t":"a\nb","v":1})"), "malformed");
  EXPECT_EQ(made({.measurement = "#m"}, R"({"v":1})"), "malformed");
  EXPECT_EQ(made(options, R"({"t":"","v":1})"), "a\\,b\\ =c v=1 1000000007\n");
}

TEST(Lines, KeepTheirTimeOrGetTheRecords) {
  const InfluxOptions ns{.format = Format::line};
  EXPECT_EQ(made(ns, "m,t=a\\ b v=1,s=\"x y\" 5\n"), "m,t=a\\ b v=1,s=\"x y\" 5\n");
  EXPECT_EQ(made(ns, "m v=1\r\n\n# note\nm v=2"), "m v=1 1000000007\nm v=2 1000732058\n");
  EXPECT_EQ(made(ns, "m s=\"a\nb\""), "m s=\"a\nb\" 1000000007\n");
  EXPECT_EQ(made({.format = Format::line, .precision = Precision::s}, "m v=1"), "m v=1 1\n");
  for (const auto* text : {"", "\n", "word", "m v=1 2 3", "m s=\"open"}) {
    EXPECT_EQ(made(ns, text), "malformed") << text;
  }
}

TEST(Rfc3339, IsReadWithFractionAndZone) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(parse_rfc3339("1970-01-01T01:00:00.123456789+01:00"), 123'456'789);
  EXPECT_EQ(parse_rfc3339("1969-12-31T23:59:59-00:00"), -1'000'000'000);
  for (const auto* text : {"", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00:00Zx",
                           "1970-01-01T00:00:00+1", "9999-01-01T00:00:00Z"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

TEST(RecordTime, IsAnotherForEachRecordOfAMillisecond) {
  SinkRecord record{.partition = {0}, .offset = {1}};
  EXPECT_EQ(record_time_ns(record), std::nullopt);
  record.timestamp = std::chrono::milliseconds{2};
  EXPECT_EQ(record_time_ns(record), 2'000'001);
  record.offset = {2};
  EXPECT_EQ(record_time_ns(record), 2'000'002);
}

TEST(RecordTime, IsAnotherForPartitionsSideBySideAndForWhatIsMadeOfARecord) {
  std::set<std::int64_t> seen;
  std::size_t count = 0;
  for (std::uint32_t partition = 0; partition < 16; ++partition) {
    for (std::int64_t offset = 0; offset < 500; ++offset) {
      for (std::uint32_t index = 0; index < 10; ++index) {
        SinkRecord record{.partition = {partition}, .offset = {offset}, .index = index};
        record.timestamp = std::chrono::milliseconds{1};
        seen.insert(record_time_ns(record).value());
        ++count;
      }
    }
  }
  EXPECT_EQ(seen.size(), count);
}

}  // namespace
}  // namespace sluice::influx
