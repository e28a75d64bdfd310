// SPDX-License-Identifier: Apache-2.0
#include "connector/pages.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connector/fakes.hpp"

namespace sluice::connector {
namespace {

using testing::HasSubstr;

struct PagesTest : testing::Test {
  fakes::ManualClock clock;
  Stats stats{clock};
  Tap tap;
  Pages pages{{.connector = "c", .name = "n"}, stats, clock, tap, [this](bool paused) {
                stats.paused(paused);
              }};

  void SetUp() override { stats.phase(Phase::running); }
  HttpReply control(std::string_view method, std::string_view path, std::string_view query = {}) {
    return pages.control_reply({.method = method, .path = path, .query = query});
  }
};

TEST_F(PagesTest, TheOpenPagesOnlyLook) {
  EXPECT_EQ(pages.reply({.method = "GET", .path = "/status"}).status, 200U);
  EXPECT_EQ(pages.reply({.method = "POST", .path = "/pause"}).status, 405U);
  EXPECT_EQ(pages.reply({.method = "GET", .path = "/tap"}).status, 404U);
  EXPECT_EQ(pages.reply({.method = "GET", .path = "/pause"}).status, 404U);
  EXPECT_FALSE(stats.snapshot().paused);
}

TEST_F(PagesTest, PauseAndResumeAnswerWithTheStatus) {
  EXPECT_THAT(control("POST", "/pause").body, HasSubstr("\"state\":\"paused\""));
  EXPECT_EQ(control("GET", "/livez").status, 200U) << "a paused connector must not be restarted";
  EXPECT_EQ(control("GET", "/readyz").status, 503U);
  EXPECT_THAT(control("POST", "/resume").body, HasSubstr("\"state\":\"running\""));
  EXPECT_EQ(control("GET", "/pause").status, 405U);
}

TEST_F(PagesTest, ADrainingConnectorIsNotPaused) {
  stats.phase(Phase::draining);
  EXPECT_EQ(control("POST", "/pause").status, 409U);
  EXPECT_FALSE(stats.snapshot().paused);
}

TEST_F(PagesTest, TheTapTakesACount) {
  const auto reply = control("GET", "/tap", "count=1");
  ASSERT_NE(reply.lines, nullptr);
  tap.pass({.partition = {}, .value = "v"});
  EXPECT_TRUE(reply.lines->take().last);
  for (const auto* wrong : {"count=", "count=x", "count=-1", "x=1", "count=1x"}) {
    EXPECT_EQ(control("GET", "/tap", wrong).status, 400U) << wrong;
  }
}

TEST_F(PagesTest, TooManyListenersAreTurnedAway) {
  std::vector<HttpReply> replies;
  for (std::size_t i = 0; i < Tap::listeners_max; ++i) replies.push_back(control("GET", "/tap"));
  EXPECT_EQ(control("GET", "/tap").status, 503U);
}

}  // namespace
}  // namespace sluice::connector
