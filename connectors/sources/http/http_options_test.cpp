// SPDX-License-Identifier: Apache-2.0
#include "http_options.hpp"

#include <gtest/gtest.h>

namespace sluice::http {
namespace {

using namespace std::chrono_literals;

struct Read {
  HttpOptions options;
  ParseOutcome outcome;
};

Read read(std::vector<std::string> words) {
  Read out;
  OptionSet set;
  set.bind(out.options);
  out.outcome = parse_options(set, {.words = std::move(words), .section = "http"});
  return out;
}

TEST(HttpOptions, TakesTheNamesOfAllGenerations) {
  const auto got = read({"--endpoint", "http://h/p", "--interval", "30", "--header", "A: b",
                         "--header=C:d", "--output_format", "full"});
  // Underscores are not for the command line.
  EXPECT_FALSE(got.outcome.ok());

  const auto good = read({"--endpoint", "http://h/p", "--interval", "30", "--header", "A: b",
                          "--headers=C:d", "--output-format", "full", "--output-type", "json"});
  ASSERT_TRUE(good.outcome.ok()) << good.outcome.report();
  EXPECT_EQ(good.options.interval, 30s);
  EXPECT_EQ(good.options.headers, (std::vector<Header>{{"A", "b"}, {"C", "d"}}));
  EXPECT_EQ(good.options.output_parts, OutputParts::full);
}

TEST(HttpOptions, RefusesWhatCannotWork) {
  const std::vector<std::vector<std::string>> rows = {
      {},
      {"--endpoint", "no address"},
      {"--endpoint", "ftp://h/"},
      {"--endpoint", "http://"},
      {"--endpoint", "http://h/", "--method", "GE T"},
      {"--endpoint", "http://h/", "--method", ""},
      {"--endpoint", "http://h/", "--interval", "0"},
      {"--endpoint", "http://h/", "--interval", "-1s"},
      {"--endpoint", "http://h/", "--interval", "soon"},
      {"--endpoint", "http://h/", "--timeout", "0s"},
      {"--endpoint", "http://h/", "--header", "no colon"},
      {"--endpoint", "http://h/", "--output-type", "xml"},
      {"--endpoint", "http://h/", "--output-parts", "head"},
      {"--endpoint", "http://h/", "--error-status", "ignore"},
      {"--endpoint", "http://h/", "--delimiter", ""},
      {"--endpoint", "http://h/", "--max-body-size", "big"},
      {"--endpoint", "http://h/", "--cert-file", "c.pem"},
      {"--endpoint", "ws://h/", "--stream"},
      {"--endpoint", "ws://u:p@h/"},
      {"--endpoint", "ws://h/", "--proxy", "http://p:1"},
      {"--endpoint", "http://h/", "--endpoint", "http://i/"},
      {"--endpoint", "http://h/", "--no-such-option"},
  };
  for (const auto& words : rows) {
    const auto got = read(words);
    EXPECT_FALSE(got.outcome.ok()) << ::testing::PrintToString(words);
    if (!got.outcome.ok()) {
      EXPECT_EQ(describe(got.outcome.failure().code()).exit_code, 2);
    }
  }
}

TEST(HttpOptions, ReadsEscapesInTheDelimiter) {
  EXPECT_EQ(unescaped_delimiter("\\n"), "\n");
  EXPECT_EQ(unescaped_delimiter("\\r\\n|\\\\n"), "\r\n|\\n");
  EXPECT_EQ(unescaped_delimiter("||\\"), "||\\");
}

}  // namespace
}  // namespace sluice::http
