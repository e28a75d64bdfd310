// SPDX-License-Identifier: Apache-2.0
#include "base/log.hpp"

#include <gtest/gtest.h>

namespace sluice::log {
namespace {

TEST(LogFilter, TheLongestPrefixWins) {
  ASSERT_TRUE(configure({.filter = "warn,client=debug,client::producer=off"}));
  EXPECT_FALSE(enabled(Level::info, "broker"));
  EXPECT_TRUE(enabled(Level::debug, "client.consumer"));
  EXPECT_FALSE(enabled(Level::error, "client.producer"));
  EXPECT_FALSE(enabled(Level::debug, "clients"));
}

TEST(LogFilter, NamesTheLevelThatIsWrong) {
  const auto done = configure({.filter = "client=loud"});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::invalid_config);
  EXPECT_NE(done.error().context.find("client=loud"), std::string::npos);
}

}  // namespace
}  // namespace sluice::log
