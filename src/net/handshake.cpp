// SPDX-License-Identifier: Apache-2.0
#include "net/handshake.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"

namespace sluice::net {
namespace {

constexpr std::int32_t handshake_id = 1;
// Ours, not an official client's: a server only wants it to be semver.
constexpr std::string_view client_version = "0.1.0";
constexpr std::array<int, 3> platform_min{0, 9, 0};

std::string range_text(wire::Version min, wire::Version max) {
  return std::to_string(min) + " to " + std::to_string(max);
}

std::optional<std::array<int, 3>> parse_semver(std::string_view text) {
  std::array<int, 3> numbers{};
  const auto core = text.substr(0, text.find_first_of("-+"));
  const auto parts = split(core, '.');
  if (parts.size() != numbers.size()) return std::nullopt;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto* end = parts[i].data() + parts[i].size();
    const auto [at, error] = std::from_chars(parts[i].data(), end, numbers[i]);
    if (error != std::errc{} || at != end) return std::nullopt;
  }
  return numbers;
}

}  // namespace

Result<wire::Version> Versions::choose(std::uint16_t api_key, VersionRange ours) const {
  const auto& keys = response_.api_keys;
  const auto row = std::ranges::find(keys, api_key, &wire::ApiVersionRange::api_key);
  if (row == keys.end()) {
    return fail(Errc::incompatible_server, "the server (platform " + platform_version() +
                                               ") does not offer API key " +
                                               std::to_string(api_key));
  }
  if (row->max < ours.min || row->min > ours.max) {
    return fail(Errc::incompatible_server,
                "the server (platform " + platform_version() + ") speaks versions " +
                    range_text(row->min, row->max) + " of API key " + std::to_string(api_key) +
                    ", this client " + range_text(ours.min, ours.max));
  }
  return std::min(ours.max, row->max);
}

wire::Version Versions::choose_or_ours(std::uint16_t api_key, VersionRange ours) const {
  return choose(api_key, ours).value_or(ours.max);
}

Bytes VersionExchange::start() const {
  const wire::RequestHeader header{.api_key = wire::ApiVersionsRequest::api_key,
                                   .api_version = wire::ApiVersionsRequest::version,
                                   .correlation_id = handshake_id,
                                   .client_id = client_id_};
  const wire::ApiVersionsRequest request{
      .client_version = std::string(client_version), .client_os = "linux", .client_arch = "x86_64"};
  return wire::encode_request_frame(header, request);
}

Result<Versions> VersionExchange::on_frame(ByteView frame) const {
  wire::WireReader in(frame);
  const auto id = in.big_endian<std::int32_t>();
  if (!in.ok() || id != handshake_id) {
    return fail(Errc::protocol, "the server's first frame is not the answer to ApiVersions");
  }
  auto response = wire::decode<wire::ApiVersionsResponse>(
      in.rest(), wire::ApiVersionsRequest::version, "ApiVersions answer");
  if (!response) return tl::unexpected(response.error());
  if (!response->error_code.ok()) {
    return tl::unexpected(wire::to_error(response->error_code, "asking for API versions"));
  }
  return Versions(*std::move(response));
}

Result<> check_platform(std::string_view platform_version) {
  const auto version = parse_semver(platform_version);
  if (!version) {
    return fail(Errc::incompatible_server, "the server's platform version `" +
                                               std::string(platform_version) +
                                               "` is not of the form 1.2.3");
  }
  if (*version < platform_min) {
    return fail(Errc::incompatible_server, "the server's platform version " +
                                               std::string(platform_version) +
                                               " is older than 0.9.0; update the cluster");
  }
  return {};
}

}  // namespace sluice::net
