// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a cluster consists of: SPUs, groups of SPUs, and mirrors of other clusters.
// Format: shared/reference/fluvio-protocol.md §5.6 and §5.8.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "wire/codec.hpp"

namespace sluice::wire {

enum class EndpointEncryption : std::uint8_t { plaintext, ssl };
template <>
struct enum_table<EndpointEncryption> {
  using E = EndpointEncryption;
  static constexpr std::array rows{std::pair{E::plaintext, std::string_view("PLAINTEXT")},
                                   std::pair{E::ssl, std::string_view("SSL")}};
};
struct IngressAddress {
  std::optional<std::string> hostname;
  std::optional<std::string> ip;
  static constexpr auto fields() {
    return std::tuple{field<&IngressAddress::hostname>("hostname"),
                      field<&IngressAddress::ip>("ip")};
  }
};
struct IngressPort {
  std::uint16_t port = 0;
  std::vector<IngressAddress> ingress;
  EndpointEncryption encryption = EndpointEncryption::plaintext;
  static constexpr auto fields() {
    return std::tuple{field<&IngressPort::port>("port"), field<&IngressPort::ingress>("ingress"),
                      field<&IngressPort::encryption>("encryption")};
  }
};
struct Endpoint {
  std::uint16_t port = 0;
  std::string host;
  EndpointEncryption encryption = EndpointEncryption::plaintext;
  static constexpr auto fields() {
    return std::tuple{field<&Endpoint::port>("port"), field<&Endpoint::host>("host"),
                      field<&Endpoint::encryption>("encryption")};
  }
};
enum class SpuType : std::uint8_t { managed, custom };
template <>
struct enum_table<SpuType> {
  using E = SpuType;
  static constexpr std::array rows{std::pair{E::managed, std::string_view("managed")},
                                   std::pair{E::custom, std::string_view("custom")}};
};
struct SpuSpec {
  static constexpr std::string_view label = "SPU";
  std::int32_t id = 0;
  SpuType type = SpuType::custom;
  IngressPort public_endpoint;
  Endpoint private_endpoint;
  std::optional<std::string> rack;
  std::optional<Endpoint> public_endpoint_local;
  static constexpr auto fields() {
    return std::tuple{field<&SpuSpec::id>("id"),
                      field<&SpuSpec::type>("spu_type"),
                      field<&SpuSpec::public_endpoint>("public_endpoint"),
                      field<&SpuSpec::private_endpoint>("private_endpoint"),
                      field<&SpuSpec::rack>("rack"),
                      field<&SpuSpec::public_endpoint_local>("public_endpoint_local").since(1)};
  }
};
struct CustomSpuSpec {
  static constexpr std::string_view label = "CustomSpu";
  std::int32_t id = 0;
  IngressPort public_endpoint;
  Endpoint private_endpoint;
  std::optional<std::string> rack;
  std::optional<Endpoint> public_endpoint_local;
  static constexpr auto fields() {
    return std::tuple{field<&CustomSpuSpec::id>("id"),
                      field<&CustomSpuSpec::public_endpoint>("public_endpoint"),
                      field<&CustomSpuSpec::private_endpoint>("private_endpoint"),
                      field<&CustomSpuSpec::rack>("rack"),
                      field<&CustomSpuSpec::public_endpoint_local>("public_endpoint_local")};
  }
};
// By name, by id. Its tag is a text: `Name` or `Id`.
using CustomSpuKey = std::variant<std::string, std::int32_t>;
void put(WireWriter& out, const CustomSpuKey& value, Version version);
void get(WireReader& in, CustomSpuKey& value, Version version);

enum class SpuStatus : std::uint8_t { online, offline, init };
template <>
struct enum_table<SpuStatus> {
  using E = SpuStatus;
  static constexpr std::array rows{std::pair{E::online, std::string_view("online")},
                                   std::pair{E::offline, std::string_view("offline")},
                                   std::pair{E::init, std::string_view("init")}};
};

struct SpuGroupReplication {
  std::optional<std::uint16_t> in_sync_replica_min;
  static constexpr auto fields() {
    return std::tuple{field<&SpuGroupReplication::in_sync_replica_min>("in_sync_replica_min")};
  }
};
struct SpuGroupStorage {
  std::optional<std::string> log_dir;
  std::optional<std::string> size;
  static constexpr auto fields() {
    return std::tuple{field<&SpuGroupStorage::log_dir>("log_dir"),
                      field<&SpuGroupStorage::size>("size")};
  }
};
struct EnvironmentVariable {
  std::string name;
  std::string value;
  static constexpr auto fields() {
    return std::tuple{field<&EnvironmentVariable::name>("name"),
                      field<&EnvironmentVariable::value>("value")};
  }
};
struct SpuGroupSpec {
  static constexpr std::string_view label = "SpuGroup";
  std::uint16_t replicas = 0;
  std::int32_t min_id = 0;
  std::optional<std::string> rack;
  std::optional<SpuGroupReplication> replication;
  std::optional<SpuGroupStorage> storage;
  std::vector<EnvironmentVariable> env;
  static constexpr auto fields() {
    using S = SpuGroupSpec;
    return std::tuple{field<&S::replicas>("replicas"), field<&S::min_id>("min_id"),
                      field<&S::rack>("rack"),         field<&S::replication>("replication"),
                      field<&S::storage>("storage"),   field<&S::env>("env")};
  }
};
enum class SpuGroupResolution : std::uint8_t { init, invalid, reserved };
template <>
struct enum_table<SpuGroupResolution> {
  using E = SpuGroupResolution;
  static constexpr std::array rows{std::pair{E::init, std::string_view("init")},
                                   std::pair{E::invalid, std::string_view("invalid")},
                                   std::pair{E::reserved, std::string_view("reserved")}};
};
struct SpuGroupStatus {
  SpuGroupResolution resolution = SpuGroupResolution::init;
  std::optional<std::string> reason;
  static constexpr auto fields() {
    return std::tuple{field<&SpuGroupStatus::resolution>("resolution"),
                      field<&SpuGroupStatus::reason>("reason")};
  }
};

struct RemoteMirror {
  std::string id;
  static constexpr auto fields() { return std::tuple{field<&RemoteMirror::id>("id")}; }
};
struct MirrorTls {
  std::string domain;
  std::string ca_cert;
  std::string client_cert;
  std::string client_key;
  static constexpr auto fields() {
    return std::tuple{field<&MirrorTls::domain>("domain"), field<&MirrorTls::ca_cert>("ca_cert"),
                      field<&MirrorTls::client_cert>("client_cert"),
                      field<&MirrorTls::client_key>("client_key")};
  }
};
struct HomeMirror {
  std::string id;
  std::string remote_id;
  std::string public_endpoint;
  std::optional<MirrorTls> tls;
  static constexpr auto fields() {
    return std::tuple{field<&HomeMirror::id>("id"), field<&HomeMirror::remote_id>("remote_id"),
                      field<&HomeMirror::public_endpoint>("public_endpoint"),
                      field<&HomeMirror::tls>("tls")};
  }
};
struct MirrorSpec {
  static constexpr std::string_view label = "Mirror";
  std::variant<RemoteMirror, HomeMirror> type;
  static constexpr auto fields() { return std::tuple{field<&MirrorSpec::type>("type")}; }
};
enum class MirrorConnection : std::uint8_t { offline, online };
template <>
struct enum_table<MirrorConnection> {
  using E = MirrorConnection;
  static constexpr std::array rows{std::pair{E::offline, std::string_view("offline")},
                                   std::pair{E::online, std::string_view("online")}};
};
template <std::uint8_t Tag>
struct PairState {  // the tag says it all
  static constexpr auto fields() { return std::tuple{}; }
};
// waiting, successful, failed, disabled, unauthorized, or a text in detail
using MirrorPairStatus =
    std::variant<PairState<0>, PairState<1>, PairState<2>, PairState<3>, PairState<4>, std::string>;
struct MirrorStatus {
  MirrorConnection connection = MirrorConnection::offline;
  MirrorPairStatus pair_sc;
  MirrorPairStatus pair_spu;
  std::uint64_t last_seen_ms = 0;
  static constexpr auto fields() {
    return std::tuple{field<&MirrorStatus::connection>("connection"),
                      field<&MirrorStatus::pair_sc>("pair_sc"),
                      field<&MirrorStatus::pair_spu>("pair_spu"),
                      field<&MirrorStatus::last_seen_ms>("last_seen")};
  }
};

}  // namespace sluice::wire
