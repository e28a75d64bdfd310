// SPDX-License-Identifier: Apache-2.0
#pragma once

// Topics and partitions: what the control plane keeps of them.
// Format: shared/reference/fluvio-protocol.md §5.4 and §5.5.

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

}  // namespace sluice::wire
