// SPDX-License-Identifier: Apache-2.0
#pragma once

// How far a stream may run ahead of what its client has reported.
//
// The official server sends one frame and waits for the offset; official clients take any
// number. This one keeps a few megabytes in flight, so that a round trip costs no throughput,
// and still stops for a client that does not report.

#include <algorithm>
#include <cstdint>
#include <deque>

namespace sluice::broker {

struct StreamLimits {
  std::uint32_t window_bytes = 4U * 1024 * 1024;
  std::size_t window_frames = 8;  // official clients queue ten before they stop reading
  std::uint32_t frame_bytes_max = 32U * 1024 * 1024;
};

class StreamWindow {
 public:
  StreamWindow(const StreamLimits& limits, std::int64_t start)
      : limits_(limits), reported_(start) {}

  // Never with nothing in flight.
  [[nodiscard]] bool is_full() const noexcept {
    return !in_flight_.empty() &&
           (bytes_ >= limits_.window_bytes || in_flight_.size() >= limits_.window_frames);
  }
  void sent(std::int64_t end_offset, std::uint32_t bytes) {
    in_flight_.push_back({end_offset, bytes});
    bytes_ += bytes;
  }
  // The client wants to go on from `offset`; `sent_end` is the end of what was sent. False: the
  // offset is inside of what is in flight, or before it. The client did not take all, and the
  // stream has to go back there.
  [[nodiscard]] bool report(std::int64_t offset, std::int64_t sent_end) {
    const bool known = offset == reported_ || offset >= sent_end ||
                       std::any_of(in_flight_.begin(), in_flight_.end(),
                                   [&](const auto& one) { return one.end_offset == offset; });
    reported_ = offset;
    while (!in_flight_.empty() && (!known || in_flight_.front().end_offset <= offset)) {
      bytes_ -= in_flight_.front().bytes;
      in_flight_.pop_front();
    }
    return known;
  }

 private:
  struct InFlight {
    std::int64_t end_offset;
    std::uint32_t bytes;
  };
  const StreamLimits limits_;
  std::int64_t reported_;
  std::deque<InFlight> in_flight_;
  std::uint64_t bytes_ = 0;
};

}  // namespace sluice::broker
