// SPDX-License-Identifier: Apache-2.0
#include "bulk.hpp"

#include <gmock/gmock.h>

namespace sluice::elastic {
namespace {

using testing::HasSubstr;

SinkRecord record(std::int64_t offset, std::string_view value) {
  SinkRecord out{.partition = {2}, .offset = {offset}, .value = value};
  out.timestamp = std::chrono::milliseconds{1'700'000'000'123};  // 2023-11-14T22:13:20.123Z
  return out;
}

IndexName index(std::string_view text) {
  std::string problem;
  auto parsed = IndexName::parse(text, problem);
  EXPECT_TRUE(parsed) << problem;
  return parsed.value_or(IndexName{});
}

std::string body(const ElasticOptions& options, const SinkRecord& one) {
  const auto made = bulk_body(options, index(options.index), "t", std::span(&one, 1));
  return made.refused.empty() ? made.bytes : std::string(describe(made.refused[0].error.code).name);
}

TEST(BulkBody, NamesEachDocumentAfterItsRecord) {
  EXPECT_EQ(body({.index = "i"}, record(7, "{\"a\":\n1}")),
            "{\"index\":{\"_index\":\"i\",\"_id\":\"t-2-7\"}}\n{\"a\": 1}\n");
  auto second = record(7, "{}");
  second.index = 1;
  EXPECT_THAT(body({.index = "i"}, second), HasSubstr("\"t-2-7-1\""));
}

TEST(BulkBody, TakesKeyFieldOrNoId) {
  auto keyed = record(1, R"({"o":{"id":5}})");
  keyed.key = "k\"1";
  EXPECT_THAT(body({.index = "i", .id = DocumentId::key}, keyed), HasSubstr(R"("_id":"k\"1")"));
  EXPECT_THAT(body({.index = "i", .id = DocumentId::field, .id_field = "o.id"}, keyed),
              HasSubstr(R"("_id":"5")"));
  EXPECT_THAT(body({.index = "i", .id = DocumentId::server}, keyed),
              HasSubstr(R"({"index":{"_index":"i"}})"));
  EXPECT_EQ(body({.index = "i", .id = DocumentId::key}, record(1, "{}")), "malformed");
  EXPECT_EQ(body({.index = "i", .id = DocumentId::field, .id_field = "x"}, keyed), "malformed");
  keyed.key = "\xff";
  EXPECT_EQ(body({.index = "i", .id = DocumentId::key}, keyed), "malformed");
  const std::string long_key(513, 'k');
  keyed.key = long_key;
  EXPECT_EQ(body({.index = "i", .id = DocumentId::key}, keyed), "record_too_large");
}

TEST(BulkBody, WritesEachAction) {
  EXPECT_EQ(body({.index = "i", .action = Action::create}, record(1, "{}")),
            "{\"create\":{\"_index\":\"i\",\"_id\":\"t-2-1\"}}\n{}\n");
  EXPECT_EQ(
      body({.index = "i", .action = Action::update}, record(1, "{}")),
      "{\"update\":{\"_index\":\"i\",\"_id\":\"t-2-1\",\"retry_on_conflict\":3}}\n{\"doc\":{}}\n");
  EXPECT_THAT(body({.index = "i", .action = Action::upsert}, record(1, "{}")),
              HasSubstr("{\"doc\":{},\"doc_as_upsert\":true}\n"));
}

TEST(BulkBody, AddsTheTimeWhereThereIsNone) {
  const ElasticOptions options{.index = "i", .timestamp_field = "@timestamp"};
  EXPECT_THAT(body(options, record(1, R"( {"a":1})")),
              HasSubstr("{\"@timestamp\":\"2023-11-14T22:13:20.123Z\",\"a\":1}\n"));
  EXPECT_THAT(body(options, record(1, "{}")),
              HasSubstr("{\"@timestamp\":\"2023-11-14T22:13:20.123Z\"}\n"));
  EXPECT_THAT(body(options, record(1, R"({"@timestamp":1})")), HasSubstr("{\"@timestamp\":1}\n"));
}

TEST(BulkBody, LeavesOutWhatIsNoDocument) {
  const std::vector records{record(0, "{}"), record(1, "[1]"),   record(2, "no"),
                            record(3, ""),   record(4, "{} {}"), record(5, "{\"a\":\"\xff\"}"),
                            record(6, "{}")};
  const auto made = bulk_body({}, index("i"), "t", records);
  EXPECT_EQ(made.sent, (std::vector<std::size_t>{0, 6}));
  EXPECT_EQ(made.refused.size(), 5U);
  for (const auto& refused : made.refused) EXPECT_EQ(refused.error.code, Errc::malformed);
}

TEST(IndexNames, AreMadeOfTimeAndFields) {
  const auto one = record(0, R"({"app":"a%d"})");
  const common::RecordFields fields(one.value);
  EXPECT_EQ(index("logs-{app}-%Y.%m.%d-100%%").of("t", one, fields).value(),
            "logs-a%d-2023.11.14-100%");
  EXPECT_EQ(index("{@topic}-%G.%V").of("t", one, fields).value(), "t-2023.46");
  auto timeless = one;
  timeless.timestamp = std::chrono::milliseconds{-1};
  EXPECT_FALSE(index("logs-%Y").of("t", timeless, fields).ok());
  EXPECT_TRUE(index("logs").of("t", timeless, fields).ok());
}

TEST(IndexNames, AreRefusedWhenTheyHaveAnUnknownPart) {
  std::string problem;
  for (const auto* text : {"a-%Q", "a%", "{", "{@nothing}"}) {
    EXPECT_FALSE(IndexName::parse(text, problem)) << text;
    EXPECT_FALSE(problem.empty());
  }
}

std::optional<Errc> code(const ElasticOptions& options, int status, std::string_view type = "x") {
  const std::string answer = R"({"errors":true,"items":[{"index":{"status":)" +
                             std::to_string(status) + R"(,"error":{"type":")" + std::string(type) +
                             R"(","reason":"r","caused_by":{"type":"c","reason":"d"}}}}]})";
  const auto problems = bulk_problems(options, answer, 1);
  if (!problems.ok()) return problems.error().code;
  auto copy = problems;
  return copy.value().empty() ? std::nullopt : std::optional(copy.value()[0].error.code);
}

