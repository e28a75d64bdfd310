// SPDX-License-Identifier: Apache-2.0
#pragma once

// Reads Fluvio's primitive encodings (big endian) from a view, front to back.
//
// The reader keeps the first fault: after it every read gives a zero value and moves nothing,
// so a decoder needs one check, at its end. It never reads past the view, never throws, and
// never allocates more than the view can hold. Views that it returns look into the input.
// Format: shared/reference/fluvio-protocol.md §2.

#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace sluice::wire {

class WireReader {
 public:
  static constexpr std::size_t items_max = 262'144;

  explicit WireReader(ByteView bytes) noexcept : rest_(bytes), size_(bytes.size()) {}

  [[nodiscard]] bool ok() const noexcept { return !fault_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return rest_.size(); }
  [[nodiscard]] std::size_t position() const noexcept { return size_ - rest_.size(); }
  // The first fault, with the byte where it was seen. Requires: !ok().
  [[nodiscard]] Error error(std::string_view what) const;

  template <std::integral T>
  [[nodiscard]] T big_endian() noexcept {
    const auto raw = take(sizeof(T));
    if (raw.empty()) return T{};
    std::make_unsigned_t<T> value{};
    std::memcpy(&value, raw.data(), sizeof(T));
    if constexpr (sizeof(T) == 2) value = __builtin_bswap16(value);
    if constexpr (sizeof(T) == 4) value = __builtin_bswap32(value);
    if constexpr (sizeof(T) == 8) value = __builtin_bswap64(value);
    return static_cast<T>(value);
  }
  // One byte, 0 or 1.
  [[nodiscard]] bool boolean() noexcept;
  // i16 length; a length below 1 is the empty string. UTF-8 is enforced.
  [[nodiscard]] std::string_view string() noexcept;
  // Zigzag, seven bits a byte, at most ten bytes.
  [[nodiscard]] std::int64_t varint() noexcept;
  // Varint length, then that many bytes; a length below 1 is empty.
  [[nodiscard]] ByteView var_bytes() noexcept;
  // Exactly `count` bytes; empty, with a fault, when fewer are left.
  [[nodiscard]] ByteView take(std::size_t count) noexcept {
    if (fault_ || count > rest_.size()) {
      set_fault(Errc::truncated);
      return {};
    }
    const auto out = rest_.first(count);
    rest_ = rest_.subspan(count);
    return out;
  }
  // i32 item count; below 1 reads as 0. A count that cannot fit in what is left, at
  // `bytes_min` bytes an item, is a fault: no decoder reserves memory on a stranger's word.
  [[nodiscard]] std::uint32_t count(std::size_t bytes_min) noexcept;
  // That many items are to be decoded: `too_large`, and 0, when it makes more than `items_max`
  // of the whole message. A few bytes can be an item of a hundred in memory.
  [[nodiscard]] std::uint32_t items(std::uint32_t count) noexcept;
  // All that is left.
  [[nodiscard]] ByteView rest() noexcept { return take(fault_ ? 0 : rest_.size()); }

  void set_fault(Errc code) noexcept {
    if (fault_) return;
    fault_ = true;
    code_ = code;
    fault_position_ = position();
  }

 private:
  ByteView rest_;
  std::size_t size_;
  std::size_t fault_position_ = 0;
  std::size_t items_ = 0;
  Errc code_ = Errc::truncated;
  bool fault_ = false;
};

}  // namespace sluice::wire
