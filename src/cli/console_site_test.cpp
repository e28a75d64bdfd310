// SPDX-License-Identifier: Apache-2.0
#include "cli/console_site.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/failure.hpp"

namespace sluice::cli {
namespace {

using connector::HttpReply;
using connector::HttpRequest;
using testing::HasSubstr;
using Json = nlohmann::ordered_json;

constexpr std::array files{
    web::WebFile{.path = "index.html", .content_type = "text/html", .bytes = "<p>"},
    web::WebFile{.path = "vendor/a.js", .content_type = "text/javascript", .bytes = "1"}};

struct ConsoleSiteTest : testing::Test {
  std::vector<LocalConnector> connectors;
  std::vector<std::pair<std::string, bool>> changes;
  int looks = 0;
  ConsoleSite::Time now{};
  ConsoleSite site{"secret",
                   {"127.0.0.1:9", "localhost:9"},
                   files,
                   {.list =
                        [this] {
                          ++looks;
                          now += std::chrono::seconds(1);  // one of them does not answer
                          return connectors;
                        },
                    .set_paused =
                        [this](const std::string& name, bool paused) {
                          if (name == "gone") throw HintedFailure(Errc::usage, "no connector", "");
                          changes.emplace_back(name, paused);
                          return Json{{"name", name}, {"paused", paused}};
                        },
                    .now = [this] { return now; }}};

  HttpReply ask(std::string_view method, std::string_view path,
                std::string_view authorization = "Bearer secret",
                std::string_view host = "127.0.0.1:9") {
    return site.reply(
        {.method = method, .path = path, .host = host, .authorization = authorization});
  }
};

TEST_F(ConsoleSiteTest, ServesThePageWithoutTheToken) {
  const auto page = ask("GET", "/", "");
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(page.content_type, "text/html");
  EXPECT_EQ(page.body, "<p>");
  EXPECT_EQ(ask("GET", "/vendor/a.js", "").body, "1");
  EXPECT_EQ(ask("GET", "/../etc/passwd", "").status, 404U);
  EXPECT_EQ(ask("POST", "/", "").status, 405U);
}

TEST_F(ConsoleSiteTest, EveryCallNeedsTheToken) {
  for (const auto* wrong :
       {"", "secret", "Bearer ", "Bearer secre", "Bearer secrets", "bearer x"}) {
    EXPECT_EQ(ask("GET", "/api/connectors", wrong).status, 401U) << wrong;
    EXPECT_EQ(ask("POST", "/api/connectors/a/pause", wrong).status, 401U) << wrong;
  }
  EXPECT_TRUE(changes.empty());
}

TEST_F(ConsoleSiteTest, AnotherHostNameIsRefused) {
  EXPECT_EQ(ask("GET", "/", "", "evil.example:9").status, 403U);
  EXPECT_EQ(ask("GET", "/api/connectors", "Bearer secret", "127.0.0.1:8").status, 403U);
  EXPECT_EQ(ask("GET", "/api/connectors", "Bearer secret", "").status, 403U);
  EXPECT_EQ(ask("GET", "/api/connectors", "Bearer secret", "LOCALHOST:9").status, 200U);
}

TEST_F(ConsoleSiteTest, ListsWhatTheConnectorsSay) {
  connectors.push_back({.name = "a", .socket = "/a", .status = {{"name", "a"}}, .problem = {}});
  connectors.push_back({.name = "b",
                        .socket = "/b",
                        .status = nullptr,
                        .problem = Error{Errc::timed_out, "no answer in time", {}}});
  const auto answer = Json::parse(ask("GET", "/api/connectors").body);
  EXPECT_EQ(answer["connectors"][0], (Json{{"name", "a"}}));
  EXPECT_EQ(answer["connectors"][1]["reasons"][0], "no answer in time");
  EXPECT_EQ(answer["connectors"][1]["records"]["read"], 0);
  EXPECT_TRUE(answer["time"].is_string());
}

// Each page made its own look at a silent connector, one after the other: four tabs were more than
// the patience of any.
TEST_F(ConsoleSiteTest, OneLookIsForAllWhoAskedMeanwhile) {
  const auto first = ask("GET", "/api/connectors").body;
  EXPECT_EQ(ask("GET", "/api/connectors").body, first);
  EXPECT_EQ(looks, 1);
  EXPECT_EQ(ask("POST", "/api/connectors/a/pause").status, 200U);
  (void)ask("GET", "/api/connectors");
  EXPECT_EQ(looks, 2) << "a change is seen at once";
  now += std::chrono::seconds(1);
  (void)ask("GET", "/api/connectors");
  EXPECT_EQ(looks, 3) << "a page that asks again sees what is new";
}

TEST_F(ConsoleSiteTest, PausesAndResumes) {
  EXPECT_EQ(ask("POST", "/api/connectors/a%2Fb%20c/pause").status, 200U);
  EXPECT_EQ(ask("POST", "/api/connectors/a/resume").status, 200U);
  EXPECT_THAT(changes,
              testing::ElementsAre(testing::Pair("a/b c", true), testing::Pair("a", false)));
  EXPECT_EQ(ask("GET", "/api/connectors/a/pause").status, 405U);
  EXPECT_EQ(ask("POST", "/api/connectors").status, 405U);
  EXPECT_EQ(ask("POST", "/api/connectors/a/stop").status, 404U);
  EXPECT_EQ(ask("POST", "/api/connectors/gone/pause").status, 404U);
}

TEST_F(ConsoleSiteTest, LetsThePageLoadNothingFromElsewhere) {
  const auto page = ask("GET", "/", "");
  bool has_policy = false;
  for (const auto& [name, value] : page.headers) {
    has_policy = has_policy ||
                 (name == "Content-Security-Policy" && value.starts_with("default-src 'none';"));
    EXPECT_FALSE(name.starts_with("Access-Control"));
  }
  EXPECT_TRUE(has_policy);
}

TEST(ConsoleToken, IsLongAndNeverTheSame) {
  EXPECT_EQ(make_token().size(), 64U);
  EXPECT_NE(make_token(), make_token());
}

}  // namespace
}  // namespace sluice::cli
