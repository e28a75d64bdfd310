// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <ctime>
#include <optional>

#include <gtest/gtest.h>

#include "common/aws/aws_credentials.hpp"
#include "common/aws/aws_errors.hpp"
#include "common/http/loopback_server.hpp"

namespace sluice::common {
namespace {

using std::chrono::seconds;

constexpr std::string_view file =
    "# mine\n"
    "[default]\n"
    "aws_access_key_id = AKID1\r\n"
    "aws_secret_access_key=secret/1=\n"
    "region = eu-central-1\n"
    "\n"
    "[ other ]\n"
    "aws_access_key_id = AKID2\n"
    "aws_secret_access_key = secret2\n"
    "aws_session_token = token2\n";

TEST(AwsCredentialsTest, TheFileGivesTheKeysOfTheWantedSection) {
  const auto first = keys_in_file(file, "default", "f");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->access_key_id.reveal(), "AKID1");
  EXPECT_EQ(first->secret_access_key.reveal(), "secret/1=");
  EXPECT_TRUE(first->session_token.empty());
  const auto second = keys_in_file(file, "other", "f");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->session_token.reveal(), "token2");
  EXPECT_FALSE(keys_in_file(file, "third", "f"));
}

TEST(AwsCredentialsTest, ALineThatMakesNoSenseIsNamedByItsPlace) {
  try {
    static_cast<void>(keys_in_file("[default]\nnonsense\n", "default", "/f"));
    FAIL();
  } catch (const Failure& failure) {
    EXPECT_EQ(failure.code(), Errc::invalid_config);
    EXPECT_NE(std::string(failure.what()).find("/f:2:"), std::string::npos);
  }
}

TEST(AwsCredentialsTest, OneKeyOfTwoIsAnError) {
  EXPECT_THROW(static_cast<void>(keys_in_file("[a]\naws_access_key_id=x\n", "a", "f")), Failure);
}

TEST(AwsCredentialsTest, AContainersAnswerHasKeysAndTheirEnd) {
  const auto keys = keys_in_json(
      R"({"AccessKeyId":"A","SecretAccessKey":"S","Token":"T","Expiration":"2026-11-26T21:00:00Z"})");
  EXPECT_EQ(keys.session_token.reveal(), "T");
  ASSERT_TRUE(keys.end);
  EXPECT_EQ(std::chrono::system_clock::to_time_t(*keys.end), 1795726800);
  EXPECT_THROW(static_cast<void>(keys_in_json("<html>")), Failure);
}

TEST(AwsCredentialsTest, KeysThatEndAreFetchedAgainAndOthersAreKept) {
  const std::string old =
      R"({"AccessKeyId":"A1","SecretAccessKey":"S","Token":"T","Expiration":"2020-01-01T00:00:00Z"})";
  const std::string good =
      R"({"AccessKeyId":"A2","SecretAccessKey":"S","Token":"T","Expiration":"2099-01-01T00:00:00Z"})";
  LoopbackServer server({LoopbackServer::answer(200, old), LoopbackServer::answer(200, good)});
  ::setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server.url("/keys").c_str(), 1);
  ::setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "let me", 1);
  ::setenv("HOME", "/nowhere", 1);
  const AwsSettings settings;
  HttpClient http(settings.http, "test");
  AwsCredentials credentials(settings, http);
  EXPECT_EQ(credentials.signing("s3").access_key_id.reveal(), "A1");
  EXPECT_EQ(credentials.signing("s3").access_key_id.reveal(), "A2");
  EXPECT_EQ(credentials.signing("s3").access_key_id.reveal(), "A2");
  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_NE(server.requests().front().find("Authorization: let me"), std::string::npos);
  ::unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  ::unsetenv("AWS_CONTAINER_AUTHORIZATION_TOKEN");
}

// The metadata of a machine, on loopback, and a clock. Keys that it gives end at 21:00.
class AwsMachineTest : public testing::Test {
 protected:
  static constexpr std::time_t nine_in_the_evening = 1795726800;  // 2026-11-26T21:00:00Z

  AwsMachineTest() {
    ::setenv("HOME", "/nowhere", 1);
    ::unsetenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
    ::unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  }
  static std::string keys(const std::string& id, const std::string& end = "2026-11-26T21:00:00Z") {
    return LoopbackServer::answer(200, R"({"AccessKeyId":")" + id +
                                           R"(","SecretAccessKey":"S","Token":"T","Expiration":")" +
                                           end + "\"}");
  }
  void start(std::vector<std::string> answers) {
    server_.emplace(std::move(answers));
    credentials_.emplace(
        settings_, http_,
        AwsSurroundings{.machine = server_->url(""), .now = [this] { return now_; }});
  }
  // The id of the key, or the name of the error.
  std::string key() {
    try {
      return credentials_->signing("s3").access_key_id.reveal();
    } catch (const Failure& failure) {
      return std::string(describe(failure.code()).name);
    }
  }
  std::size_t asked() { return server_->requests().size(); }
  // To so long before (or behind: negative) the end of the keys.
  void set_clock(seconds before_end) {
    now_ = std::chrono::system_clock::from_time_t(nine_in_the_evening) - before_end;
  }

  const std::string token_ = LoopbackServer::answer(200, "token");
  const std::string role_ = LoopbackServer::answer(200, "role\n");
  const AwsSettings settings_;
  HttpClient http_{settings_.http, "test"};
  std::chrono::system_clock::time_point now_;
  std::optional<LoopbackServer> server_;
  std::optional<AwsCredentials> credentials_;
};

