// SPDX-License-Identifier: Apache-2.0
#include "request_parts.hpp"

#include <gmock/gmock.h>

namespace sluice::http_sink {
namespace {

SinkRecord record(std::int64_t offset, std::string_view value) {
  return {.partition = {0}, .offset = {offset}, .value = value};
}

TEST(BatchBody, MakesAJsonArray) {
  const std::vector records{record(0, R"({"a":1})"), record(1, " [2]\n"), record(2, R"("x\ny")")};
  const auto body = batch_body(Body::json_array, records);
  EXPECT_EQ(body.bytes, R"([{"a":1},[2],"x\ny"])");
  EXPECT_EQ(body.records, 3U);
  EXPECT_FALSE(body.problem);
}

TEST(BatchBody, MakesOneLineOfEachValue) {
  const std::vector records{record(0, "{\n  \"a\": 1\r\n}"), record(1, "2")};
  EXPECT_EQ(batch_body(Body::ndjson, records).bytes, "{   \"a\": 1  }\n2\n");
  const std::vector texts{record(0, "not JSON"), record(1, "")};
  EXPECT_EQ(batch_body(Body::lines, texts).bytes, "not JSON\n\n");
}

TEST(BatchBody, EndsBeforeARecordThatItCannotTake) {
  const std::vector records{record(7, "1"), record(8, "{broken"), record(9, "3")};
  for (const auto& [format, text] : {std::pair{Body::json_array, "[1]"}, {Body::ndjson, "1\n"}}) {
    const auto body = batch_body(format, records);
    EXPECT_EQ(body.bytes, text);
    EXPECT_EQ(body.records, 1U);
    ASSERT_TRUE(body.problem);
    EXPECT_EQ(body.problem->code, Errc::malformed);
  }
  const std::vector lines{record(0, "a\nb")};
  EXPECT_TRUE(batch_body(Body::lines, lines).problem);
}

TEST(RequestHeaders, NameTheRecordTheSameWayEachTime) {
  std::vector records{record(41, "x"), record(42, "y")};
  EXPECT_EQ(idempotency_key("orders", std::span(records).first(1)), "orders/0/41");
  EXPECT_EQ(idempotency_key("orders", records), "orders/0/41..orders/0/42:2");
  records[1].index = 3;
  EXPECT_EQ(idempotency_key("orders", std::span(records).last(1)), "orders/0/42/3");
}

TEST(RequestHeaders, HaveTheContentTypeOfTheBodyUnlessTheUserSaysAnother) {
  const std::vector records{record(0, "x")};
  HttpSinkOptions options;
  options.idempotency_header.clear();
  EXPECT_EQ(request_headers(options, "t", records),
            (std::vector<Header>{{"Content-Type", "text/html"}}));
  options.body = Body::ndjson;
  EXPECT_EQ(request_headers(options, "t", records),
            (std::vector<Header>{{"Content-Type", "application/x-ndjson"}}));
  options.headers = {{"content-TYPE", "text/csv"}};
  EXPECT_EQ(request_headers(options, "t", records), options.headers);
}

TEST(RequestHeaders, CarryKeyAndPlaceWhenWanted) {
  auto one = record(5, "x");
  one.key = "a b%\n\xc3\xbc";
  one.timestamp = std::chrono::milliseconds{12};
  HttpSinkOptions options;
  options.key_header = "X-Key";
  options.metadata_headers = true;
  const auto headers = request_headers(options, "t", std::span(&one, 1));
  EXPECT_THAT(headers, testing::IsSupersetOf(std::vector<Header>{{"Idempotency-Key", "t/0/5"},
                                                                 {"X-Key", "a%20b%25%0A%C3%BC"},
                                                                 {"X-Fluvio-Topic", "t"},
                                                                 {"X-Fluvio-Partition", "0"},
                                                                 {"X-Fluvio-Offset", "5"},
                                                                 {"X-Fluvio-Timestamp", "12"}}));
}

}  // namespace
}  // namespace sluice::http_sink
