// SPDX-License-Identifier: Apache-2.0
#include "wire/reader.hpp"

#include "base/assert.hpp"
#include "sluice/json_text.hpp"

namespace sluice::wire {

Error WireReader::error(std::string_view what) const {
  SLUICE_ASSERT(fault_);
  std::string context(what);
  if (code_ == Errc::too_large) {
    context += ": more than " + std::to_string(items_max) + " items";
  } else {
    context += code_ == Errc::truncated ? ": ends too early" : ": breaks the format";
  }
  context += " at byte " + std::to_string(fault_position_) + " of " + std::to_string(size_);
  return {code_, std::move(context), {}};
}

bool WireReader::boolean() noexcept {
  const auto value = big_endian<std::uint8_t>();
  if (value > 1) set_fault(Errc::malformed);
  return value == 1;
}

std::string_view WireReader::string() noexcept {
  const auto length = big_endian<std::int16_t>();
  if (length < 1) return {};
  const auto text = as_text(take(static_cast<std::size_t>(length)));
  if (is_utf8(text)) return text;
  set_fault(Errc::malformed);
  return {};
}

std::int64_t WireReader::varint() noexcept {
  constexpr int shift_max = 63;  // the tenth byte holds the last bit
  std::uint64_t zigzag = 0;
  for (int shift = 0; shift <= shift_max; shift += 7) {
    const auto byte = big_endian<std::uint8_t>();
    if (shift == shift_max && byte > 1) break;
    zigzag |= std::uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80)
      return static_cast<std::int64_t>(zigzag >> 1) ^ -static_cast<std::int64_t>(zigzag & 1);
  }
  set_fault(Errc::malformed);
  return 0;
}

ByteView WireReader::var_bytes() noexcept {
  const auto length = varint();
  return length < 1 ? ByteView{} : take(static_cast<std::size_t>(length));
}

std::uint32_t WireReader::count(std::size_t bytes_min) noexcept {
  const auto items = big_endian<std::int32_t>();
  if (items < 1) return 0;
  if (static_cast<std::size_t>(items) > remaining() / bytes_min) {
    set_fault(Errc::truncated);
    return 0;
  }
  return static_cast<std::uint32_t>(items);
}

std::uint32_t WireReader::items(std::uint32_t count) noexcept {
  items_ += count;
  if (items_ <= items_max) return count;
  set_fault(Errc::too_large);
  return 0;
}

}  // namespace sluice::wire
