// SPDX-License-Identifier: Apache-2.0
#include "message.hpp"

#include <gmock/gmock.h>

namespace sluice::slack {
namespace {

using testing::HasSubstr;

std::string made(const SlackOptions& options, std::string_view value) {
  SinkRecord record{.partition = {0}, .offset = {7}, .value = value};
  record.key = "k<1>";
  auto out = MessageMaker(options).message("t", record);
  return out.ok() ? out.value() : std::string(describe(out.error().code).name);
}

TEST(SlackMessage, IsTheValueAsText) {
  EXPECT_EQ(made({}, "say \"hi\"\n\xc3\xbc"), "{\"text\":\"say \\\"hi\\\"\\n\xc3\xbc\"}");
}

TEST(SlackMessage, EscapesWhatSlackReadsAsMarkup) {
  EXPECT_EQ(made({}, "<!channel> a & b"), R"({"text":"&lt;!channel&gt; a &amp; b"})");
  EXPECT_EQ(made({.markup = Markup::keep}, "<http://h|x> &"), R"({"text":"<http://h|x> &"})");
}

TEST(SlackMessage, FillsATemplateWhoseOwnMarkupStays) {
  EXPECT_EQ(made({.text_template = "<!here> {host}: {@key} {@offset}"}, R"({"host":"a<b"})"),
            R"({"text":"<!here> a&lt;b: k&lt;1&gt; 7"})");
  EXPECT_EQ(made({.text_template = "{host}"}, "no JSON"), "malformed");
  EXPECT_EQ(made({.text_template = "{host}"}, "{}"), "malformed");
}

TEST(SlackMessage, TakesAWholeMessage) {
  const SlackOptions json{.format = Format::json, .username = "bot", .channel = "#a"};
  EXPECT_EQ(made(json, R"({"blocks":[{"type":"divider"}],"channel":"#b"})"),
            R"({"blocks":[{"type":"divider"}],"channel":"#b","username":"bot"})");
  EXPECT_EQ(made(json, "[1]"), "malformed");
  EXPECT_EQ(made(json, "{"), "malformed");
  const std::string deep =
      R"({"text":"x","a":)" + std::string(400'000, '[') + std::string(400'000, ']') + '}';
  EXPECT_EQ(made(json, deep), "malformed");
}

TEST(SlackMessage, RefusesWhatIsNoText) {
  EXPECT_EQ(made({}, ""), "malformed");
  EXPECT_EQ(made({}, "\xff\xfe"), "malformed");
}

TEST(SlackMessage, IsAtMostSoLong) {
  std::string longest;
  for (std::size_t i = 0; i < text_chars_max; ++i) longest += "\xc3\xbc";
  EXPECT_THAT(made({}, longest), HasSubstr(longest));
  EXPECT_EQ(made({}, longest + "x"), "record_too_large");
  const auto shorter = made({.long_text = LongText::cut}, longest + "x");
  EXPECT_THAT(shorter, HasSubstr("\xc3\xbc\u2026\"}"));
  EXPECT_EQ(characters(shorter), text_chars_max + std::string_view(R"({"text":""})").size());
}

TEST(SlackMessage, IsNotCutInAnEntity) {
  EXPECT_EQ(cut("ab&amp;cd", 5), "ab\u2026");
  EXPECT_EQ(cut("ab&amp;cd", 8), "ab&amp;\u2026");
  EXPECT_EQ(cut("ab&amp;cd", 9), "ab&amp;cd");
}

TEST(SlackAnswer, TellsTheRecordFromTheWebhook) {
  const auto code = [](int status, std::string body) {
    const auto error = answer_error({.status = status, .body = std::move(body)}, "POST https://h");
    return error ? std::optional(error->code) : std::nullopt;
  };
  EXPECT_EQ(code(200, "ok"), std::nullopt);
  EXPECT_EQ(code(400, "invalid_blocks"), Errc::outside_rejected);
  EXPECT_EQ(code(403, "action_prohibited"), Errc::permission_denied);
  EXPECT_EQ(code(404, "no_service"), Errc::permission_denied);
  EXPECT_EQ(code(410, "channel_is_archived"), Errc::permission_denied);
  EXPECT_EQ(code(429, ""), Errc::outside_unavailable);
  EXPECT_EQ(code(500, "rollup_error"), Errc::outside_unavailable);
}

}  // namespace
}  // namespace sluice::slack
