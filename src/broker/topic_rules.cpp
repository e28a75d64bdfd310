// SPDX-License-Identifier: Apache-2.0
#include "broker/topic_rules.hpp"

#include <algorithm>

namespace sluice::broker {
namespace {

constexpr std::uint32_t retention_seconds_min = 10;
constexpr std::uint32_t segment_bytes_min = 1024;
constexpr std::uint64_t partition_bytes_min = 2048;
constexpr std::uint32_t segment_bytes_default = 1'073'741'824;

Refusal bad_config(std::string message) {
  return {wire::Code::topic_invalid_configuration, std::move(message)};
}

std::optional<Refusal> refuse_storage(const wire::TopicSpec& spec) {
  if (spec.cleanup_policy) {
    const auto seconds = std::get<wire::SegmentCleanup>(*spec.cleanup_policy).time_in_seconds;
    if (seconds < retention_seconds_min) {
      return bad_config("retention_secs " + std::to_string(seconds) + " is less than minimum " +
                        std::to_string(retention_seconds_min));
    }
  }
  if (!spec.storage) return std::nullopt;
  const auto segment = spec.storage->segment_size.value_or(segment_bytes_default);
  if (segment < segment_bytes_min) {
    return bad_config("segment_size " + std::to_string(segment) + " is less than minimum " +
                      std::to_string(segment_bytes_min));
  }
  if (const auto size = spec.storage->max_partition_size) {
    if (*size < partition_bytes_min) {
      return bad_config("max_partition_size " + std::to_string(*size) + " is less than minimum " +
                        std::to_string(partition_bytes_min));
    }
    if (*size < segment) {
      return bad_config("max_partition_size " + std::to_string(*size) +
                        " is less than segment size " + std::to_string(segment));
    }
  }
  return std::nullopt;
}

Refusal replica_error(std::string message) {
  return {wire::Code::topic_error, std::move(message)};
}

std::optional<Refusal> refuse_computed(const wire::ComputedReplicas& replicas) {
  if (replicas.partitions == 0) return replica_error("partitions must be greater than 0");
  if (replicas.replication_factor == 1) return std::nullopt;
  return replica_error("replication factor " + std::to_string(replicas.replication_factor) +
                       ": this server is one SPU and keeps exactly one copy");
}

std::optional<Refusal> refuse_assigned(const wire::AssignedReplicas& assigned) {
  if (assigned.maps.empty()) return replica_error("no partition is assigned");
  std::uint32_t expected = 0;
  for (const auto& map : assigned.maps) {
    if (map.id != expected++) {
      return replica_error("partitions must be numbered from 0 without a gap");
    }
    if (map.mirror) return replica_error("mirror partitions are not supported by this server");
    if (map.replicas != std::vector{own_spu_id}) {
      return replica_error("partition " + std::to_string(map.id) +
                           " must have the one replica 5001, the only SPU of this server");
    }
  }
  return std::nullopt;
}

std::optional<Refusal> refuse_replicas(const wire::TopicSpec& spec) {
  if (const auto* computed = std::get_if<wire::ComputedReplicas>(&spec.replicas)) {
    return refuse_computed(*computed);
  }
  if (const auto* assigned = std::get_if<wire::AssignedReplicas>(&spec.replicas)) {
    return refuse_assigned(*assigned);
  }
  return Refusal{wire::Code::topic_invalid_replica_type,
                 "mirror topics are not supported by this server"};
}

}  // namespace

bool is_resource_name(std::string_view name) {
  if (name.empty() || name.size() > 63 || name.front() == '-' || name.back() == '-') return false;
  return std::all_of(name.begin(), name.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-';
  });
}

bool is_smartmodule_reference(std::string_view reference) {
  if (reference.empty()) return false;
  const auto slash = reference.find('/');
  const auto at = reference.find('@', slash == reference.npos ? reference.size() : slash);
  if (at == reference.npos) return slash + 1 != reference.size();
  const auto version = reference.substr(at + 1);
  return at > slash + 1 && !version.empty() && version.front() >= '0' && version.front() <= '9';
}

std::optional<Refusal> refuse_topic(const std::string& name, const wire::TopicSpec& spec,
                                    std::uint32_t partitions_max) {
  if (!is_resource_name(name)) {
    return Refusal{wire::Code::topic_invalid_name,
                   "Invalid topic name: '" + name +
                       "'. Use 1 to 63 of a-z, 0-9 and '-', with no '-' at either end"};
  }
  if (auto refusal = refuse_storage(spec)) return refusal;
  if (auto refusal = refuse_replicas(spec)) return refusal;
  if (partition_count(spec) > partitions_max) {
    return replica_error(std::to_string(partition_count(spec)) +
                         " partitions: this server has "
                         "room for " +
                         std::to_string(partitions_max) + " more");
  }
  return std::nullopt;
}

std::uint32_t partition_count(const wire::TopicSpec& spec) {
  if (const auto* computed = std::get_if<wire::ComputedReplicas>(&spec.replicas)) {
    return computed->partitions;
  }
  return static_cast<std::uint32_t>(std::get<wire::AssignedReplicas>(spec.replicas).maps.size());
}

wire::PartitionSpec partition_spec(const wire::TopicSpec& spec) {
  return {.leader = own_spu_id,
          .replicas = {own_spu_id},
          .cleanup_policy = spec.cleanup_policy,
          .storage = spec.storage,
          .compression = spec.compression,
          .deduplication = spec.deduplication,
          .system = spec.system};
}

wire::TopicStatus provisioned_status(const wire::TopicSpec& spec) {
  wire::TopicStatus status{.resolution = wire::TopicResolution::provisioned};
  for (std::uint32_t index = 0; index < partition_count(spec); ++index) {
    status.replica_map[index] = {own_spu_id};
  }
  return status;
}

LogOptions log_options(const wire::TopicSpec& spec, const LogOptions& defaults) {
  auto options = defaults;
  if (spec.cleanup_policy) {
    options.retention =
        std::chrono::seconds(std::get<wire::SegmentCleanup>(*spec.cleanup_policy).time_in_seconds);
  }
  if (spec.storage && spec.storage->segment_size) {
    options.segment_bytes_max = *spec.storage->segment_size;
  }
  if (spec.storage && spec.storage->max_partition_size) {
    options.log_bytes_max = *spec.storage->max_partition_size;
  }
  return options;
}

wire::TopicSpec consumer_offset_spec() {
  return {.replicas = wire::ComputedReplicas{1, 1, false},
          .cleanup_policy = wire::SegmentCleanup{604'800},
          .storage = wire::TopicStorage{512'000'000, 2'048'000'000},
          .system = true};
}

std::string partition_name(std::string_view topic, std::uint32_t index) {
  return std::string(topic) + '-' + std::to_string(index);
}

}  // namespace sluice::broker
