// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: a server with SmartModules of tests/data/smartmodule, and streams through them.

#include <fstream>
#include <iterator>

#include "broker/broker_fixture.hpp"
#include "broker/test_consumer.hpp"

namespace sluice::broker::test {

using Invocation = wire::SmartModuleInvocation;

inline Bytes wasm_of(const std::string& path) {
  std::ifstream file(fs::path(SLUICE_TEST_DATA) / "smartmodule" / (path + ".wasm"),
                     std::ios::binary);
  EXPECT_TRUE(file) << path;
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return to_bytes(text);
}
inline Invocation ad_hoc(const std::string& path, std::map<std::string, std::string> params = {}) {
  return {.wasm = wire::AdHocWasm{wasm_of(path)}, .params = std::move(params)};
}
inline Invocation named(const std::string& name, std::map<std::string, std::string> params = {}) {
  return {.wasm = wire::PredefinedWasm{name}, .params = std::move(params)};
}

class SmartModuleTest : public BrokerTest {
 protected:
  // Other modules than those that spin may wait for a processor.
  SmartModuleTest() { options_.limits.smartmodules.call_timeout = std::chrono::seconds(60); }
  // For modules that spin: they are stopped soon.
  void stop_spinning() { options_.limits.smartmodules.call_timeout = std::chrono::seconds(1); }

  wire::StatusResponse load(const std::string& name, const std::string& path) {
    return load_bytes(name, wasm_of(path));
  }
  wire::StatusResponse load_bytes(const std::string& name, Bytes wasm) {
    auto client = sc();
    wire::CreateBody<wire::SmartModuleSpec> body{name, false, {}, {}};
    body.spec.wasm = std::move(wasm);
    return client.sc<wire::StatusResponse>(wire::ScApi::create, "SmartModule", body)
        .value_or(wire::StatusResponse{"no answer", wire::Code::unknown_server_error, {}});
  }
  wire::StatusResponse unload(const std::string& name) {
    auto client = sc();
    return client
        .sc<wire::StatusResponse>(wire::ScApi::remove, "SmartModule",
                                  wire::DeleteBody<std::string>{name})
        .value_or(wire::StatusResponse{"no answer", wire::Code::unknown_server_error, {}});
  }
  // A topic with these values, one batch each call.
  void fill(const std::string& topic, const std::vector<std::string>& values,
            Compression codec = Compression::none) {
    auto client = spu();
    const auto stored = client.produce(topic, batch_of(values, codec));
    ASSERT_TRUE(stored.error_code.ok()) << stored.error_code.text();
  }

  static wire::StreamFetchRequest request_of(const std::string& topic,
                                             std::vector<Invocation> chain, std::int64_t offset = 0,
                                             std::int32_t bytes_max = 1 << 20) {
    wire::StreamFetchRequest request;
    request.topic = topic;
    request.fetch_offset = offset;
    request.max_bytes = bytes_max;
    request.smartmodules = std::move(chain);
    return request;
  }
  static std::int32_t open(TestClient& client, const wire::StreamFetchRequest& request,
                           wire::Version version = wire::data_version) {
    return client.send(static_cast<std::uint16_t>(wire::SpuApi::stream_fetch), version, request);
  }
  static void report(TestClient& client, const wire::StreamFetchResponse& frame) {
    client.send(static_cast<std::uint16_t>(wire::SpuApi::update_offsets), 0,
                wire::UpdateOffsetsRequest{{{frame.next_filter_offset, frame.stream_id}}});
  }

  // As `consume -d` reads: until the batches add up to what there was at the start, or an error.
  struct Read : Seen {
    wire::ErrorCode error;
    int frames = 0;
    std::size_t largest_frame = 0;
    std::int64_t next = 0;
    bool ended = false;
  };
  Read read(const wire::StreamFetchRequest& request) {
    auto client = spu();
    const auto wanted = client.offsets(request.topic).last_stable_offset - request.fetch_offset;
    const auto id = open(client, request);
    Read out;
    while (out.counted < wanted && out.error.ok()) {
      const auto frame = client.take_stream(id);
      if (!frame) return out;
      look_at(frame->records.bytes, out);
      ++out.frames;
      out.largest_frame = std::max(out.largest_frame, frame->records.bytes.size());
      out.error = frame->error_code;
      out.next = frame->next_filter_offset;
      report(client, *frame);
    }
    EXPECT_TRUE(!out.error.ok() || out.counted == wanted) << out.counted << " of " << wanted;
    out.ended = true;
    return out;
  }
  Read read(const std::string& topic, std::vector<Invocation> chain, std::int64_t offset = 0,
            std::int32_t bytes_max = 1 << 20) {
    return read(request_of(topic, std::move(chain), offset, bytes_max));
  }
};

}  // namespace sluice::broker::test
