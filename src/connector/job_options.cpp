// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "connector/job.hpp"

namespace sluice::connector {
namespace {

TopicCodec codec(TopicCompression compression) {
  switch (compression) {
    case TopicCompression::any:
      return TopicCodec::any;
    case TopicCompression::none:
      return TopicCodec::none;
    case TopicCompression::gzip:
      return TopicCodec::gzip;
    case TopicCompression::snappy:
      return TopicCodec::snappy;
    case TopicCompression::lz4:
      return TopicCodec::lz4;
    case TopicCompression::zstd:
      break;
  }
  return TopicCodec::zstd;
}

StartAt start_at(const OffsetStart& start) {
  using From = OffsetStart::From;
  switch (start.from) {
    case From::beginning:
      return StartAt::beginning();
    case From::end:
      return StartAt::end();
    case From::absolute:
      return StartAt::absolute(Offset{start.value});
    case From::from_beginning:
      return StartAt::beginning(start.value);
    case From::from_end:
      break;
  }
  return StartAt::end(start.value);
}

// By the number of the partition; each has one.
std::vector<std::vector<SpuId>> assignment(const std::vector<TopicSettings::Replicas>& maps) {
  std::vector<std::vector<SpuId>> out(maps.size());
  for (const auto& map : maps) {
    if (map.id >= out.size() || !out[map.id].empty()) {
      throw Failure(Errc::invalid_config,
                    "`topic.partition.maps` has a place for partition " + std::to_string(map.id) +
                        ", but not one for each of 0 to " + std::to_string(maps.size() - 1));
    }
    for (const auto spu : map.replicas) out[map.id].push_back(SpuId{spu});
  }
  return out;
}

DeduplicationConfig deduplication(const TopicSettings::Deduplication& rules) {
  return {.count = rules.bounds.count,
          .age = rules.bounds.age,
          .filter = rules.filter.transform.uses,
          .with = rules.filter.transform.with};
}

}  // namespace

TopicConfig topic_config(const TopicSettings& settings) {
  TopicConfig out;
  out.partitions = settings.partition.count;
  out.replication = settings.partition.replication;
  out.ignore_rack_assignment = settings.partition.ignore_rack_assignment;
  out.assignment = assignment(settings.partition.maps);
  out.retention_time = settings.retention.time;
  if (const auto size = settings.retention.segment_size) {
    out.segment_bytes = static_cast<std::uint32_t>(size->bytes);
  }
  if (const auto size = settings.partition.max_size) out.partition_bytes_max = size->bytes;
  out.compression = codec(settings.compression.type);
  if (settings.deduplication.bounds.count > 0) {
    out.deduplication = deduplication(settings.deduplication);
  }
  return out;
}

ProducerOptions producer_options(const SourceOptions& options) {
  ProducerOptions out;
  const auto& given = options.producer;
  const auto& flow = options.flow;
  out.linger = flow.batch_age.value_or(given.linger.value_or(out.linger));
  out.compression = given.compression;
  const auto& size = flow.batch_bytes ? flow.batch_bytes : given.batch_size;
  if (size) out.batch_bytes = size->bytes;
  if (given.max_request_size) out.request_bytes_max = given.max_request_size->bytes;
  // The kit's byte budget is the back-pressure; the client's queue must not be a second one.
  out.queue_bytes_max = 2 * options.buffer_bytes.bytes + 2 * out.request_bytes_max;
  // A cluster that is away is waited for: giving up would lose what was read.
  out.retry_for.reset();
  return out;
}

ConsumerOptions consumer_options(const SinkOptions& options, const std::string& instance) {
  ConsumerOptions out;
  const auto& given = options.consumer;
  for (const auto partition : given.partitions) out.partitions.push_back(PartitionId{partition});
  out.start = start_at(given.offset.start);
  if (given.max_bytes) out.fetch_bytes_max = static_cast<std::int32_t>(given.max_bytes->bytes);
  if (given.offset.strategy != OffsetStorage::none) {
    // `auto` and `manual` are the same here: the kit commits, after the write.
    out.strategy = OffsetStrategy::manual;
    out.consumer_id = given.id.empty() ? instance : given.id;
    out.flush_period = given.offset.flush_period;
  }
  return out;
}

}  // namespace sluice::connector
