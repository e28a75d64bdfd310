// SPDX-License-Identifier: Apache-2.0
#include "common/http/http_client.hpp"

#include <algorithm>
#include <array>
#include <map>

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include "common/http/http_status.hpp"
#include "common/http/loopback_server.hpp"

namespace sluice::common {
namespace {

using testing::HasSubstr;
using testing::Not;

HttpResponse ok(HttpClient& client, const HttpRequest& request) {
  auto response = client.perform(request);
  if (!response.ok()) ADD_FAILURE() << response.error().message();
  return response.ok() ? std::move(response).value() : HttpResponse{};
}

std::map<std::string, std::string> headers_of(const std::string& request) {
  std::map<std::string, std::string> out;
  const std::string head = request.substr(0, request.find("\r\n\r\n"));
  for (std::size_t at = head.find("\r\n"); at != std::string::npos;) {
    const auto end = head.find("\r\n", at + 2);
    const std::string line = head.substr(at + 2, end == std::string::npos ? end : end - at - 2);
    const auto colon = line.find(':');
    std::string name = line.substr(0, colon);
    std::ranges::transform(name, name.begin(), [](char c) { return std::tolower(c); });
    out[name] = line.substr(std::min(line.size(), colon + 2));
    at = end;
  }
  return out;
}

TEST(HttpClient, SendsMethodHeadersAndBodyAndReadsTheAnswer) {
  LoopbackServer server({LoopbackServer::answer(201, "made", "X-Id: 7\r\n")});
  HttpClient client({}, "sluice/test 1");
  const auto response = ok(client, {.method = "PUT",
                                    .url = server.url("/a?b=c"),
                                    .headers = {{"X-One", "1"}, {"X-Empty", ""}},
                                    .body = "hello"});
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "made");
  EXPECT_EQ(response.header("x-id"), "7");
  const auto request = server.requests().at(0);
  EXPECT_THAT(request, testing::StartsWith("PUT /a?b=c HTTP/1.1\r\n"));
  EXPECT_THAT(request, testing::EndsWith("\r\n\r\nhello"));
  const auto headers = headers_of(request);
  EXPECT_EQ(headers.at("x-one"), "1");
  EXPECT_EQ(headers.at("x-empty"), "");
  EXPECT_EQ(headers.at("user-agent"), "sluice/test 1");
  EXPECT_FALSE(headers.contains("content-type"));
  EXPECT_FALSE(headers.contains("expect"));
}

TEST(HttpClient, KeepsTheConnection) {
  LoopbackServer server({LoopbackServer::answer(200, "x")});
  HttpClient client({}, "t");
  for (int i = 0; i < 3; ++i) ok(client, {.url = server.url(), .body = "1"});
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(HttpClient, ForgetsTheLastRequestsSettings) {
  LoopbackServer server({LoopbackServer::answer(200)});
  HttpClient client({}, "t");
  ok(client, {.method = "PUT", .url = server.url(), .headers = {{"X-A", "1"}}, .body = "body"});
  ok(client, {.method = "GET", .url = server.url()});
  const auto request = server.requests().at(1);
  EXPECT_THAT(request, testing::StartsWith("GET / "));
  EXPECT_FALSE(headers_of(request).contains("x-a"));
  EXPECT_THAT(request, testing::EndsWith("\r\n\r\n"));
}

TEST(HttpClient, DoesNotFollowARedirectUnlessAsked) {
  LoopbackServer server({LoopbackServer::answer(302, "", "Location: /b\r\n"),
                         LoopbackServer::answer(302, "", "Location: /b\r\n"),
                         LoopbackServer::answer(200, "there")});
  HttpClient client({}, "t");
  EXPECT_EQ(ok(client, {.url = server.url(), .body = "1"}).status, 302);
  const auto response = ok(client, {.url = server.url(), .body = "1", .follow_redirects = true});
  EXPECT_EQ(response.body, "there");
  EXPECT_THAT(server.requests().at(2), testing::StartsWith("POST /b "));
}

TEST(HttpClient, LimitsTheAnswer) {
  LoopbackServer server(
      {LoopbackServer::answer(200, std::string(5000, 'x')),
       LoopbackServer::answer(500, std::string(5000, 'x') + "\r\nConnection: close")});
  HttpClient client({}, "t");
  const auto good = client.perform({.url = server.url(), .answer_bytes_max = 100});
  ASSERT_FALSE(good.ok());
  EXPECT_EQ(good.error().code, Errc::too_large);
  const auto bad = ok(client, {.url = server.url(), .answer_bytes_max = 100});
  EXPECT_EQ(bad.status, 500);
  EXPECT_EQ(bad.body.size(), 100U);
}

TEST(HttpClient, CutsAGoodAnswerThatMayBeCut) {
  LoopbackServer server({LoopbackServer::answer(200, std::string(5000, 'x'))});
  HttpClient client({}, "t");
  const auto good = ok(client, {.url = server.url(), .answer_bytes_max = 100, .may_be_cut = true});
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.body.size(), 100U);
}

TEST(HttpClient, SaysHowItFailedAndNeverTheAddressPath) {
  std::string url;
  {
    LoopbackServer server(
        {"", "HTTP/1.1 200 X\r\nContent-Length: 9\r\nConnection: close\r\n\r\nhalf"});
    url = server.url("/secret");
    HttpClient client({}, "t");
    for (int i = 0; i < 2; ++i) {
      const auto response = client.perform({.url = url, .body = "1"});
      ASSERT_FALSE(response.ok());
      EXPECT_EQ(response.error().code, Errc::connection_lost);
      EXPECT_TRUE(response.error().retryable());
      EXPECT_THAT(response.error().message(), Not(HasSubstr("secret")));
    }
  }
  HttpClient client({}, "t");
  const auto refused = client.perform({.url = url, .body = "1"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::connection_refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("POST http://127.0.0.1:"));
}

TEST(HttpClient, GivesUpAtItsTimeoutAndWhenAsked) {
  LoopbackServer server({"silence"});
  HttpSettings settings;
  settings.request_timeout = std::chrono::milliseconds{50};
  HttpClient impatient(settings, "t");
  const auto late = impatient.perform({.url = server.url()});
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, Errc::timed_out);
  HttpClient client({}, "t");
  const auto cancelled = client.perform({.url = server.url()}, [] { return true; });
  ASSERT_FALSE(cancelled.ok());
  EXPECT_EQ(cancelled.error().code, Errc::cancelled);
}

TEST(HttpClient, WritesUserAndPasswordAsBase64) {
  EXPECT_EQ(basic_auth("Aladdin", "open sesame").value, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  EXPECT_EQ(basic_auth("a", "b").value, "Basic YTpi");
}

// --- AWS ---------------------------------------------------------------------------------

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    std::array<char, 3> two{};
    std::snprintf(two.data(), two.size(), "%02x", static_cast<unsigned char>(c));
    out += two.data();
  }
  return out;
}
std::string sha256(const std::string& text) {
  std::array<unsigned char, 32> out{};
  ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
  return {reinterpret_cast<const char*>(out.data()), out.size()};
}
std::string hmac(const std::string& key, const std::string& text) {
  std::array<unsigned char, 32> out{};
  unsigned size = 0;
  ::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data(), &size);
  return {reinterpret_cast<const char*>(out.data()), size};
}
std::string part(const std::string& text, const std::string& from, const std::string& to) {
  const auto at = text.find(from) + from.size();
  return text.substr(at, text.find(to, at) - at);
}

