// SPDX-License-Identifier: Apache-2.0
#include "wire/recode.hpp"

#include "wire/catalog.hpp"

namespace sluice::wire {
namespace {

using RecordSets = std::vector<ByteView>;

template <typename T>
void collect(const T&, RecordSets&) {}
void collect(const ProduceRequest& request, RecordSets& out) {
  for (const auto& topic : request.topics) {
    for (const auto& partition : topic.partitions) out.push_back(partition.records.bytes);
  }
}
void collect(const FetchResponse& response, RecordSets& out) {
  for (const auto& topic : response.topics) {
    for (const auto& partition : topic.partitions) out.push_back(partition.records.bytes);
  }
}
void collect(const StreamFetchResponse& response, RecordSets& out) {
  out.push_back(response.records.bytes);
}

// One frame on its way: what is left of the input, and what is made of it.
struct Recoding {
  WireReader in;
  Version version;
  Recoded out{};
  WireWriter writer{out.bytes};

  template <typename T>
  void message() {
    T value{};
    get(in, value, version);
    if (!in.ok()) return;
    collect(value, out.record_sets);
    put(writer, value, version);
  }

  // A type buffer; `with_body(label, f)` knows the type of its body.
  template <typename WithBody>
  void type_buffer(WithBody with_body) {
    TypeBuffer buffer;
    get(in, buffer, version);
    if (!in.ok()) return;
    const bool known = with_body(buffer.label, [&]<typename Body>(std::type_identity<Body>) {
      WireReader body_in(buffer.body);
      Body body{};
      get(body_in, body, version);
      if (!body_in.ok()) return in.set_fault(Errc::truncated);
      if (body_in.remaining() != 0) return in.set_fault(Errc::malformed);
      put(writer, pack(buffer.label, body, version), version);
    });
    if (known) return;
    out.opaque = true;
    put(writer, buffer, version);
  }

  Result<Recoded> finish(std::string_view what) {
    if (in.ok() && in.remaining() != 0) in.set_fault(Errc::malformed);
    if (!in.ok()) return tl::unexpected(in.error(what));
    return std::move(out);
  }
};

void sc_request(Recoding& frame, std::uint16_t api_key) {
  const auto api = static_cast<ScApi>(api_key);
  switch (api) {
    case ScApi::api_versions:
      return frame.message<ApiVersionsRequest>();
    case ScApi::create:
    case ScApi::remove:
    case ScApi::list:
    case ScApi::watch:
    case ScApi::update:
      return frame.type_buffer(
          [&](std::string_view label, auto f) { return with_request_body(api, label, f); });
    case ScApi::mirroring:
      break;
  }
  frame.in.set_fault(Errc::unsupported);
}

void sc_response(Recoding& frame, std::uint16_t api_key) {
  const auto api = static_cast<ScApi>(api_key);
  switch (api) {
    case ScApi::api_versions:
      return frame.message<ApiVersionsResponse>();
    case ScApi::create:
    case ScApi::remove:
    case ScApi::update:
      return frame.message<StatusResponse>();
    case ScApi::list:
    case ScApi::watch:
      return frame.type_buffer(
          [&](std::string_view label, auto f) { return with_response_body(api, label, f); });
    case ScApi::mirroring:
      break;
  }
  frame.in.set_fault(Errc::unsupported);
}

// Calls `f(std::type_identity<Request>)` for the data node's request with that key.
template <typename F>
bool with_spu_request(std::uint16_t api_key, F f) {
  if (api_key == ApiVersionsRequest::api_key) {
    f(std::type_identity<ApiVersionsRequest>{});
    return true;
  }
  return SpuRequests::any([&]<typename Request>(std::type_identity<Request> type) {
    if (static_cast<std::uint16_t>(Request::key) != api_key) return false;
    f(type);
    return true;
  });
}

}  // namespace

Result<Recoded> recode_request(Server server, ByteView bytes) {
  Recoding frame{.in = WireReader(bytes), .version = 0};
  RequestHeader header;
  get(frame.in, header, 0);
  if (!frame.in.ok()) return frame.finish("request header");
  put(frame.writer, header, 0);
  frame.version = header.api_version;
  if (server == Server::sc) {
    sc_request(frame, header.api_key);
  } else if (!with_spu_request(header.api_key,
                               [&]<typename R>(std::type_identity<R>) { frame.message<R>(); })) {
    frame.in.set_fault(Errc::unsupported);
  }
  return frame.finish("request with key " + std::to_string(header.api_key));
}

Result<Recoded> recode_response(Server server, std::uint16_t api_key, Version version,
                                ByteView bytes) {
  Recoding frame{.in = WireReader(bytes), .version = version};
  frame.message<ResponseHeader>();
  if (server == Server::sc) {
    sc_response(frame, api_key);
  } else if (!with_spu_request(api_key, [&]<typename R>(std::type_identity<R>) {
               frame.message<typename R::Response>();
             })) {
    frame.in.set_fault(Errc::unsupported);
  }
  return frame.finish("response to key " + std::to_string(api_key));
}

}  // namespace sluice::wire