TEST_F(AwsMachineTest, GivesTheKeysOfItsRole) {
  start({token_, role_, keys("A1")});
  set_clock(seconds(3600));
  EXPECT_EQ(key(), "A1");
  EXPECT_EQ(key(), "A1");
  const auto requests = server_->requests();
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_TRUE(requests[0].starts_with("PUT /latest/api/token "));
  EXPECT_TRUE(requests[1].starts_with("GET /latest/meta-data/iam/security-credentials/ "));
  EXPECT_TRUE(requests[2].starts_with("GET /latest/meta-data/iam/security-credentials/role "));
  EXPECT_NE(requests[2].find("X-aws-ec2-metadata-token: token"), std::string::npos);
}

// One failed call while the old keys were good for five minutes more ended the sink for good.
TEST_F(AwsMachineTest, KeysAreUsedUntilTheirEndWhileNewOnesCannotBeHad) {
  start({token_, role_, keys("A1"), LoopbackServer::answer(503)});
  set_clock(seconds(3600));
  EXPECT_EQ(key(), "A1");
  set_clock(seconds(240));
  EXPECT_EQ(key(), "A1");
  EXPECT_EQ(asked(), 4U);
  set_clock(seconds(211));
  EXPECT_EQ(key(), "A1");
  EXPECT_EQ(asked(), 4U) << "it may not be asked at each request";
  set_clock(seconds(210));
  EXPECT_EQ(key(), "A1");
  EXPECT_EQ(asked(), 5U);
  set_clock(seconds(0));
  EXPECT_EQ(key(), "outside_unavailable");
  EXPECT_EQ(key(), "outside_unavailable");
  EXPECT_EQ(asked(), 7U);
}

TEST_F(AwsMachineTest, AFetchThatWorksAgainGivesTheNewKeys) {
  start({token_, role_, keys("A1"), LoopbackServer::answer(500), token_, role_,
         keys("A2", "2026-11-27T03:00:00Z")});
  set_clock(seconds(3600));
  EXPECT_EQ(key(), "A1");
  set_clock(seconds(240));
  EXPECT_EQ(key(), "A1");
  set_clock(seconds(200));
  EXPECT_EQ(key(), "A2");
  set_clock(seconds(-3600));
  EXPECT_EQ(key(), "A2");
  EXPECT_EQ(asked(), 7U);
}

// A machine gives the same keys again when it has no newer ones yet.
TEST_F(AwsMachineTest, IsNotAskedAtEachRequestForKeysThatEndSoon) {
  start({token_, role_, keys("A1"), token_, role_, keys("A1")});
  set_clock(seconds(100));
  EXPECT_EQ(key(), "A1");
  EXPECT_EQ(key(), "A1");
  EXPECT_EQ(asked(), 3U);
  set_clock(seconds(70));
  EXPECT_EQ(key(), "A1");
  EXPECT_EQ(key(), "A1");
  EXPECT_EQ(asked(), 6U);
}

TEST_F(AwsMachineTest, ThatGaveKeysOnceIsAwayWhateverItSays) {
  start({token_, role_, keys("A1"), LoopbackServer::answer(500), LoopbackServer::answer(404),
         LoopbackServer::answer(403), LoopbackServer::answer(413), "",
         LoopbackServer::answer(200, "<html>")});
  set_clock(seconds(3600));
  EXPECT_EQ(key(), "A1");
  for (int i = 0; i < 4; ++i) {
    credentials_->forget();
    EXPECT_EQ(key(), "outside_unavailable");
  }
  credentials_->forget();
  EXPECT_EQ(key(), "connection_lost");
  EXPECT_EQ(key(), "outside_unavailable");
}

TEST_F(AwsMachineTest, WithoutKeysAtTheFirstSearchIsAWrongConfiguration) {
  for (const auto& answer : {LoopbackServer::answer(404), std::string()}) {
    start({answer});
    EXPECT_EQ(key(), "invalid_config");
    EXPECT_EQ(key(), "invalid_config");
  }
}

// A 404 of the container would have been the fault of a record.
TEST_F(AwsMachineTest, AContainerThatGaveKeysOnceIsAwayToo) {
  start({keys("A1"), LoopbackServer::answer(404)});
  ::setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", server_->url("/keys").c_str(), 1);
  set_clock(seconds(3600));
  EXPECT_EQ(key(), "A1");
  credentials_->forget();
  EXPECT_EQ(key(), "outside_unavailable");
  ::unsetenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
}

TEST(AwsErrorsTest, TheCodeIsTakenFromJsonAndXml) {
  EXPECT_EQ(aws_error_code(R"({"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"})"),
            "ThrottlingException");
  EXPECT_EQ(aws_error_code("<?xml?><Error><Code>NoSuchBucket</Code></Error>"), "NoSuchBucket");
  EXPECT_EQ(aws_error_code("bad gateway"), "");
}

TEST(AwsErrorsTest, ACodeOfTheTableCountsBeforeTheStatus) {
  const auto error = aws_error(
      {.status = 400, .headers = {}, .body = R"({"__type":"x#ThrottlingException"})"}, "writing");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, Errc::outside_unavailable);
  EXPECT_EQ(error->context, "writing: ThrottlingException");
  EXPECT_EQ(errc_of_aws_code("ResourceInUseException"), Errc::outside_unavailable);
  const auto other = aws_error({.status = 503, .headers = {}, .body = ""}, "writing");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->code, Errc::outside_unavailable);
  EXPECT_FALSE(aws_error({.status = 200, .headers = {}, .body = ""}, "writing"));
}

}  // namespace
}  // namespace sluice::common