// The signature that the request should have, worked out from what came over the wire.
std::string signature_of(const std::string& request, const std::string& secret,
                         const std::string& scope) {
  const auto headers = headers_of(request);
  const std::string target = part(request, " ", " ");
  const auto question = target.find('?');
  const std::string signed_names = part(headers.at("authorization"), "SignedHeaders=", ",");
  std::string canonical = request.substr(0, request.find(' ')) + '\n' + target.substr(0, question) +
                          '\n' +
                          (question == std::string::npos ? "" : target.substr(question + 1)) + '\n';
  for (std::size_t at = 0; at < signed_names.size();) {
    const auto end = std::min(signed_names.find(';', at), signed_names.size());
    const std::string name = signed_names.substr(at, end - at);
    const auto found = headers.find(name);
    canonical += name + ':' + (found == headers.end() ? "MISSING" : found->second) + '\n';
    at = end + 1;
  }
  const std::string body = request.substr(request.find("\r\n\r\n") + 4);
  canonical += '\n' + signed_names + '\n' + hex(sha256(body));
  const std::string to_sign = "AWS4-HMAC-SHA256\n" + headers.at("x-amz-date") + '\n' + scope +
                              '\n' + hex(sha256(canonical));
  std::string key = "AWS4" + secret;
  for (std::size_t at = 0; at < scope.size();) {
    const auto end = std::min(scope.find('/', at), scope.size());
    key = hmac(key, scope.substr(at, end - at));
    at = end + 1;
  }
  return hex(hmac(key, to_sign));
}

