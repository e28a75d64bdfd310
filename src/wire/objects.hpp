// SPDX-License-Identifier: Apache-2.0
#pragma once

// The objects that the control plane keeps: topics, partitions, SPUs, SmartModules, table
// formats, SPU groups, mirrors. A spec says what is wanted, a status what is.
// Format: shared/reference/fluvio-protocol.md §5.4 to §5.8.

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "wire/codec.hpp"

namespace sluice::wire {

// ---- topic and partition -----------------------------------------------------------------

struct HomePartition {
  std::string remote_cluster;
  std::string remote_replica;
  bool source = false;
  static constexpr auto fields() {
    return std::tuple{field<&HomePartition::remote_cluster>("remote_cluster"),
                      field<&HomePartition::remote_replica>("remote_replica"),
                      field<&HomePartition::source>("source").since(18)};
  }
};
struct RemotePartition {
  std::string home_cluster;
  std::string home_spu_key;
  std::int32_t home_spu_id = 0;
  std::string home_spu_endpoint;
  bool target = false;
  static constexpr auto fields() {
    return std::tuple{field<&RemotePartition::home_cluster>("home_cluster"),
                      field<&RemotePartition::home_spu_key>("home_spu_key"),
                      field<&RemotePartition::home_spu_id>("home_spu_id"),
                      field<&RemotePartition::home_spu_endpoint>("home_spu_endpoint"),
                      field<&RemotePartition::target>("target").since(18)};
  }
};
using PartitionMirrorConfig = std::variant<RemotePartition, HomePartition>;

struct PartitionAssignment {
  std::uint32_t id = 0;
  std::vector<std::int32_t> replicas;  // the first is the leader
  std::optional<PartitionMirrorConfig> mirror;
  static constexpr auto fields() {
    return std::tuple{field<&PartitionAssignment::id>("id"),
                      field<&PartitionAssignment::replicas>("replicas"),
                      field<&PartitionAssignment::mirror>("mirror").since(14)};
  }
};
struct AssignedReplicas {
  std::vector<PartitionAssignment> maps;
  static constexpr auto fields() { return std::tuple{field<&AssignedReplicas::maps>("maps")}; }
};
struct ComputedReplicas {
  std::uint32_t partitions = 1;
  std::uint32_t replication_factor = 1;
  bool ignore_rack_assignment = false;
  static constexpr auto fields() {
    return std::tuple{field<&ComputedReplicas::partitions>("partitions"),
                      field<&ComputedReplicas::replication_factor>("replication_factor"),
                      field<&ComputedReplicas::ignore_rack_assignment>("ignore_rack_assignment")};
  }
};
struct MirrorSpu {
  std::int32_t id = 0;
  std::string key;
  std::string endpoint;
  static constexpr auto fields() {
    return std::tuple{field<&MirrorSpu::id>("id"), field<&MirrorSpu::key>("key"),
                      field<&MirrorSpu::endpoint>("endpoint")};
  }
};
struct RemoteMirrorReplicas {
  std::string home_cluster;
  std::vector<MirrorSpu> home_spus;
  bool target = false;
  static constexpr auto fields() {
    return std::tuple{field<&RemoteMirrorReplicas::home_cluster>("home_cluster"),
                      field<&RemoteMirrorReplicas::home_spus>("home_spus"),
                      field<&RemoteMirrorReplicas::target>("target").since(18)};
  }
};
struct HomeMirrorReplicas {
  std::vector<HomePartition> partitions;
  bool source = false;
  static constexpr auto fields() {
    return std::tuple{field<&HomeMirrorReplicas::partitions>("partitions"),
                      field<&HomeMirrorReplicas::source>("source").since(18)};
  }
};
using MirrorReplicas = std::variant<RemoteMirrorReplicas, HomeMirrorReplicas>;
using ReplicaSpec = std::variant<AssignedReplicas, ComputedReplicas, MirrorReplicas>;

struct SegmentCleanup {
  std::uint32_t time_in_seconds = 0;
  static constexpr auto fields() {
    return std::tuple{field<&SegmentCleanup::time_in_seconds>("time_in_seconds")};
  }
};
using CleanupPolicy = std::variant<SegmentCleanup>;

struct TopicStorage {
  std::optional<std::uint32_t> segment_size;
  std::optional<std::uint64_t> max_partition_size;
  static constexpr auto fields() {
    return std::tuple{field<&TopicStorage::segment_size>("segment_size"),
                      field<&TopicStorage::max_partition_size>("max_partition_size")};
  }
};

// Not the numbers of a batch's codec: `any` is 4 and zstd 5 here.
enum class TopicCompression : std::uint8_t { none, gzip, snappy, lz4, any, zstd };
template <>
struct enum_table<TopicCompression> {
  using E = TopicCompression;
  static constexpr std::array rows{std::pair{E::none, std::string_view("none")},
                                   std::pair{E::gzip, std::string_view("gzip")},
                                   std::pair{E::snappy, std::string_view("snappy")},
                                   std::pair{E::lz4, std::string_view("lz4")},
                                   std::pair{E::any, std::string_view("any")},
                                   std::pair{E::zstd, std::string_view("zstd")}};
};

struct Deduplication {
  std::uint64_t count = 0;
  std::optional<std::chrono::nanoseconds> age;
  std::string uses;
  std::map<std::string, std::string> with;
  static constexpr auto fields() {
    return std::tuple{field<&Deduplication::count>("count"), field<&Deduplication::age>("age"),
                      field<&Deduplication::uses>("uses"), field<&Deduplication::with>("with")};
  }
};

struct TopicSpec {
  static constexpr std::string_view label = "Topic";
  ReplicaSpec replicas = ComputedReplicas{};
  std::optional<CleanupPolicy> cleanup_policy;
  std::optional<TopicStorage> storage;
  TopicCompression compression = TopicCompression::any;
  std::optional<Deduplication> deduplication;
  bool system = false;
  static constexpr auto fields() {
    return std::tuple{field<&TopicSpec::replicas>("replicas"),
                      field<&TopicSpec::cleanup_policy>("cleanup_policy").since(3),
                      field<&TopicSpec::storage>("storage").since(4),
                      field<&TopicSpec::compression>("compression_type").since(6),
                      field<&TopicSpec::deduplication>("deduplication").since(12),
                      field<&TopicSpec::system>("system").since(13)};
  }
};

enum class TopicResolution : std::uint8_t {
  init,
  pending,
  insufficient_resources,
  invalid_config,
  provisioned,
  deleting
};
template <>
struct enum_table<TopicResolution> {
  using E = TopicResolution;
  static constexpr std::array rows{
      std::pair{E::init, std::string_view("initializing")},
      std::pair{E::pending, std::string_view("pending")},
      std::pair{E::insufficient_resources, std::string_view("no-resource-for-replica-map")},
      std::pair{E::invalid_config, std::string_view("invalid")},
      std::pair{E::provisioned, std::string_view("provisioned")},
      std::pair{E::deleting, std::string_view("deleting")}};
};

struct TopicStatus {
  TopicResolution resolution = TopicResolution::init;
  std::map<std::uint32_t, std::vector<std::int32_t>> replica_map;
  std::map<std::uint32_t, PartitionMirrorConfig> mirror_map;
  std::string reason;
  static constexpr auto fields() {
    return std::tuple{field<&TopicStatus::resolution>("resolution"),
                      field<&TopicStatus::replica_map>("replica_map"),
                      field<&TopicStatus::mirror_map>("mirror_map").since(14),
                      field<&TopicStatus::reason>("reason")};
  }
};

struct PartitionSpec {
  static constexpr std::string_view label = "Partition";
  std::int32_t leader = 0;
  std::vector<std::int32_t> replicas;
  std::optional<CleanupPolicy> cleanup_policy;
  std::optional<TopicStorage> storage;
  TopicCompression compression = TopicCompression::any;
  std::optional<Deduplication> deduplication;
  bool system = false;
  std::optional<PartitionMirrorConfig> mirror;
  static constexpr auto fields() {
    return std::tuple{field<&PartitionSpec::leader>("leader"),
                      field<&PartitionSpec::replicas>("replicas"),
                      field<&PartitionSpec::cleanup_policy>("cleanup_policy").since(4),
                      field<&PartitionSpec::storage>("storage").since(4),
                      field<&PartitionSpec::compression>("compression_type").since(6),
                      field<&PartitionSpec::deduplication>("deduplication").since(12),
                      field<&PartitionSpec::system>("system").since(13),
                      field<&PartitionSpec::mirror>("mirror").since(14)};
  }
};

enum class PartitionResolution : std::uint8_t {
  offline,
  online,
  leader_offline,
  election_leader_found,
  out_of_storage
};
template <>
struct enum_table<PartitionResolution> {
  using E = PartitionResolution;
  static constexpr std::array rows{
      std::pair{E::offline, std::string_view("offline")},
      std::pair{E::online, std::string_view("online")},
      std::pair{E::leader_offline, std::string_view("leader-offline")},
      std::pair{E::election_leader_found, std::string_view("election-leader-found")},
      std::pair{E::out_of_storage, std::string_view("out-of-storage")}};
};

struct ReplicaStatus {
  std::int32_t spu = -1;
  std::int64_t high_watermark = -1;
  std::int64_t log_end = -1;
  static constexpr auto fields() {
    return std::tuple{field<&ReplicaStatus::spu>("spu"),
                      field<&ReplicaStatus::high_watermark>("hw"),
                      field<&ReplicaStatus::log_end>("leo")};
  }
};

struct PartitionStatus {
  PartitionResolution resolution = PartitionResolution::offline;
  ReplicaStatus leader;
  std::uint32_t lsr = 0;
  std::vector<ReplicaStatus> replicas;
  std::int64_t size_bytes = -2;  // -1 error, -2 not supported
  bool is_being_deleted = false;
  std::int64_t base_offset = -1;
  static constexpr auto fields() {
    return std::tuple{field<&PartitionStatus::resolution>("resolution"),
                      field<&PartitionStatus::leader>("leader"),
                      field<&PartitionStatus::lsr>("lsr"),
                      field<&PartitionStatus::replicas>("replicas"),
                      field<&PartitionStatus::size_bytes>("size").since(5),
                      field<&PartitionStatus::is_being_deleted>("is_being_deleted"),
                      field<&PartitionStatus::base_offset>("base_offset").since(16)};
  }
};

// ---- SPU ---------------------------------------------------------------------------------

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

// ---- SmartModule -------------------------------------------------------------------------

enum class Visibility : std::uint8_t { private_, public_ };
template <>
struct enum_table<Visibility> {
  using E = Visibility;
  static constexpr std::array rows{std::pair{E::private_, std::string_view("private")},
                                   std::pair{E::public_, std::string_view("public")}};
};
struct SmartModulePackage {
  std::string name;
  std::string group;
  std::string version;
  std::string api_version;
  std::optional<std::string> description;
  std::optional<std::string> license;
  Visibility visibility = Visibility::private_;
  std::optional<std::string> repository;
  static constexpr auto fields() {
    return std::tuple{field<&SmartModulePackage::name>("name"),
                      field<&SmartModulePackage::group>("group"),
                      field<&SmartModulePackage::version>("version"),
                      field<&SmartModulePackage::api_version>("api_version"),
                      field<&SmartModulePackage::description>("description"),
                      field<&SmartModulePackage::license>("license"),
                      field<&SmartModulePackage::visibility>("visibility").since(19),
                      field<&SmartModulePackage::repository>("repository")};
  }
};
struct SmartModuleParam {
  std::optional<std::string> description;
  bool optional = false;
  static constexpr auto fields() {
    return std::tuple{field<&SmartModuleParam::description>("description"),
                      field<&SmartModuleParam::optional>("optional")};
  }
};
struct SmartModuleMetadata {
  SmartModulePackage package;
  std::map<std::string, SmartModuleParam> params;
  static constexpr auto fields() {
    return std::tuple{field<&SmartModuleMetadata::package>("package"),
                      field<&SmartModuleMetadata::params>("params")};
  }
};
enum class WasmFormat : std::uint8_t { binary, text };
template <>
struct enum_table<WasmFormat> {
  using E = WasmFormat;
  static constexpr std::array rows{std::pair{E::binary, std::string_view("binary")},
                                   std::pair{E::text, std::string_view("text")}};
};
struct SmartModuleSpec {
  static constexpr std::string_view label = "SmartModule";
  std::optional<SmartModuleMetadata> meta;
  std::optional<std::uint32_t> wasm_length;  // only from an SC in summary mode
  WasmFormat format = WasmFormat::binary;
  Bytes wasm;  // gzip of the module; one official client uploads it raw
  static constexpr auto fields() {
    return std::tuple{field<&SmartModuleSpec::meta>("meta"),
                      field<&SmartModuleSpec::wasm_length>("summary.wasm_length"),
                      field<&SmartModuleSpec::format>("wasm.format"),
                      field<&SmartModuleSpec::wasm>("wasm.payload")};
  }
};
struct NoStatus {
  static constexpr auto fields() { return std::tuple{}; }
};

// ---- table format, SPU group, mirror -----------------------------------------------------

enum class TableInput : std::uint8_t { json };
template <>
struct enum_table<TableInput> {
  static constexpr std::array rows{std::pair{TableInput::json, std::string_view("JSON")}};
};
enum class TableAlignment : std::uint8_t { left, right, center };
template <>
struct enum_table<TableAlignment> {
  using E = TableAlignment;
  static constexpr std::array rows{std::pair{E::left, std::string_view("Left")},
                                   std::pair{E::right, std::string_view("Right")},
                                   std::pair{E::center, std::string_view("Center")}};
};
enum class TableColor : std::uint8_t { blue, yellow, green };
template <>
struct enum_table<TableColor> {
  using E = TableColor;
  static constexpr std::array rows{std::pair{E::blue, std::string_view("Blue")},
                                   std::pair{E::yellow, std::string_view("Yellow")},
                                   std::pair{E::green, std::string_view("Green")}};
};
struct TableColumn {
  std::optional<std::string> header_label;
  std::optional<std::string> width;
  std::optional<TableAlignment> alignment;
  std::string key_path;
  std::optional<std::string> format;
  std::optional<bool> display;
  std::optional<bool> primary_key;
  std::optional<TableColor> header_bg_color;
  std::optional<TableColor> header_text_color;
  static constexpr auto fields() {
    using C = TableColumn;
    return std::tuple{field<&C::header_label>("header_label"),
                      field<&C::width>("width"),
                      field<&C::alignment>("alignment"),
                      field<&C::key_path>("key_path"),
                      field<&C::format>("format"),
                      field<&C::display>("display"),
                      field<&C::primary_key>("primary_key"),
                      field<&C::header_bg_color>("header_bg_color"),
                      field<&C::header_text_color>("header_text_color")};
  }
};
struct TableFormatSpec {
  static constexpr std::string_view label = "TableFormat";
  std::string name;
  std::optional<TableInput> input_format;
  std::optional<std::vector<TableColumn>> columns;
  std::optional<std::string> smartmodule;
  static constexpr auto fields() {
    using T = TableFormatSpec;
    return std::tuple{field<&T::name>("name"), field<&T::input_format>("input_format"),
                      field<&T::columns>("columns"), field<&T::smartmodule>("smartmodule")};
  }
};
enum class TableFormatResolution : std::uint8_t { init, invalid, running, pending, failed };
template <>
struct enum_table<TableFormatResolution> {
  using E = TableFormatResolution;
  static constexpr std::array rows{std::pair{E::init, std::string_view("init")},
                                   std::pair{E::invalid, std::string_view("invalid")},
                                   std::pair{E::running, std::string_view("running")},
                                   std::pair{E::pending, std::string_view("pending")},
                                   std::pair{E::failed, std::string_view("failed")}};
};
struct TableFormatStatus {
  TableFormatResolution resolution = TableFormatResolution::init;
  std::optional<std::string> reason;
  static constexpr auto fields() {
    return std::tuple{field<&TableFormatStatus::resolution>("resolution"),
                      field<&TableFormatStatus::reason>("reason")};
  }
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

// The status that belongs to a spec.
template <typename Spec>
struct status_of;
template <>
struct status_of<TopicSpec> {
  using type = TopicStatus;
};
template <>
struct status_of<PartitionSpec> {
  using type = PartitionStatus;
};
template <>
struct status_of<SpuSpec> {
  using type = SpuStatus;
};
template <>
struct status_of<CustomSpuSpec> {
  using type = SpuStatus;
};
template <>
struct status_of<SmartModuleSpec> {
  using type = NoStatus;
};
template <>
struct status_of<TableFormatSpec> {
  using type = TableFormatStatus;
};
template <>
struct status_of<SpuGroupSpec> {
  using type = SpuGroupStatus;
};
template <>
struct status_of<MirrorSpec> {
  using type = MirrorStatus;
};

}  // namespace sluice::wire
