// SPDX-License-Identifier: Apache-2.0
#pragma once

// Cuts the byte stream of a socket into frames, without a copy of large ones.
//
// The shell reads into `prepare()`, says how much came with `commit()`, and takes whole frames
// with `next()` until there is none. A frame that is larger than the staging buffer gets memory
// of its own, and the rest of it is read straight into that. Memory grows with the bytes that
// arrive, never on the word of a length. Pure; not thread-safe.

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "wire/api.hpp"

namespace sluice::net {

// The bytes of one frame, shared: copies keep the memory alive.
class Frame {
 public:
  Frame() = default;
  Frame(std::shared_ptr<const std::byte[]> memory, std::size_t size)
      : memory_(std::move(memory)), bytes_(memory_.get(), size) {}
  // A frame with a copy of `bytes`.
  [[nodiscard]] static Frame copy_of(ByteView bytes);

  [[nodiscard]] ByteView bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_.size(); }
  // The same memory without its first bytes. Requires: count <= size().
  [[nodiscard]] Frame without_front(std::size_t count) const;

 private:
  std::shared_ptr<const std::byte[]> memory_;
  ByteView bytes_;
};

class FrameSplitter {
 public:
  explicit FrameSplitter(std::size_t frame_bytes_max = wire::frame_bytes_max);

  // Where the next bytes go; never empty. Requires: `next()` gave no frame or error since.
  [[nodiscard]] std::span<std::byte> prepare();
  // Requires: count <= the size of the last `prepare()`.
  void commit(std::size_t count);
  // Nothing: more bytes are needed. `too_large` and `malformed` are for good.
  [[nodiscard]] Result<std::optional<Frame>> next();
  // Bytes of a frame that is not complete; what an end of the stream cuts off.
  [[nodiscard]] std::size_t pending_bytes() const noexcept;

 private:
  struct Large {
    std::shared_ptr<std::byte[]> memory;
    std::size_t capacity = 0;
    std::size_t filled = 0;
    std::size_t size = 0;
  };
  [[nodiscard]] std::optional<Frame> next_large();
  void start_large(std::size_t size);

  std::size_t frame_bytes_max_;
  std::unique_ptr<std::byte[]> staging_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::optional<Large> large_;
};

}  // namespace sluice::net