void expect_signed(const std::string& request, const std::string& service) {
  const auto headers = headers_of(request);
  ASSERT_TRUE(headers.contains("authorization")) << request;
  const auto& authorization = headers.at("authorization");
  const std::string scope = part(authorization, "Credential=AKID/", ",");
  EXPECT_THAT(scope, HasSubstr("/eu-west-1/" + service + "/aws4_request"));
  EXPECT_EQ(part(authorization + '\n', "Signature=", "\n"), signature_of(request, "secret", scope))
      << request;
}

AwsSigning aws(std::string service, std::string token = {}) {
  return {.region = "eu-west-1",
          .service = std::move(service),
          .access_key_id = Secret<std::string>("AKID"),
          .secret_access_key = Secret<std::string>("secret"),
          .session_token = Secret<std::string>(std::move(token))};
}

TEST(HttpClientAws, SignsADynamoDbRequest) {
  LoopbackServer server({LoopbackServer::answer(200, "{}")});
  HttpClient client({}, "t");
  ok(client, {.url = server.url(),
              .headers = {{"X-Amz-Target", "DynamoDB_20120810.BatchWriteItem"},
                          {"Content-Type", "application/x-amz-json-1.0"}},
              .body = R"({"a":1})",
              .aws = aws("dynamodb")});
  expect_signed(server.requests().at(0), "dynamodb");
}

TEST(HttpClientAws, SignsASessionTokenToo) {
  LoopbackServer server({LoopbackServer::answer(200, "{}")});
  HttpClient client({}, "t");
  ok(client, {.url = server.url(),
              .headers = {{"Content-Type", "application/x-amz-json-1.0"}},
              .body = "{}",
              .aws = aws("dynamodb", "token")});
  const auto request = server.requests().at(0);
  EXPECT_EQ(headers_of(request).at("x-amz-security-token"), "token");
  EXPECT_THAT(headers_of(request).at("authorization"), HasSubstr("x-amz-security-token"));
  expect_signed(request, "dynamodb");
}

TEST(HttpClientAws, SignsAnS3PutWithAnEncodedPathAndASortedQuery) {
  LoopbackServer server({LoopbackServer::answer(200)});
  HttpClient client({}, "t");
  for (const std::string method : {"PUT", "POST", "DELETE"}) {
    ok(client, {.method = method,
                .url = server.url("/bucket/a%20b/%C3%BC.json?partNumber=1&uploads="),
                .headers = {{"Content-Type", "application/json"}, {"x-amz-meta-b", "1"}},
                .body = method == "DELETE" ? "" : "content",
                .aws = aws("s3")});
  }
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 3U);
  for (const auto& request : requests) {
    expect_signed(request, "s3");
    EXPECT_TRUE(headers_of(request).contains("x-amz-content-sha256"));
  }
}

TEST(HttpClientAws, SendsDotsInAPathAsTheyWereSigned) {
  LoopbackServer server({LoopbackServer::answer(200)});
  HttpClient client({}, "t");
  ok(client, {.method = "PUT",
              .url = server.url("/bucket/a/../../other//b"),
              .headers = {{"Content-Type", "text/plain"}},
              .body = "x",
              .aws = aws("s3")});
  EXPECT_THAT(server.requests().at(0), testing::StartsWith("PUT /bucket/a/../../other//b "));
  expect_signed(server.requests().at(0), "s3");
}

TEST(HttpClientAws, SignsABodyOfSeveralMegabytes) {
  LoopbackServer server({LoopbackServer::answer(200)});
  HttpClient client({}, "t");
  const std::string body(3'000'000, 'b');
  ok(client, {.method = "PUT",
              .url = server.url("/bucket/large"),
              .headers = {{"Content-Type", "application/octet-stream"}},
              .body = body,
              .aws = aws("s3")});
  expect_signed(server.requests().at(0), "s3");
}

}  // namespace
}  // namespace sluice::common
