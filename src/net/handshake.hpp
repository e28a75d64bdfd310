// SPDX-License-Identifier: Apache-2.0
#pragma once

// The first exchange on a connection: which requests the server knows, in which versions.
// ApiVersions goes alone, with correlation id 1; the multiplexer counts from 1 again after it.
// Format: shared/reference/fluvio-protocol.md §3.3 and §3.4. Pure.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wire/api.hpp"

namespace sluice::net {

// The versions of a request that this client can speak.
struct VersionRange {
  wire::Version min = 0;
  wire::Version max = 0;
};

class Versions {
 public:
  Versions() = default;
  explicit Versions(wire::ApiVersionsResponse response) : response_(std::move(response)) {}

  // The highest version that both speak. `incompatible_server` when there is none.
  [[nodiscard]] Result<wire::Version> choose(std::uint16_t api_key, VersionRange ours) const;
  // As `choose`, but our own highest when the key is not listed or nothing overlaps: data nodes
  // leave keys out of their list and still answer them.
  [[nodiscard]] wire::Version choose_or_ours(std::uint16_t api_key, VersionRange ours) const;
  [[nodiscard]] const std::string& platform_version() const noexcept {
    return response_.platform_version;
  }

 private:
  wire::ApiVersionsResponse response_;
};

class VersionExchange {
 public:
  explicit VersionExchange(std::string client_id) : client_id_(std::move(client_id)) {}

  // The frame to write first.
  [[nodiscard]] Bytes start() const;
  // The first frame that was read.
  [[nodiscard]] Result<Versions> on_frame(ByteView frame) const;

 private:
  std::string client_id_;
};

// `incompatible_server` when a control plane is older than this client can talk to.
[[nodiscard]] Result<> check_platform(std::string_view platform_version);

}  // namespace sluice::net
