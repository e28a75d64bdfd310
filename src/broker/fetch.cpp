// SPDX-License-Identifier: Apache-2.0
#include "broker/fetch.hpp"

#include <algorithm>

#include "broker/produce_check.hpp"

namespace sluice::broker {
namespace {

wire::ErrorCode fetch_code(const Error& error, const Partition& partition, std::int64_t offset) {
  if (error.code == Errc::offset_evicted) {
    return {wire::Code::offset_evicted, {offset, partition.log().offsets().start}};
  }
  if (error.code == Errc::offset_out_of_range) return wire::Code::offset_out_of_range;
  return storage_code(error, partition);
}

// The whole batches from the offset on, as bytes.
Result<Bytes> read_batches(const Partition& partition, const wire::FetchPartition& wanted,
                           Isolation isolation, std::uint32_t bytes_max) {
  ReadCursor cursor{.next = wanted.fetch_offset};
  const auto slice = partition.log().read(cursor, isolation, bytes_max);
  if (!slice) return tl::unexpected(slice.error());
  Bytes bytes(slice->size_bytes());
  if (!slice->file) return bytes;
  const auto count = slice->file->read_at(bytes, slice->begin.position);
  if (!count) return tl::unexpected(count.error());
  if (*count < bytes.size()) return fail(Errc::io, "the log got shorter while it was read");
  return bytes;
}

// One partition's share of an answer. `left` is what the answer may still hold.
wire::FetchPartitionResult fetch_partition(const Partition& partition,
                                           const wire::FetchPartition& wanted, Isolation isolation,
                                           std::int64_t& left, std::vector<Bytes>& storage) {
  const auto offsets = partition.log().offsets();
  wire::FetchPartitionResult result{.partition = wanted.partition,
                                    .high_watermark = offsets.committed,
                                    .log_start_offset = offsets.start};
  if (left <= 0) return result;
  const auto most = std::clamp<std::int64_t>(wanted.max_bytes, 1, left);
  auto bytes = read_batches(partition, wanted, isolation, static_cast<std::uint32_t>(most));
  if (!bytes) {
    result.error_code = fetch_code(bytes.error(), partition, wanted.fetch_offset);
    return result;
  }
  left -= static_cast<std::int64_t>(bytes->size());
  storage.push_back(*std::move(bytes));
  result.records = {storage.back()};
  return result;
}

}  // namespace

wire::FetchResponse fetch(const PartitionTable& partitions, const wire::FetchRequest& request,
                          std::uint32_t bytes_max, std::vector<Bytes>& storage) {
  const auto isolation = request.isolation == wire::WireIsolation::read_committed
                             ? Isolation::read_committed
                             : Isolation::read_uncommitted;
  std::int64_t left = std::min<std::int64_t>(bytes_max, std::max(request.max_bytes, 1));
  wire::FetchResponse response;
  for (const auto& topic : request.topics) {
    auto& topic_result = response.topics.emplace_back();
    topic_result.name = topic.name;
    for (const auto& wanted : topic.partitions) {
      if (const auto partition = partitions.find(topic.name, wanted.partition)) {
        topic_result.partitions.push_back(
            fetch_partition(*partition, wanted, isolation, left, storage));
      } else {
        topic_result.partitions.push_back(
            {.partition = wanted.partition, .error_code = wire::Code::not_leader_for_partition});
      }
    }
  }
  return response;
}

}  // namespace sluice::broker
