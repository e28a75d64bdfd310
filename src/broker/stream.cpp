// SPDX-License-Identifier: Apache-2.0
#include "broker/stream.hpp"

#include <algorithm>
#include <utility>

#include "broker/produce_check.hpp"

namespace sluice::broker {
namespace {

// Overwrites a length that was encoded before it was known.
void store_length(std::span<std::byte> at, std::uint32_t length) {
  const auto swapped = __builtin_bswap32(length);
  std::memcpy(at.data(), &swapped, sizeof swapped);
}

}  // namespace

Stream::Stream(std::uint32_t id, std::shared_ptr<Partition> partition,
               const wire::StreamFetchRequest& request, const StreamLimits& limits)
    : id_(id),
      partition_(std::move(partition)),
      bytes_max_(std::clamp<std::uint32_t>(
          static_cast<std::uint32_t>(std::max(request.max_bytes, 1)), 1, limits.frame_bytes_max)),
      isolation_(request.isolation == wire::WireIsolation::read_committed
                     ? Isolation::read_committed
                     : Isolation::read_uncommitted),
      consumer_id_(request.consumer_id),
      window_(limits, request.fetch_offset) {}

StreamFrame Stream::frame() const {
  const auto offsets = partition_->log().offsets();
  StreamFrame frame;
  frame.response = {.topic = partition_->topic(),
                    .stream_id = id_,
                    .partition = partition_->index(),
                    .high_watermark = offsets.committed,
                    .log_start_offset = offsets.start};
  return frame;
}

StreamFrame Stream::error_frame(wire::ErrorCode code) {
  ended_ = true;
  StreamFrame frame;
  frame.response = {.topic = partition_->topic(),
                    .stream_id = id_,
                    .partition = partition_->index(),
                    .error_code = std::move(code)};
  frame.last = true;
  return frame;
}

RawStream::RawStream(std::uint32_t id, std::shared_ptr<Partition> partition,
                     const wire::StreamFetchRequest& request, const StreamLimits& limits)
    : Stream(id, std::move(partition), request, limits), cursor_{.next = request.fetch_offset} {}

std::optional<StreamFrame> RawStream::next_frame() {
  if (ended()) return std::nullopt;
  if (partition()->deleted()) return error_frame(wire::Code::topic_deleted);
  if (window().is_full()) return std::nullopt;
  auto slice = partition()->log().read(cursor_, isolation(), bytes_max());
  if (!slice) return error_frame(read_code(slice.error(), *partition(), cursor_.next));
  if (!slice->file) return std::nullopt;
  window().sent(slice->end.offset, slice->size_bytes());
  auto out = frame();
  out.slice = *std::move(slice);
  return out;
}

void RawStream::report(std::int64_t offset) {
  if (!window().report(offset, cursor_.next)) cursor_ = {.next = offset};
}

wire::ErrorCode read_code(const Error& error, const Partition& partition, std::int64_t offset) {
  if (error.code == Errc::offset_evicted) {
    return {wire::Code::offset_evicted, {offset, partition.log().offsets().start}};
  }
  if (error.code == Errc::offset_out_of_range) return {wire::Code::other, {error.context}};
  return storage_code(error, partition);
}

StreamFrame refused_stream(const wire::StreamFetchRequest& request, std::uint32_t stream_id,
                           wire::ErrorCode code) {
  StreamFrame frame;
  frame.response = {.topic = request.topic,
                    .stream_id = stream_id,
                    .partition = request.partition,
                    .error_code = std::move(code)};
  frame.last = true;
  return frame;
}

// The records, with their length in front, are the last field.
Bytes encode_stream_head(std::int32_t correlation_id, const StreamFrame& frame,
                         wire::Version version) {
  if (!frame.slice.file) {
    auto response = frame.response;
    response.records = {frame.records};
    return wire::encode_response_frame(correlation_id, response, version);
  }
  auto head = wire::encode_response_frame(correlation_id, frame.response, version);
  const auto records = frame.slice.size_bytes();
  const auto whole = head.size() - wire::frame_length_bytes + records;
  store_length(std::span(head).first(4), static_cast<std::uint32_t>(whole));
  store_length(std::span(head).last(4), records);
  return head;
}

}  // namespace sluice::broker
