// SPDX-License-Identifier: Apache-2.0
#include "common/http/http_status.hpp"

#include <gmock/gmock.h>

namespace sluice::common {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(HttpStatus, HasOneMeaningForEach) {
  EXPECT_EQ(errc_of_status(200), std::nullopt);
  EXPECT_EQ(errc_of_status(204), std::nullopt);
  EXPECT_EQ(errc_of_status(302), Errc::invalid_config);
  EXPECT_EQ(errc_of_status(400), Errc::outside_rejected);
  EXPECT_EQ(errc_of_status(401), Errc::permission_denied);
  EXPECT_EQ(errc_of_status(404), Errc::outside_rejected);
  EXPECT_EQ(errc_of_status(408), Errc::outside_unavailable);
  EXPECT_EQ(errc_of_status(413), Errc::record_too_large);
  EXPECT_EQ(errc_of_status(425), Errc::outside_unavailable);
  EXPECT_EQ(errc_of_status(429), Errc::outside_unavailable);
  EXPECT_EQ(errc_of_status(500), Errc::outside_unavailable);
  EXPECT_EQ(errc_of_status(501), Errc::outside_rejected);
  EXPECT_EQ(errc_of_status(505), Errc::outside_rejected);
  EXPECT_EQ(errc_of_status(599), Errc::outside_unavailable);
  EXPECT_EQ(errc_of_status(999), Errc::outside_unavailable);
}

TEST(HttpStatus, LetsTheUserDecideOtherwise) {
  const StatusRules rules{.accept = {409}, .retry = {404}, .reject = {500}};
  EXPECT_EQ(errc_of_status(409, rules), std::nullopt);
  EXPECT_EQ(errc_of_status(404, rules), Errc::outside_unavailable);
  EXPECT_EQ(errc_of_status(500, rules), Errc::outside_rejected);
  EXPECT_EQ(errc_of_status(400, rules), Errc::outside_rejected);
}

TEST(HttpStatus, KeepsTheServersTextApartAndShort) {
  const auto error =
      status_error({.status = 422, .headers = {}, .body = std::string(5000, 'x')}, "POST http://h");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->context, "POST http://h: the answer is 422 Unprocessable Entity");
  EXPECT_EQ(error->server_text.size(), 500U);
}

TEST(RetryAfter, IsSecondsOrADate) {
  const auto now = std::chrono::system_clock::from_time_t(784'111'777);  // 06 Nov 1994 08:49:37
  EXPECT_EQ(parse_retry_after("0", now), milliseconds{0});
  EXPECT_EQ(parse_retry_after("30", now), seconds{30});
  EXPECT_EQ(parse_retry_after("1.5", now), seconds{1});
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:47 GMT", now), seconds{10});
  EXPECT_EQ(parse_retry_after("Sunday, 06-Nov-94 08:49:47 GMT", now), seconds{10});
  EXPECT_EQ(parse_retry_after("Sun Nov  6 08:49:47 1994", now), seconds{10});
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), milliseconds{0});
}

TEST(RetryAfter, IsAtMostAnHourAndNothingForNonsense) {
  const auto now = std::chrono::system_clock::from_time_t(784'111'777);
  EXPECT_EQ(parse_retry_after("86400", now), seconds{3600});
  EXPECT_EQ(parse_retry_after("99999999999999", now), seconds{3600});
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 2094 08:49:47 GMT", now), seconds{3600});
  EXPECT_EQ(parse_retry_after("", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("soon", now), std::nullopt);
  EXPECT_EQ(parse_retry_after("-5", now), std::nullopt);
}

}  // namespace
}  // namespace sluice::common
