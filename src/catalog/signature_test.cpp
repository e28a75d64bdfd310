// SPDX-License-Identifier: Apache-2.0
#include "catalog/signature.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "catalog/samples.hpp"

namespace sluice::catalog {
namespace {

using testing::HasSubstr;

TEST(Signature, IsVerifiedWithTheKeyThatMadeIt) {
  const auto key = SigningKey::generate();
  const auto signed_by = verify_signature("bytes", key.sign("bytes"));
  ASSERT_TRUE(signed_by);
  EXPECT_EQ(*signed_by, key.public_key());
}

TEST(Signature, DoesNotMatchOtherBytes) {
  const auto key = SigningKey::generate();
  EXPECT_EQ(verify_signature("bytez", key.sign("bytes")).error().code, Errc::data_corrupt);
}

TEST(Signature, SurvivesAFileOfTheKey) {
  const auto key = SigningKey::generate();
  const auto read = or_throw(SigningKey::parse(key.pem()));
  EXPECT_EQ(read.sign("x"), key.sign("x"));
  EXPECT_EQ(or_throw(PublicKey::parse(key.public_key().pem())), key.public_key());
  EXPECT_EQ(or_throw(PublicKey::parse(key.public_key().base64())), key.public_key());
}

TEST(Signature, RefusesABrokenFile) {
  for (const char* text : {"", "{}", "[]", R"({"algorithm": "ed25519", "public_key": "AA==",
                                                "signature": ""})"}) {
    EXPECT_EQ(verify_signature("x", text).error().code, Errc::malformed) << text;
  }
}

// The first vector of RFC 8032, section 7.1.
TEST(Signature, IsThatOfTheStandard) {
  EXPECT_TRUE(verify_signature("", R"({"algorithm": "ed25519",
    "public_key": "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
    "signature": "5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc+bRr0lv18FlbviRlUUFDjnoQCw=="})"));
}

const json sample_schema = json::parse(R"({
  "required": ["url"],
  "properties": {
    "url": {"type": "string", "format": "uri", "pattern": "^(mqtt|tcp)://"},
    "qos": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 2},
    "wait": {"type": "string", "format": "humantime", "description": "Pause. At least 1ms."},
    "tags": {"type": "array", "items": {"type": "string"}}
  }
})");

std::vector<std::string> words_about(const std::string& about, const SampleHints& hints = {}) {
  std::vector<std::string> out;
  for (const auto& sample : make_samples(sample_schema, hints, 1)) {
    if (sample.about == about) out.push_back(sample.words.back());
  }
  return out;
}

TEST(Samples, ReachTheLimitsAndGoBeyond) {
  EXPECT_THAT(words_about("qos"),
              testing::IsSupersetOf({"--qos=-1", "--qos=0", "--qos=2", "--qos=3", "--qos=many"}));
}

TEST(Samples, AreTheSameForTheSameSeed) {
  const auto a = make_samples(sample_schema, {}, 7);
  const auto b = make_samples(sample_schema, {}, 7);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_EQ(a[i].words, b[i].words);
}

TEST(Samples, GiveWhatIsRequiredAndLeaveItOut) {
  for (const auto& sample : make_samples(sample_schema, {}, 1)) {
    EXPECT_EQ(sample.options.contains("url"), sample.about != "no url") << sample.about;
  }
}

TEST(Samples, TakeHintsInPlaceOfMadeUpValues) {
  const auto hints =
      or_throw(parse_hints(R"({"values": {"tags": ["a"]}, "with": {"tags": {"qos": 1}}})"));
  EXPECT_THAT(words_about("tags", hints), testing::ElementsAre("--tags=a"));
  for (const auto& sample : make_samples(sample_schema, hints, 1)) {
    if (sample.about == "tags") EXPECT_EQ(sample.options.at("qos"), 1);
  }
}

TEST(Samples, RefuseHintsOfAnotherForm) {
  EXPECT_THAT(parse_hints(R"({"value": {}})").error().message(), HasSubstr("unknown key `value`"));
  EXPECT_FALSE(parse_hints(R"({"values": {"a": "b"}})"));
}

TEST(Formats, KnowTheLimitOfADurationFromItsWords) {
  const auto& rule = sample_schema.at("properties").at("wait");
  EXPECT_TRUE(format_accepts(rule, "1ms"));
  EXPECT_FALSE(format_accepts(rule, "0s"));
  EXPECT_FALSE(format_accepts(rule, "5 parsecs"));
}

TEST(Formats, CountBytesOfASizeWithAUnit) {
  const auto rule = json::parse(R"({"format": "byte-size", "minimum": 1024, "maximum": 4096})");
  EXPECT_TRUE(format_accepts(rule, "4 KiB"));
  EXPECT_FALSE(format_accepts(rule, "1 B"));
  EXPECT_FALSE(format_accepts(rule, 5000));
}

}  // namespace
}  // namespace sluice::catalog
