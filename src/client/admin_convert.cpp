// SPDX-License-Identifier: Apache-2.0
#include "client/admin_convert.hpp"

#include <algorithm>
#include <array>

#include "client/metadata.hpp"

namespace sluice::client {
namespace {

struct CodecRow {
  TopicCodec codec;
  wire::TopicCompression wire;
};
constexpr auto codecs = std::to_array<CodecRow>({
    {TopicCodec::none, wire::TopicCompression::none},
    {TopicCodec::gzip, wire::TopicCompression::gzip},
    {TopicCodec::snappy, wire::TopicCompression::snappy},
    {TopicCodec::lz4, wire::TopicCompression::lz4},
    {TopicCodec::zstd, wire::TopicCompression::zstd},
    {TopicCodec::any, wire::TopicCompression::any},
});

wire::ReplicaSpec to_replicas(const TopicConfig& config) {
  if (config.assignment.empty()) {
    return wire::ComputedReplicas{.partitions = config.partitions,
                                  .replication_factor = config.replication,
                                  .ignore_rack_assignment = config.ignore_rack_assignment};
  }
  wire::AssignedReplicas assigned;
  for (const auto& replicas : config.assignment) {
    auto& map = assigned.maps.emplace_back();
    map.id = static_cast<std::uint32_t>(assigned.maps.size() - 1);
    for (const auto spu : replicas) map.replicas.push_back(spu.value);
  }
  return assigned;
}

void read_replicas(const wire::ReplicaSpec& replicas, TopicConfig& config) {
  if (const auto* computed = std::get_if<wire::ComputedReplicas>(&replicas)) {
    config.partitions = computed->partitions;
    config.replication = computed->replication_factor;
    config.ignore_rack_assignment = computed->ignore_rack_assignment;
    return;
  }
  const auto* assigned = std::get_if<wire::AssignedReplicas>(&replicas);
  if (!assigned) return;
  for (const auto& map : assigned->maps) {
    auto& spus = config.assignment.emplace_back();
    for (const auto spu : map.replicas) spus.push_back({spu});
  }
  config.replication =
      config.assignment.empty() ? 0 : static_cast<std::uint32_t>(config.assignment.front().size());
}

std::string endpoint_text(const wire::IngressPort& port) {
  if (port.ingress.empty()) return ":" + std::to_string(port.port);
  const auto& ingress = port.ingress.front();
  const auto host = ingress.hostname ? *ingress.hostname : ingress.ip.value_or("");
  return net::Endpoint{host, port.port}.text();
}

ReplicaInfo to_replica(const wire::ReplicaStatus& status) {
  return {{status.spu}, {status.high_watermark}, {status.log_end}};
}

}  // namespace

wire::TopicSpec to_spec(const TopicConfig& config) {
  wire::TopicSpec spec;
  spec.replicas = to_replicas(config);
  if (config.retention_time) {
    spec.cleanup_policy = wire::SegmentCleanup{
        .time_in_seconds = static_cast<std::uint32_t>(config.retention_time->count())};
  }
  if (config.segment_bytes || config.partition_bytes_max) {
    spec.storage = wire::TopicStorage{.segment_size = config.segment_bytes,
                                      .max_partition_size = config.partition_bytes_max};
  }
  spec.compression = std::ranges::find(codecs, config.compression, &CodecRow::codec)->wire;
  if (const auto& from = config.deduplication) {
    spec.deduplication = wire::Deduplication{
        .count = from->count, .age = from->age, .uses = from->filter, .with = from->with};
  }
  return spec;
}

TopicInfo to_info(const wire::Metadata<wire::TopicSpec>& object) {
  const auto& spec = object.spec;
  TopicInfo info{.name = object.name,
                 .config = {},
                 .system = spec.system,
                 .status = std::string(wire::name_of(object.status.resolution)),
                 .reason = object.status.reason};
  read_replicas(spec.replicas, info.config);
  info.config.partitions = partition_count_of(spec);
  if (spec.cleanup_policy) {
    const auto& cleanup = std::get<wire::SegmentCleanup>(*spec.cleanup_policy);
    info.config.retention_time = std::chrono::seconds(cleanup.time_in_seconds);
  }
  if (spec.storage) {
    info.config.segment_bytes = spec.storage->segment_size;
    info.config.partition_bytes_max = spec.storage->max_partition_size;
  }
  info.config.compression = std::ranges::find(codecs, spec.compression, &CodecRow::wire)->codec;
  if (const auto& from = spec.deduplication) {
    DeduplicationConfig deduplication{
        .count = from->count, .age = {}, .filter = from->uses, .with = from->with};
    if (from->age) {
      deduplication.age = std::chrono::duration_cast<std::chrono::milliseconds>(*from->age);
    }
    info.config.deduplication = std::move(deduplication);
  }
  return info;
}

PartitionInfo to_info(const wire::Metadata<wire::PartitionSpec>& object) {
  const auto& status = object.status;
  PartitionInfo info{.topic = object.name,
                     .partition = {},
                     .leader = to_replica(status.leader),
                     .followers = {},
                     .status = std::string(wire::name_of(status.resolution)),
                     .size_bytes = {},
                     .log_start = {std::max<std::int64_t>(status.base_offset, 0)}};
  if (auto name = parse_partition_name(object.name)) {
    info.topic = std::move(name->first);
    info.partition = name->second;
  }
  info.leader.spu = {object.spec.leader};
  for (const auto& replica : status.replicas) info.followers.push_back(to_replica(replica));
  if (status.size_bytes >= 0) info.size_bytes = static_cast<std::uint64_t>(status.size_bytes);
  return info;
}

SpuInfo to_info(const wire::Metadata<wire::SpuSpec>& object) {
  const auto& spec = object.spec;
  return {.id = {spec.id},
          .name = object.name,
          .public_endpoint = endpoint_text(spec.public_endpoint),
          .private_endpoint =
              net::Endpoint{spec.private_endpoint.host, spec.private_endpoint.port}.text(),
          .rack = spec.rack.value_or(""),
          .status = std::string(wire::name_of(object.status)),
          .custom = spec.type == wire::SpuType::custom};
}

SmartModuleInfo to_info(const wire::Metadata<wire::SmartModuleSpec>& object) {
  SmartModuleInfo info{.name = object.name,
                       .group = {},
                       .package = {},
                       .version = {},
                       .wasm_bytes = object.spec.wasm_length.value_or(
                           static_cast<std::uint32_t>(object.spec.wasm.size()))};
  if (const auto& meta = object.spec.meta) {
    info.group = meta->package.group;
    info.package = meta->package.name;
    info.version = meta->package.version;
  }
  return info;
}

TableFormatInfo to_info(const wire::Metadata<wire::TableFormatSpec>& object) {
  return {.name = object.name,
          .smartmodule = object.spec.smartmodule.value_or(""),
          .column_count = object.spec.columns ? object.spec.columns->size() : 0};
}

}  // namespace sluice::client
