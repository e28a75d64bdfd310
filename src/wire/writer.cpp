// SPDX-License-Identifier: Apache-2.0
#include "wire/writer.hpp"

#include <array>
#include <bit>

#include "sluice/json_text.hpp"

namespace sluice::wire {
namespace {

std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

}  // namespace

void WireWriter::varint(std::int64_t value) {
  std::array<std::byte, 10> encoded;
  std::size_t size = 0;
  auto rest = zigzag(value);
  for (; rest >= 0x80; rest >>= 7) encoded[size++] = static_cast<std::byte>(rest | 0x80);
  encoded[size++] = static_cast<std::byte>(rest);
  append(std::span(encoded).first(size));
}

void WireWriter::close_length(std::size_t opened_at) {
  SLUICE_ASSERT(opened_at >= sizeof(std::uint32_t) && opened_at <= out_.size());
  const auto length = __builtin_bswap32(static_cast<std::uint32_t>(out_.size() - opened_at));
  std::memcpy(out_.data() + opened_at - sizeof(length), &length, sizeof(length));
}

std::size_t varint_size(std::int64_t value) noexcept {
  const auto bits = std::bit_width(zigzag(value) | 1U);
  return (static_cast<std::size_t>(bits) + 6) / 7;
}

std::string fit_string(std::string_view text) {
  std::string out;
  if (text.size() <= string_bytes_max && is_utf8(text)) return out.assign(text);
  while (!text.empty()) {
    // The one character at the front; a byte that starts none becomes U+FFFD.
    std::size_t size = 1;
    while (size <= 4 && !is_utf8(text.substr(0, size))) ++size;
    const bool valid = size <= 4 && size <= text.size();
    const auto next = valid ? text.substr(0, size) : std::string_view("\xef\xbf\xbd");
    if (out.size() + next.size() > string_bytes_max) break;
    out += next;
    text.remove_prefix(valid ? size : 1);
  }
  return out;
}

}  // namespace sluice::wire
