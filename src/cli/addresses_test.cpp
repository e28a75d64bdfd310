// SPDX-License-Identifier: Apache-2.0
#include "cli/addresses.hpp"

#include <gtest/gtest.h>

namespace sluice::cli {
namespace {

TEST(ListenAddress, MayHavePortZero) {
  EXPECT_EQ(parse_listen_address("127.0.0.1:0")->endpoint, (net::Endpoint{"127.0.0.1", 0}));
  EXPECT_EQ(parse_listen_address("[::1]:0")->endpoint, (net::Endpoint{"::1", 0}));
  EXPECT_EQ(parse_listen_address("localhost:9000")->endpoint, (net::Endpoint{"localhost", 9000}));
}

TEST(ListenAddress, RefusesWhatIsNoAddress) {
  for (const char* text : {"", "localhost", ":0", ":9003", "localhost:", "localhost:x",
                           "localhost:65536", "localhost:00", "::1:9003"}) {
    EXPECT_FALSE(parse_listen_address(text)) << text;
  }
}

TEST(ListenAddress, AWildcardIsReachedOverLoopback) {
  EXPECT_EQ(reachable({"0.0.0.0", 9003}), "127.0.0.1:9003");
  EXPECT_EQ(reachable({"::", 9003}), "[::1]:9003");
  EXPECT_EQ(reachable({"10.0.0.1", 9003}), "10.0.0.1:9003");
}

}  // namespace
}  // namespace sluice::cli