TEST(BulkAnswer, TellsWhatIsWrongWithEachDocument) {
  EXPECT_EQ(code({}, 201), std::nullopt);
  EXPECT_EQ(code({}, 400, "mapper_parsing_exception"), Errc::outside_rejected);
  EXPECT_EQ(code({}, 404, "index_not_found_exception"), Errc::outside_rejected);
  EXPECT_EQ(code({}, 403, "security_exception"), Errc::permission_denied);
  EXPECT_EQ(code({}, 403, "cluster_block_exception"), Errc::outside_unavailable);
  EXPECT_EQ(code({}, 429, "es_rejected_execution_exception"), Errc::outside_unavailable);
  EXPECT_EQ(code({}, 503, "unavailable_shards_exception"), Errc::outside_unavailable);
}

// With --id key or field the 409 was a rejected record, also when the sink itself had written the
// document before a lost answer or a kill: it stopped at each restart.
TEST(BulkAnswer, KnowsADocumentThatIsThereAlready) {
  EXPECT_EQ(code({.action = Action::create}, 409), std::nullopt);
  EXPECT_EQ(code({.action = Action::create, .id = DocumentId::key}, 409), std::nullopt);
  EXPECT_EQ(code({.action = Action::create, .id = DocumentId::field}, 409), std::nullopt);
  EXPECT_EQ(code({.action = Action::create, .id = DocumentId::server}, 409),
            Errc::outside_rejected);
  EXPECT_EQ(code({.action = Action::index, .id = DocumentId::key}, 409), Errc::outside_rejected);
  EXPECT_EQ(code({.action = Action::upsert, .id = DocumentId::key}, 409),
            Errc::outside_unavailable);
}

