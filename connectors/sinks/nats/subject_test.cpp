// SPDX-License-Identifier: Apache-2.0
#include "subject.hpp"

#include <gtest/gtest.h>

#include "common/nats/nats_connection.hpp"

namespace sluice::nats {
namespace {

SinkRecord record(std::string_view value, std::optional<std::string_view> key = {}) {
  return {.partition = PartitionId{2}, .offset = Offset{7}, .key = key, .value = value};
}
std::string subject(const SinkOptions& options, const SinkRecord& from) {
  auto made = subject_of(options, from);
  return made.ok() ? made.value() : made.error().code == Errc::malformed ? "malformed" : "?";
}

TEST(NatsSubject, ComesFromTheOptionTheKeyOrAField) {
  EXPECT_EQ(subject({.subject = "a"}, record("x")), "a");
  const SinkOptions key{.subject = "a", .subject_from = SubjectFrom::key};
  EXPECT_EQ(subject(key, record("x", "b.c")), "a.b.c");
  EXPECT_EQ(subject(key, record("x")), "malformed");
  EXPECT_EQ(subject(key, record("x", "b c")), "malformed");
  EXPECT_EQ(subject(key, record("x", "*")), "malformed");
  EXPECT_EQ(subject(key, record("x", "")), "malformed");
  const SinkOptions field{.subject = "a", .subject_from = SubjectFrom::field, .subject_field = "f"};
  EXPECT_EQ(subject(field, record(R"({"f":"b"})")), "a.b");
  for (const char* value : {"x", "[]", "{}", R"({"f":1})", R"({"f":""})"}) {
    EXPECT_EQ(subject(field, record(value)), "malformed") << value;
  }
}

TEST(NatsSubject, CanBePublishedToOrNot) {
  for (const char* good : {"a", "a.b", "$x.1", "\xc3\xa4"}) {
    EXPECT_TRUE(common::is_subject(good)) << good;
  }
  for (const char* bad : {"", ".", "a.", ".a", "a..b", "a b", "a.*", ">", "a\n"}) {
    EXPECT_FALSE(common::is_subject(bad)) << bad;
  }
}

TEST(NatsMessageId, IsThatOfThePlaceInTheTopic) {
  auto one = record("x");
  EXPECT_EQ(message_id("t", one), "t-2-7");
  one.index = 3;
  EXPECT_EQ(message_id("t", one), "t-2-7-3");
}

}  // namespace
}  // namespace sluice::nats
