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
               const wire::StreamFetchRequest& request, StreamLimits limits)
    : id_(id),
      partition_(std::move(partition)),
      bytes_max_(std::clamp<std::uint32_t>(
          static_cast<std::uint32_t>(std::max(request.max_bytes, 1)), 1, limits.frame_bytes_max)),
      isolation_(request.isolation == wire::WireIsolation::read_committed
                     ? Isolation::read_committed
                     : Isolation::read_uncommitted),
      consumer_id_(request.consumer_id),
      limits_(limits),
      cursor_{.next = request.fetch_offset},
      reported_(request.fetch_offset) {}

bool Stream::window_is_full() const noexcept {
  return !in_flight_.empty() &&
         (in_flight_bytes_ >= limits_.window_bytes || in_flight_.size() >= limits_.window_frames);
}

std::optional<StreamFrame> Stream::next_frame() {
  if (ended_) return std::nullopt;
  if (partition_->deleted()) return error_frame(wire::Code::topic_deleted);
  if (window_is_full()) return std::nullopt;
  auto slice = partition_->log().read(cursor_, isolation_, bytes_max_);
  if (!slice) return error_frame(code_of(slice.error()));
  if (!slice->file) return std::nullopt;
  in_flight_.push_back({slice->end.offset, slice->size_bytes()});
  in_flight_bytes_ += slice->size_bytes();
  const auto offsets = partition_->log().offsets();
  StreamFrame frame;
  frame.response = {.topic = partition_->topic(),
                    .stream_id = id_,
                    .partition = partition_->index(),
                    .high_watermark = offsets.committed,
                    .log_start_offset = offsets.start};
  frame.slice = *std::move(slice);
  return frame;
}

wire::ErrorCode Stream::code_of(const Error& error) const {
  if (error.code == Errc::offset_evicted) {
    return {wire::Code::offset_evicted, {cursor_.next, partition_->log().offsets().start}};
  }
  if (error.code == Errc::offset_out_of_range) return {wire::Code::other, {error.context}};
  return storage_code(error, *partition_);
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

void Stream::report(std::int64_t offset) {
  const bool known = offset == reported_ || offset >= cursor_.next ||
                     std::any_of(in_flight_.begin(), in_flight_.end(),
                                 [&](const auto& one) { return one.end_offset == offset; });
  if (!known) {
    cursor_ = {.next = offset};
    in_flight_.clear();
    in_flight_bytes_ = 0;
  }
  reported_ = offset;
  while (!in_flight_.empty() && in_flight_.front().end_offset <= offset) {
    in_flight_bytes_ -= in_flight_.front().bytes;
    in_flight_.pop_front();
  }
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
  auto head = wire::encode_response_frame(correlation_id, frame.response, version);
  const auto records = frame.slice.size_bytes();
  const auto whole = head.size() - wire::frame_length_bytes + records;
  store_length(std::span(head).first(4), static_cast<std::uint32_t>(whole));
  store_length(std::span(head).last(4), records);
  return head;
}

}  // namespace sluice::broker
