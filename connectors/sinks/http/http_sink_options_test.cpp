// SPDX-License-Identifier: Apache-2.0
#include "http_sink_options.hpp"

#include <gtest/gtest.h>

namespace sluice::http_sink {
namespace {

using namespace std::chrono_literals;

ParseOutcome read(HttpSinkOptions& options, std::vector<std::string> words) {
  OptionSet set;
  set.bind(options);
  return parse_options(set, {.words = std::move(words), .section = "http"});
}

TEST(HttpSinkOptions, TakesTheOfficialNames) {
  HttpSinkOptions options;
  const auto outcome = read(
      options, {"--endpoint", "https://h/p", "--method", "PUT", "--headers", "A: b", "--user-agent",
                "me", "--http-request-timeout", "3s", "--http-connect-timeout=2s"});
  ASSERT_TRUE(outcome.ok()) << outcome.report();
  EXPECT_EQ(options.http.request_timeout, 3s);
  EXPECT_EQ(options.http.connect_timeout, 2s);
  EXPECT_EQ(options.headers, (std::vector<Header>{{"A", "b"}}));
}

TEST(HttpSinkOptions, RefusesWhatCannotWork) {
  const std::vector<std::vector<std::string>> rows = {
      {},
      {"--endpoint", "ftp://h/"},
      {"--endpoint", "http://h/", "--method", "GET"},
      {"--endpoint", "http://h/", "--method", "PO ST"},
      {"--endpoint", "http://h/", "--header", "no colon"},
      {"--endpoint", "http://h/", "--body", "xml"},
      {"--endpoint", "http://h/", "--idempotency-header", "a b"},
      {"--endpoint", "http://h/", "--body", "lines", "--key-header", "K"},
      {"--endpoint", "http://h/", "--body", "lines", "--metadata-headers"},
      {"--endpoint", "http://h/", "--accept-status", "99"},
      {"--endpoint", "http://h/", "--accept-status", "404", "--retry-status", "404"},
      {"--endpoint", "http://h/", "--key-file", "k"},
      {"--endpoint", "http://h/", "--http-request-timeout", "0s"},
  };
  for (const auto& words : rows) {
    HttpSinkOptions options;
    EXPECT_FALSE(read(options, words).ok()) << (words.empty() ? "nothing" : words.back());
  }
}

}  // namespace
}  // namespace sluice::http_sink
