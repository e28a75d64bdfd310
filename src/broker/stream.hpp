// SPDX-License-Identifier: Apache-2.0
#pragma once

// One StreamFetch of a connection: what it has read, what the client has reported, and how far
// it may run ahead of that.
//
// The official server sends one frame and waits for the offset; official clients take any
// number. This one keeps a few megabytes in flight, so that a round trip costs no throughput,
// and still stops for a client that does not report. No sockets here.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "broker/partition.hpp"
#include "wire/spu.hpp"

namespace sluice::broker {

struct StreamLimits {
  std::uint32_t window_bytes = 4U * 1024 * 1024;
  std::size_t window_frames = 8;  // official clients queue ten before they stop reading
  std::uint32_t frame_bytes_max = 32U * 1024 * 1024;
};

// A frame of a stream without its correlation id; the slice stands for the records.
struct StreamFrame {
  wire::StreamFetchResponse response;
  LogSlice slice;
  bool last = false;  // an error: the stream has ended
};

class Stream {
 public:
  Stream(std::uint32_t id, std::shared_ptr<Partition> partition,
         const wire::StreamFetchRequest& request, StreamLimits limits);

  [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
  [[nodiscard]] const std::shared_ptr<Partition>& partition() const noexcept { return partition_; }
  [[nodiscard]] const std::optional<std::string>& consumer_id() const noexcept {
    return consumer_id_;
  }
  [[nodiscard]] bool ended() const noexcept { return ended_; }

  // Nothing: no data yet, or the window is full.
  [[nodiscard]] std::optional<StreamFrame> next_frame();
  // The client wants to go on from there. An offset inside what is in flight, or before it,
  // means that it did not take all: the stream goes back.
  void report(std::int64_t offset);

 private:
  struct InFlight {
    std::int64_t end_offset;
    std::uint32_t bytes;
  };
  [[nodiscard]] StreamFrame error_frame(wire::ErrorCode code);
  [[nodiscard]] wire::ErrorCode code_of(const Error& error) const;
  [[nodiscard]] bool window_is_full() const noexcept;

  const std::uint32_t id_;
  const std::shared_ptr<Partition> partition_;
  const std::uint32_t bytes_max_;
  const Isolation isolation_;
  const std::optional<std::string> consumer_id_;
  const StreamLimits limits_;
  ReadCursor cursor_;
  std::int64_t reported_;
  std::deque<InFlight> in_flight_;
  std::uint64_t in_flight_bytes_ = 0;
  bool ended_ = false;
};

// The frame that answers a StreamFetch which never became a stream.
[[nodiscard]] StreamFrame refused_stream(const wire::StreamFetchRequest& request,
                                         std::uint32_t stream_id, wire::ErrorCode code);
// All of a frame but the bytes of its slice, length included.
[[nodiscard]] Bytes encode_stream_head(std::int32_t correlation_id, const StreamFrame& frame,
                                       wire::Version version);

}  // namespace sluice::broker
