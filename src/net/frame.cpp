// SPDX-License-Identifier: Apache-2.0
#include "net/frame.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "base/assert.hpp"
#include "wire/reader.hpp"

namespace sluice::net {
namespace {

constexpr std::size_t staging_bytes = 64UL * 1024;
// First memory of a large frame; usual answers of a stream fit, so they never move.
constexpr std::size_t large_bytes_first = 1'200'000;

}  // namespace

Frame Frame::copy_of(ByteView bytes) {
  auto memory = std::make_shared_for_overwrite<std::byte[]>(bytes.size());
  std::ranges::copy(bytes, memory.get());
  return {std::move(memory), bytes.size()};
}

Frame Frame::without_front(std::size_t count) const {
  SLUICE_ASSERT(count <= bytes_.size());
  Frame out = *this;
  out.bytes_ = bytes_.subspan(count);
  return out;
}

FrameSplitter::FrameSplitter(std::size_t frame_bytes_max)
    : frame_bytes_max_(frame_bytes_max),
      staging_(std::make_unique_for_overwrite<std::byte[]>(staging_bytes)) {}

std::span<std::byte> FrameSplitter::prepare() {
  if (large_) {
    if (large_->filled == large_->capacity) {
      const auto capacity = std::min(large_->size, large_->capacity * 2);
      auto memory = std::make_shared_for_overwrite<std::byte[]>(capacity);
      std::memcpy(memory.get(), large_->memory.get(), large_->filled);
      large_->memory = std::move(memory);
      large_->capacity = capacity;
    }
    return {large_->memory.get() + large_->filled, large_->capacity - large_->filled};
  }
  if (begin_ == end_) begin_ = end_ = 0;
  if (begin_ > 0 && staging_bytes - end_ < staging_bytes / 2) {
    std::memmove(staging_.get(), staging_.get() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  return {staging_.get() + end_, staging_bytes - end_};
}

void FrameSplitter::commit(std::size_t count) {
  if (large_) {
    large_->filled += count;
    SLUICE_ASSERT(large_->filled <= large_->capacity);
  } else {
    end_ += count;
    SLUICE_ASSERT(end_ <= staging_bytes);
  }
}

std::optional<Frame> FrameSplitter::next_large() {
  if (large_->filled < large_->size) return std::nullopt;
  Frame frame(std::move(large_->memory), large_->size);
  large_.reset();
  return frame;
}

void FrameSplitter::start_large(std::size_t size) {
  const auto staged = end_ - begin_;
  const auto capacity = std::min(size, std::max(large_bytes_first, staged));
  large_ = Large{.memory = std::make_shared_for_overwrite<std::byte[]>(capacity),
                 .capacity = capacity,
                 .filled = staged,
                 .size = size};
  std::memcpy(large_->memory.get(), staging_.get() + begin_, staged);
  begin_ = end_ = 0;
}

Result<std::optional<Frame>> FrameSplitter::next() {
  if (large_) return next_large();
  const auto staged = end_ - begin_;
  if (staged < wire::frame_length_bytes) return std::nullopt;
  wire::WireReader in({staging_.get() + begin_, wire::frame_length_bytes});
  const auto announced = in.big_endian<std::int32_t>();
  if (announced < 0) {
    return fail(Errc::malformed, "a frame announces a length of " + std::to_string(announced) +
                                     "; is this a Fluvio server, and is TLS set as it is there?");
  }
  const auto size = static_cast<std::size_t>(announced);
  if (size > frame_bytes_max_) {
    return fail(Errc::too_large, "a frame announces " + std::to_string(size) +
                                     " bytes, the limit is " + std::to_string(frame_bytes_max_) +
                                     "; is this a Fluvio server, and is TLS set as it is there?");
  }
  if (size > staging_bytes - wire::frame_length_bytes) {
    begin_ += wire::frame_length_bytes;
    start_large(size);
    return next_large();
  }
  if (staged - wire::frame_length_bytes < size) return std::nullopt;
  const auto frame = Frame::copy_of({staging_.get() + begin_ + wire::frame_length_bytes, size});
  begin_ += wire::frame_length_bytes + size;
  return frame;
}

std::size_t FrameSplitter::pending_bytes() const noexcept {
  return large_ ? large_->filled : end_ - begin_;
}

}  // namespace sluice::net
