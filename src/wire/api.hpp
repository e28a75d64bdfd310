// SPDX-License-Identifier: Apache-2.0
#pragma once

// Frames, headers and the handshake: what comes before any message.
// Format: shared/reference/fluvio-protocol.md §1 and §3.

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "wire/codec.hpp"
#include "wire/error_code.hpp"

namespace sluice::wire {

// A frame is an i32 length, which does not count itself, and one request or response. The
// format has no limit; this is ours: the largest batch that a server takes, and some room.
inline constexpr std::size_t frame_length_bytes = 4;
inline constexpr std::size_t frame_bytes_max = 64U * 1024 * 1024;

// Key numbers mean different requests on the control plane (SC) and on a data node (SPU).
enum class ScApi : std::uint16_t {
  api_versions = 18,
  create = 1001,
  remove = 1002,
  list = 1003,
  watch = 1004,
  mirroring = 1005,
  update = 1006,
};
enum class SpuApi : std::uint16_t {
  produce = 0,
  fetch = 1,
  api_versions = 18,
  fetch_offsets = 1002,
  stream_fetch = 1003,
  update_offsets = 1005,
  update_consumer_offset = 1006,
  delete_consumer_offset = 1007,
  fetch_consumer_offsets = 1008,
};

//  0      2         4                8
//  +------+---------+----------------+------------------+------
//  | key  | version | correlation id | i16 + client id  | body
//  +------+---------+----------------+------------------+------
struct RequestHeader {
  std::uint16_t api_key = 0;
  Version api_version = 0;
  std::int32_t correlation_id = 0;
  std::string client_id;

  static constexpr auto fields() {
    return std::tuple{field<&RequestHeader::api_key>("api_key"),
                      field<&RequestHeader::api_version>("api_version"),
                      field<&RequestHeader::correlation_id>("correlation_id"),
                      field<&RequestHeader::client_id>("client_id")};
  }
};

// The response has neither key nor version: remember both for each correlation id.
struct ResponseHeader {
  std::int32_t correlation_id = 0;
  static constexpr auto fields() {
    return std::tuple{field<&ResponseHeader::correlation_id>("correlation_id")};
  }
};

struct ApiVersionRange {
  std::uint16_t api_key = 0;
  Version min = 0;
  Version max = 0;

  static constexpr auto fields() {
    return std::tuple{field<&ApiVersionRange::api_key>("api_key"),
                      field<&ApiVersionRange::min>("min_version"),
                      field<&ApiVersionRange::max>("max_version")};
  }
};

struct ApiVersionsResponse {
  ErrorCode error_code;
  std::vector<ApiVersionRange> api_keys;
  std::string platform_version;

  static constexpr auto fields() {
    return std::tuple{field<&ApiVersionsResponse::error_code>("error_code"),
                      field<&ApiVersionsResponse::api_keys>("api_keys"),
                      field<&ApiVersionsResponse::platform_version>("platform_version")};
  }
};

struct ApiVersionsRequest {
  using Response = ApiVersionsResponse;
  static constexpr std::uint16_t api_key = 18;  // the same on SC and SPU
  static constexpr Version version = 2;

  std::string client_version;  // semver: the SC closes the connection when it is not
  std::string client_os;
  std::string client_arch;

  static constexpr auto fields() {
    return std::tuple{field<&ApiVersionsRequest::client_version>("client_version").since(1),
                      field<&ApiVersionsRequest::client_os>("client_os").since(1),
                      field<&ApiVersionsRequest::client_arch>("client_arch").since(1)};
  }
};

// What a server advertises (reference §3.1, §3.2), and what our client asks for at most.
inline constexpr Version admin_version = 19;
inline constexpr Version data_version = 25;
inline constexpr std::array<ApiVersionRange, 6> sc_versions{{
    {static_cast<std::uint16_t>(ScApi::create), 9, 19},
    {static_cast<std::uint16_t>(ScApi::remove), 1, 19},
    {static_cast<std::uint16_t>(ScApi::list), 15, 19},
    {static_cast<std::uint16_t>(ScApi::watch), 15, 19},
    {static_cast<std::uint16_t>(ScApi::mirroring), 14, 19},
    {static_cast<std::uint16_t>(ScApi::update), 1, 19},
}};
inline constexpr std::array<ApiVersionRange, 5> spu_versions{{
    {static_cast<std::uint16_t>(SpuApi::produce), 0, 25},
    {static_cast<std::uint16_t>(SpuApi::fetch), 0, 25},
    {static_cast<std::uint16_t>(SpuApi::fetch_offsets), 25, 25},
    {static_cast<std::uint16_t>(SpuApi::stream_fetch), 0, 25},
    {static_cast<std::uint16_t>(SpuApi::update_offsets), 0, 0},
}};

// A whole frame, length included: header and body of one request.
template <typename Request>
[[nodiscard]] Bytes encode_request_frame(const RequestHeader& header, const Request& request) {
  Bytes out;
  WireWriter writer(out);
  const auto opened = writer.open_length();
  put(writer, header, 0);
  put(writer, request, header.api_version);
  writer.close_length(opened);
  return out;
}

// A whole frame, length included: the answer to the request with that correlation id.
template <typename Response>
[[nodiscard]] Bytes encode_response_frame(std::int32_t correlation_id, const Response& response,
                                          Version version) {
  Bytes out;
  WireWriter writer(out);
  const auto opened = writer.open_length();
  writer.big_endian(correlation_id);
  put(writer, response, version);
  writer.close_length(opened);
  return out;
}

}  // namespace sluice::wire
