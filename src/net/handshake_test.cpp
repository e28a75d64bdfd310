// SPDX-License-Identifier: Apache-2.0
#include "net/handshake.hpp"

#include <gtest/gtest.h>

#include "net/backoff.hpp"
#include "net/endpoint.hpp"

namespace sluice::net {
namespace {

Bytes answer(std::int32_t id = 1) {
  const wire::ApiVersionsResponse response{
      .error_code = {}, .api_keys = {{1001, 9, 19}, {1002, 25, 25}}, .platform_version = "0.18.2"};
  auto frame = wire::encode_response_frame(id, response, 2);
  frame.erase(frame.begin(), frame.begin() + 4);
  return frame;
}

}  // namespace

TEST(VersionExchange, AsksAloneWithCorrelationIdOne) {
  const auto frame = VersionExchange("me").start();
  wire::WireReader in(ByteView(frame).subspan(4));
  wire::RequestHeader header;
  wire::get(in, header, 0);
  EXPECT_EQ(header.api_key, 18);
  EXPECT_EQ(header.correlation_id, 1);
  EXPECT_EQ(header.client_id, "me");
}

TEST(VersionExchange, EveryTruncationAndWrongIdIsAnError) {
  const auto good = answer();
  ASSERT_TRUE(VersionExchange("").on_frame(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(VersionExchange("").on_frame(ByteView(good).first(size))) << size;
  }
  EXPECT_EQ(VersionExchange("").on_frame(answer(2)).error().code, Errc::protocol);
}

TEST(Versions, TheHighestThatBothSpeakIsChosen) {
  const auto versions = *VersionExchange("").on_frame(answer());
  EXPECT_EQ(versions.choose(1001, {11, 19}), 19);
  EXPECT_EQ(versions.choose(1001, {11, 15}), 15);
  EXPECT_EQ(versions.choose(1001, {20, 21}).error().code, Errc::incompatible_server);
  EXPECT_EQ(versions.choose(1, {0, 1}).error().code, Errc::incompatible_server);
  EXPECT_EQ(versions.choose_or_ours(1002, {20, 24}), 24);  // no overlap
  EXPECT_EQ(versions.choose_or_ours(1008, {24, 25}), 25);  // not listed
}

TEST(Versions, OldAndStrangePlatformsAreRefused) {
  for (const auto* good : {"0.9.0", "0.18.2-dev-1", "1.0.0", "10.20.30+build"}) {
    EXPECT_TRUE(check_platform(good)) << good;
  }
  for (const auto* bad : {"0.8.99", "0.0.0", "", "1.2", "a.b.c", "1.2.3.4"}) {
    EXPECT_FALSE(check_platform(bad)) << bad;
  }
}

TEST(Backoff, DoublesUpToItsLimitAndStaysInItsHalf) {
  Backoff backoff({std::chrono::milliseconds(20), std::chrono::milliseconds(100)}, 42);
  for (const auto bound : {20, 40, 80, 100, 100}) {
    const auto pause = backoff.next().count();
    EXPECT_GE(pause, bound / 2);
    EXPECT_LE(pause, bound);
  }
  backoff.reset();
  EXPECT_LE(backoff.next().count(), 20);
}

TEST(Endpoint, IsReadAndWritten) {
  for (const auto* text : {"localhost:9003", "127.0.0.1:1", "[::1]:65535"}) {
    const auto endpoint = parse_endpoint(text);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_EQ(endpoint->text(), text);
  }
  EXPECT_EQ(parse_endpoint("[::1]:80")->host, "::1");
  for (const auto* text : {"", "host", "host:", ":9003", "host:0", "host:65536", "host:9a",
                           "::1:80", "[]:1", "[::1:1"}) {
    EXPECT_FALSE(parse_endpoint(text)) << text;
  }
}

}  // namespace sluice::net
