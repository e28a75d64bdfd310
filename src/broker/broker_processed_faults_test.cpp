// SPDX-License-Identifier: Apache-2.0
// SmartModules that fail, spin or are not there, and streams that end while one runs.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "broker/smartmodule_fixture.hpp"

namespace sluice::broker {
namespace {

using namespace test;
using testing::ElementsAre;
using testing::HasSubstr;
using wire::Code;

class ProcessedFaults : public SmartModuleTest {
 protected:
  void begin() {
    start();
    make_topic("t");
    fill("t", {"apple", "spin", "banana"});
  }
  wire::ErrorCode error_of(std::vector<Invocation> chain) {
    return read("t", std::move(chain)).error;
  }
};

TEST_F(ProcessedFaults, AMissingModuleIsNamed) {
  begin();
  EXPECT_EQ(error_of({named("nosuch")}),
            wire::ErrorCode(Code::smartmodule_not_found, {std::string("nosuch")}));
  EXPECT_EQ(error_of({named("g/nosuch@1.0.0")}),
            wire::ErrorCode(Code::smartmodule_not_found, {std::string("g/nosuch@1.0.0")}));
}

TEST_F(ProcessedFaults, EachKindOfBadModuleHasItsCode) {
  stop_spinning();
  begin();
  const Invocation not_wasm{.wasm = wire::AdHocWasm{to_bytes("not wasm")}};
  EXPECT_EQ(error_of({not_wasm}).code, Code::smartmodule_invalid);
  EXPECT_EQ(error_of({Invocation{.wasm = wire::AdHocWasm{}}}).code, Code::smartmodule_invalid);
  EXPECT_EQ(error_of({ad_hoc("hostile/no_transform")}).code, Code::smartmodule_invalid_exports);
  EXPECT_EQ(error_of({ad_hoc("hostile/memory_starts_at_4_gib")}).code,
            Code::smartmodule_chain_init_error);
  EXPECT_EQ(error_of({ad_hoc("hostile/loop_init")}).code, Code::smartmodule_chain_init_error);
}

TEST_F(ProcessedFaults, AnInitErrorHasTheTextThatClientsPrint) {
  begin();
  const auto error = error_of({ad_hoc("golden/rs_probe", {{"min", "x"}})});
  EXPECT_EQ(error, wire::ErrorCode(Code::smartmodule_chain_init_error,
                                   {std::string("invalid digit found in string\n\n"
                                                "SmartModule Init Error: \n")}));
}

TEST_F(ProcessedFaults, AModuleOverTheSizeLimitIsNotCompiled) {
  options_.limits.smartmodules.wasm_bytes_max = 10'000;
  begin();
  const auto error = error_of({ad_hoc("golden/rs_filt")});
  EXPECT_EQ(error.code, Code::smartmodule_invalid);
  EXPECT_THAT(error.text(), HasSubstr("10000"));
}

TEST_F(ProcessedFaults, AChainHasALimit) {
  options_.limits.smartmodules.chain_count_max = 2;
  begin();
  const auto one = ad_hoc("golden/rs_filt");
  EXPECT_EQ(error_of({one, one, one}).code, Code::smartmodule_chain_init_error);
}

TEST_F(ProcessedFaults, ARecordThatFailsComesAfterThoseBeforeAndEndsTheStream) {
  start();
  make_topic("t");
  wire::BatchBuilder builder;
  builder.add(std::nullopt, as_bytes("1"), 1'000);
  builder.add(std::nullopt, as_bytes("2"), 1'000);
  builder.add(as_bytes("the key"), as_bytes("bad"), 1'000);
  builder.add(std::nullopt, as_bytes("4"), 1'000);
  fill("t", {"0"});
  auto client = spu();
  ASSERT_TRUE(client.produce("t", *builder.finish(Compression::gzip)).error_code.ok());

  const auto found = read("t", {ad_hoc("golden/rs_probe")});
  EXPECT_EQ(found.records.size(), 3U);
  EXPECT_EQ(found.next, 3);
  const std::optional<std::string> key("the key");
  EXPECT_EQ(found.error,
            wire::ErrorCode(Code::smartmodule_runtime_error,
                            {std::string("invalid digit found in string"), std::int64_t{3},
                             std::int64_t{4}, key, std::string("bad")}));
  // Who comes again meets it again.
  EXPECT_EQ(read("t", {ad_hoc("golden/rs_probe")}, 3).error, found.error);
  EXPECT_TRUE(read("t", {ad_hoc("golden/rs_probe")}, 4).error.ok());
}

TEST_F(ProcessedFaults, AModuleThatSpinsIsStoppedAtTheRecordInQuestion) {
  stop_spinning();
  begin();
  const auto found = read("t", {ad_hoc("golden/rs_filt")});
  EXPECT_THAT(found.records, ElementsAre("0=apple"));
  ASSERT_EQ(found.error.code, Code::smartmodule_runtime_error);
  EXPECT_EQ(std::get<std::int64_t>(found.error.values[1]), 1);
  EXPECT_EQ(std::get<std::string>(found.error.values[4]), "spin");
  EXPECT_THAT(found.error.text(), HasSubstr("did not answer"));
}

TEST_F(ProcessedFaults, AModuleThatSpinsHoldsUpNobodyElse) {
  options_.data_threads = 1;
  begin();
  auto hostile = spu();
  for (int i = 0; i < 4; ++i) open(hostile, request_of("t", {ad_hoc("golden/rs_filt")}, 1));
  make_topic("other");
  for (int i = 0; i < 20; ++i) fill("other", {"a", "x"});
  auto client = spu();
  EXPECT_EQ(consume_all(client, "other").size(), 40U);
  // The hostile connection's own raw stream as well, and another's modules.
  EXPECT_EQ(consume_all(hostile, "other").size(), 40U);
  EXPECT_EQ(read("other", {ad_hoc("golden/rs_filt")}).records.size(), 20U);
  broker_->stop(std::chrono::seconds(1));
}

TEST_F(ProcessedFaults, StreamsWithModulesHaveALimit) {
  options_.limits.processed_streams_max = 2;
  options_.limits.smartmodules.streams_max = 3;
  begin();
  auto first = spu();
  const auto request = request_of("t", {ad_hoc("golden/rs_filt")}, 3);
  open(first, request);
  open(first, request);
  const auto refused = first.take_stream(open(first, request));
  ASSERT_TRUE(refused);
  EXPECT_THAT(refused->error_code.text(), HasSubstr("more than 2 streams"));
  {
    auto second = spu();
    open(second, request);
    const auto full = second.take_stream(open(second, request));
    ASSERT_TRUE(full);
    EXPECT_THAT(full->error_code.text(), HasSubstr("as many streams"));
  }
  // A connection that goes makes room.
  auto third = spu();
  const auto from_start = request_of("t", {ad_hoc("golden/rs_mapk")});
  EXPECT_TRUE(eventually([&] {
    const auto frame = third.take_stream(open(third, from_start));
    return frame && frame->error_code.ok();
  }));
}

TEST_F(ProcessedFaults, AStreamThatEndedMakesRoomOnItsConnection) {
  options_.limits.processed_streams_max = 1;
  begin();
  auto client = spu();
  for (int i = 0; i < 3; ++i) {
    const auto frame = client.take_stream(open(client, request_of("t", {named("nosuch")})));
    ASSERT_TRUE(frame);
    EXPECT_EQ(frame->error_code.code, Code::smartmodule_not_found) << i;
  }
}

TEST_F(ProcessedFaults, ATopicIsDeletedWhileAModuleRuns) {
  begin();
  auto client = spu();
  const auto id = open(client, request_of("t", {ad_hoc("golden/rs_filt")}, 1));
  client.spu(wire::ApiVersionsRequest{"0.50.2", "linux", "x"}, 2);  // it has been taken up
  auto admin = sc();
  ASSERT_TRUE(admin.delete_topic("t").error_code.ok());
  const auto frame = client.take_stream(id);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->error_code.code, Code::topic_deleted);
  expect_serves();
  broker_->stop(std::chrono::seconds(1));
}

TEST_F(ProcessedFaults, AConnectionClosesWhileAModuleRuns) {
  stop_spinning();
  begin();
  for (int i = 0; i < 5; ++i) {
    auto client = spu();
    open(client, request_of("t", {ad_hoc("golden/rs_filt")}, 1));
  }
  expect_serves();
  EXPECT_THAT(read("t", {ad_hoc("golden/rs_mapk")}).records.size(), 3U);
}

TEST_F(ProcessedFaults, AStopDoesNotWaitForAModuleThatSpins) {
  options_.limits.smartmodules.call_timeout = std::chrono::hours(1);
  options_.limits.smartmodules.threads_max = 2;
  begin();
  auto client = spu();
  for (int i = 0; i < 4; ++i) open(client, request_of("t", {ad_hoc("golden/rs_filt")}, 1));
  const auto batch = batch_of({"spin"});
  auto produce = TestClient::produce_request("t", batch);
  produce.smartmodules = {ad_hoc("golden/rs_filt")};
  client.send(0, wire::data_version, produce);
  client.spu(wire::ApiVersionsRequest{"0.50.2", "linux", "x"}, 2);  // they have all been taken up
  broker_->stop(std::chrono::milliseconds(100));
  restart();
  auto again = spu();
  EXPECT_EQ(again.offsets("t").last_stable_offset, 3);
}

}  // namespace
}  // namespace sluice::broker
