// SPDX-License-Identifier: Apache-2.0
// The sink against a server that answers what the real one does at will only.
#include "dynamodb_sink.hpp"

#include <array>

#include <gtest/gtest.h>

#include "common/http/loopback_server.hpp"
#include "common/testing/fake_sink_context.hpp"

namespace sluice::dynamodb {
namespace {

using common::LoopbackServer;

const std::string not_there = LoopbackServer::answer(
    400, R"({"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"})");
const std::string active = LoopbackServer::answer(
    200, R"({"Table":{"TableStatus":"ACTIVE","KeySchema":[{"AttributeName":"id"}],)"
         R"("AttributeDefinitions":[{"AttributeName":"id","AttributeType":"S"}]}})");

DynamoDbOptions options_for(const LoopbackServer& server) {
  DynamoDbOptions out{.table = "t", .id_attribute = "id", .create_table = true};
  out.aws.endpoint = Url(server.url());
  out.aws.access_key_id = Secret<std::string>("AK");
  out.aws.secret_access_key = Secret<std::string>("SK");
  return out;
}

// `DescribeTable CreateTable`, and so on.
std::string operations(LoopbackServer& server) {
  constexpr std::string_view target = "X-Amz-Target: DynamoDB_20120810.";
  std::string out;
  for (const auto& request : server.requests()) {
    const auto at = request.find(target) + target.size();
    out += (out.empty() ? "" : " ") + request.substr(at, request.find('\r', at) - at);
  }
  return out;
}

// DescribeTable is eventually consistent: the sink ended with an error of the JSON library.
TEST(DynamoDbSinkTest, WaitsForATableThatItMadeAndThatIsNotSeenYet) {
  LoopbackServer server({not_there, LoopbackServer::answer(200, "{}"), not_there,
                         LoopbackServer::answer(200, R"({"Table":{"TableStatus":"CREATING"}})"),
                         not_there, active});
  DynamoDbSink sink(options_for(server));
  common::FakeSinkContext context;

  sink.open(context);

  EXPECT_EQ(context.times_connected, 1);
  EXPECT_EQ(operations(server),
            "DescribeTable CreateTable DescribeTable DescribeTable DescribeTable DescribeTable");
}

TEST(DynamoDbSinkTest, TriesAgainWhenTheAnswerDescribesNoTable) {
  for (const auto* answer : {"{}", R"({"Table":null})", R"({"Table":{"TableStatus":"ACTIVE"}})"}) {
    LoopbackServer server({LoopbackServer::answer(200, answer)});
    DynamoDbSink sink(options_for(server));
    common::FakeSinkContext context;
    try {
      sink.open(context);
      FAIL() << answer;
    } catch (const Failure& failure) {
      EXPECT_EQ(failure.code(), Errc::outside_unavailable) << answer;
    }
    EXPECT_EQ(context.times_connected, 0);
  }
}

// A table that is given by its ARN may be called otherwise in the answer: what was left over
// counted as written.
TEST(DynamoDbSinkTest, SendsAgainWhatIsLeftUnderAnotherName) {
  LoopbackServer server(
      {active,
       LoopbackServer::answer(200, R"({"UnprocessedItems":{"arn:aws:dynamodb:us-east-1:1:table/t":)"
                                   R"([{"PutRequest":{"Item":{"id":{"S":"left"}}}}]}})"),
       LoopbackServer::answer(200, R"({"UnprocessedItems":{}})")});
  DynamoDbSink sink(options_for(server));
  common::FakeSinkContext context;
  sink.open(context);
  const std::array records{SinkRecord{.offset = {0}, .value = "{}"},
                           SinkRecord{.offset = {1}, .value = "{}"}};

  sink.write(records);

  EXPECT_EQ(operations(server), "DescribeTable BatchWriteItem BatchWriteItem");
  EXPECT_TRUE(server.requests().back().ends_with(
      R"({"RequestItems":{"t":[{"PutRequest":{"Item":{"id":{"S":"left"}}}}]}})"))
      << server.requests().back();
}

}  // namespace
}  // namespace sluice::dynamodb
