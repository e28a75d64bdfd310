// SPDX-License-Identifier: Apache-2.0
#pragma once

// Appends Fluvio's primitive encodings (big endian) to a byte vector that the caller owns.
// Cannot fail: lengths that the format cannot carry are checked by whoever made the value.
// Format: shared/reference/fluvio-protocol.md §2.

#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/assert.hpp"
#include "base/bytes.hpp"

namespace sluice::wire {

// Longest string that a reader accepts: it reads the length as a signed 16-bit number.
inline constexpr std::size_t string_bytes_max = 32'767;

class WireWriter {
 public:
  explicit WireWriter(Bytes& out) noexcept : out_(out) {}

  [[nodiscard]] std::size_t size() const noexcept { return out_.size(); }

  template <std::integral T>
  void big_endian(T value) {
    auto raw = static_cast<std::make_unsigned_t<T>>(value);
    if constexpr (sizeof(T) == 2) raw = __builtin_bswap16(raw);
    if constexpr (sizeof(T) == 4) raw = __builtin_bswap32(raw);
    if constexpr (sizeof(T) == 8) raw = __builtin_bswap64(raw);
    append(std::as_bytes(std::span(&raw, 1)));
  }
  void boolean(bool value) { out_.push_back(std::byte{value}); }
  // Requires: at most `string_bytes_max` bytes.
  void string(std::string_view text) {
    SLUICE_ASSERT(text.size() <= string_bytes_max);
    big_endian(static_cast<std::uint16_t>(text.size()));
    append(as_bytes(text));
  }
  void varint(std::int64_t value);
  void var_bytes(ByteView bytes) {
    varint(static_cast<std::int64_t>(bytes.size()));
    append(bytes);
  }
  void append(ByteView bytes) { out_.insert(out_.end(), bytes.begin(), bytes.end()); }

  // Leaves room for a 32-bit length; `close_length` fills in what was written since.
  [[nodiscard]] std::size_t open_length() {
    big_endian(std::uint32_t{0});
    return out_.size();
  }
  void close_length(std::size_t opened_at);

 private:
  Bytes& out_;
};

// Bytes that `varint(value)` takes.
[[nodiscard]] std::size_t varint_size(std::int64_t value) noexcept;

// The text as a string field can carry it: cut to `string_bytes_max` between two characters,
// and bytes that are not UTF-8 as U+FFFD. For texts that hold something from outside.
[[nodiscard]] std::string fit_string(std::string_view text);

}  // namespace sluice::wire