// The server text of the one document's error. Requires: it is `outside_rejected`.
std::string reason(std::string_view error) {
  const std::string answer =
      R"({"errors":true,"items":[{"index":{"status":400,"error":)" + std::string(error) + "}}]}";
  auto problems = bulk_problems({}, answer, 1);
  if (!problems.ok() || problems.value().size() != 1) return "not one problem";
  EXPECT_EQ(problems.value()[0].error.code, Errc::outside_rejected);
  return problems.value()[0].error.server_text;
}

// A null in place of the reason was an exception of the JSON library: the sink crashed in a loop.
TEST(BulkAnswer, TakesOfAnErrorWhatIsText) {
  EXPECT_EQ(reason(R"({"type":"t","reason":"r","caused_by":{"type":"c","reason":"d"}})"),
            "t: r; c: d");
  EXPECT_EQ(reason(R"({"type":"t","reason":null})"), "t");
  EXPECT_EQ(reason(R"({"type":null,"reason":"r"})"), "r");
  EXPECT_EQ(reason(R"({"type":7,"reason":{"type":"t","reason":["r"]}})"), "");
  EXPECT_EQ(reason(R"({"type":"t","reason":[1],"caused_by":{"type":{},"reason":"d"}})"), "t; d");
  EXPECT_EQ(reason(R"({"type":"t","caused_by":null})"), "t");
  EXPECT_EQ(reason(R"({"type":"t","caused_by":"c"})"), "t");
  EXPECT_EQ(reason(R"({"caused_by":{"caused_by":{"reason":"d"}}})"), "d");
  for (const auto* error : {"null", "\"text\"", "7", "[]", "{}"}) EXPECT_EQ(reason(error), "");
}

TEST(BulkAnswer, IsRefusedWhenADocumentHasNoStatus) {
  for (const auto* status : {"null", "\"201\"", "201.5", "0", "-1", "99", "302", "600",
                             "4294967497", "18446744073709551615", "{}", "[201]", "true"}) {
    const auto answer = R"({"errors":true,"items":[{"index":{"status":)" + std::string(status) +
                        R"(,"error":{"type":"t","reason":"r"}}}]})";
    const auto problems = bulk_problems({}, answer, 1);
    ASSERT_FALSE(problems.ok()) << status;
    EXPECT_EQ(problems.error().code, Errc::outside_unavailable);
  }
  const auto none = bulk_problems({}, R"({"errors":false,"items":[{"index":{}}]})", 1);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, Errc::outside_unavailable);
}

TEST(BulkAnswer, IsRefusedWhenItIsSomethingElse) {
  for (const auto* text : {"", "<html>", "{}", R"({"errors":false})",
                           R"({"errors":false,"items":[]})", R"({"errors":false,"items":[1]})"}) {
    const auto problems = bulk_problems({}, text, 1);
    ASSERT_FALSE(problems.ok()) << text;
    EXPECT_EQ(problems.error().code, Errc::outside_unavailable);
  }
}

TEST(BulkProblems, AreAllForGoodOrBeginTheBatchAnew) {
  const Error bad{Errc::outside_rejected, "bad", {}};
  const Error later{Errc::outside_unavailable, "later", {}};
  EXPECT_NO_THROW(throw_problems({}));
  try {
    throw_problems({{5, bad}, {2, bad}});
    FAIL();
  } catch (const RecordsRefused& refused) {
    ASSERT_EQ(refused.refused().size(), 2U);
    EXPECT_EQ(refused.refused()[0].at, 2U);
  }
  try {
    throw_problems({{5, later}, {2, bad}});
    FAIL();
  } catch (const PartialWrite& partial) {
    EXPECT_EQ(partial.written(), 2U);
    EXPECT_EQ(partial.code(), Errc::outside_rejected);
  }
  try {
    throw_problems({{1, later}, {2, bad}});
    FAIL();
  } catch (const PartialWrite& partial) {
    EXPECT_EQ(partial.written(), 1U);
    EXPECT_EQ(partial.code(), Errc::outside_unavailable);
  }
}

}  // namespace
}  // namespace sluice::elastic
