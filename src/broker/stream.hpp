// SPDX-License-Identifier: Apache-2.0
#pragma once

// One StreamFetch of a connection: what it has read, what the client has reported, and how far
// it may run ahead of that. A raw stream sends what is in the log, straight from the file; one
// with SmartModules is in processed_stream.hpp. No sockets here.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "broker/partition.hpp"
#include "broker/stream_window.hpp"
#include "wire/spu.hpp"

namespace sluice::broker {

// A frame of a stream without its correlation id. The records are the slice, or else `records`.
struct StreamFrame {
  wire::StreamFetchResponse response;
  LogSlice slice;
  Bytes records;
  bool last = false;  // an error: the stream has ended
};

class Stream {
 public:
  Stream(std::uint32_t id, std::shared_ptr<Partition> partition,
         const wire::StreamFetchRequest& request, const StreamLimits& limits);
  virtual ~Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  [[nodiscard]] std::uint32_t id() const noexcept { return id_; }
  [[nodiscard]] const std::shared_ptr<Partition>& partition() const noexcept { return partition_; }
  [[nodiscard]] const std::optional<std::string>& consumer_id() const noexcept {
    return consumer_id_;
  }

  // Nothing: no data yet, or the window is full.
  [[nodiscard]] virtual std::optional<StreamFrame> next_frame() = 0;
  // The client wants to go on from there. An offset inside what is in flight, or before it,
  // means that it did not take all: the stream goes back.
  virtual void report(std::int64_t offset) = 0;

 protected:
  [[nodiscard]] std::uint32_t bytes_max() const noexcept { return bytes_max_; }
  [[nodiscard]] Isolation isolation() const noexcept { return isolation_; }
  [[nodiscard]] StreamWindow& window() noexcept { return window_; }
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  // A frame that says how the log stands, without records.
  [[nodiscard]] StreamFrame frame() const;
  [[nodiscard]] StreamFrame error_frame(wire::ErrorCode code);
  void end() noexcept { ended_ = true; }

 private:
  const std::uint32_t id_;
  const std::shared_ptr<Partition> partition_;
  const std::uint32_t bytes_max_;
  const Isolation isolation_;
  const std::optional<std::string> consumer_id_;
  StreamWindow window_;
  bool ended_ = false;
};

class RawStream final : public Stream {
 public:
  RawStream(std::uint32_t id, std::shared_ptr<Partition> partition,
            const wire::StreamFetchRequest& request, const StreamLimits& limits);

  [[nodiscard]] std::optional<StreamFrame> next_frame() override;
  void report(std::int64_t offset) override;

 private:
  ReadCursor cursor_;
};

// What to answer when the log cannot be read from `offset`.
[[nodiscard]] wire::ErrorCode read_code(const Error& error, const Partition& partition,
                                        std::int64_t offset);
// The frame that answers a StreamFetch which never became a stream.
[[nodiscard]] StreamFrame refused_stream(const wire::StreamFetchRequest& request,
                                         std::uint32_t stream_id, wire::ErrorCode code);
// All of a frame but the bytes of its slice, length included.
[[nodiscard]] Bytes encode_stream_head(std::int32_t correlation_id, const StreamFrame& frame,
                                       wire::Version version);

}  // namespace sluice::broker
