// SPDX-License-Identifier: Apache-2.0
#include "influx_sink.hpp"

#include <gmock/gmock.h>

namespace sluice::influx {
namespace {

using testing::HasSubstr;

std::optional<Error> error_of(int status, std::string body = {}) {
  return answer_error({.status = status, .headers = {}, .body = std::move(body)},
                      "POST http://h/write");
}

std::optional<Errc> code(int status, std::string body = {}) {
  const auto error = error_of(status, std::move(body));
  return error ? std::optional(error->code) : std::nullopt;
}

TEST(WriteAnswer, OnlyNoContentCountsAsWritten) {
  EXPECT_EQ(code(204), std::nullopt);
  EXPECT_EQ(code(200), Errc::invalid_config);
  EXPECT_EQ(code(202), Errc::invalid_config);
  EXPECT_EQ(code(206), Errc::invalid_config);
}

// A --url that leads to any server that takes a POST "delivered" everything.
TEST(WriteAnswer, SaysThatAnotherServerIsNoInflux) {
  const auto error = error_of(200, "<html>welcome</html>");
  ASSERT_TRUE(error);
  EXPECT_THAT(error->context, HasSubstr("POST http://h/write: the answer is 200 OK"));
  EXPECT_THAT(error->context, HasSubstr("--url"));
  EXPECT_EQ(error->server_text, "<html>welcome</html>");
}

// "Some points ingested, some rejected" counted as written: the rejected ones were lost.
TEST(WriteAnswer, SomePointsOfABatchMakeTheKitLookForTheOthers) {
  const auto error = error_of(201, R"({"code":"invalid","message":"partial write"})");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, Errc::outside_rejected);
  EXPECT_THAT(error->server_text, HasSubstr("partial write"));
}

TEST(WriteAnswer, TellsPlacesThatAreNotThereFromRecordsThatAreRefused) {
  EXPECT_EQ(code(400, "field type conflict"), Errc::outside_rejected);
  EXPECT_EQ(code(422), Errc::outside_rejected);
  EXPECT_EQ(code(404, "database not found"), Errc::invalid_config);
  EXPECT_EQ(code(500, "retention policy not found: x"), Errc::invalid_config);
  EXPECT_EQ(code(401), Errc::permission_denied);
  EXPECT_EQ(code(503), Errc::outside_unavailable);
}

}  // namespace
}  // namespace sluice::influx
