// SPDX-License-Identifier: Apache-2.0
#include "cli/topic_options.hpp"

namespace sluice::cli {
namespace {

Cell size_cell(const std::optional<std::uint64_t>& bytes) {
  return cell_of<ByteCount>(bytes);
}

}  // namespace

std::string_view codec_name(TopicCodec codec) {
  for (const auto& row : enum_names<TopicCodec>::rows) {
    if (row.value == codec) return row.name;
  }
  return "?";
}

std::int64_t partition_count(const TopicConfig& config) {
  return config.assignment.empty() ? std::int64_t{config.partitions}
                                   : static_cast<std::int64_t>(config.assignment.size());
}

Listing partition_listing(const std::vector<PartitionInfo>& partitions, std::string when_empty) {
  Listing listing({{"topic", "TOPIC"},
                   {"partition", "PARTITION"},
                   {"leader", "LEADER"},
                   {"followers", "FOLLOWERS"},
                   {"status", "STATUS"},
                   {"log_start", "FIRST OFFSET"},
                   {"log_end", "END OFFSET"},
                   {"high_watermark", "HIGH WATERMARK"},
                   {"size_bytes", "SIZE"}},
                  std::move(when_empty));
  for (const auto& info : partitions) {
    std::vector<std::string> followers;
    for (const auto& one : info.followers) followers.push_back(std::to_string(one.spu.value));
    listing.add({info.topic, std::int64_t{info.partition.value},
                 std::int64_t{info.leader.spu.value}, std::move(followers), info.status,
                 info.log_start.value, info.leader.log_end.value, info.leader.high_watermark.value,
                 size_cell(info.size_bytes)});
  }
  return listing;
}

Facts topic_facts(const TopicInfo& topic, const std::vector<PartitionInfo>& partitions) {
  const auto& config = topic.config;
  Facts facts;
  facts.add("name", "Name", topic.name)
      .add("status", "Status", topic.status)
      .add("reason", "Reason", topic.reason.empty() ? Cell{} : Cell{topic.reason})
      .add("system", "System topic", topic.system)
      .add("partition_count", "Partitions", partition_count(config))
      .add("replication", "Replication", std::int64_t{config.replication})
      .add("retention_seconds", "Retention", cell_of<std::chrono::seconds>(config.retention_time))
      .add("segment_bytes", "Segment size", size_cell(config.segment_bytes))
      .add("partition_bytes_max", "Partition size limit", size_cell(config.partition_bytes_max))
      .add("compression", "Compression", std::string(codec_name(config.compression)));
  if (config.deduplication) {
    facts.add("deduplication_filter", "Deduplication", config.deduplication->filter);
  }
  facts.add("partitions", partition_listing(partitions, "no partitions"));
  return facts;
}

}  // namespace sluice::cli
