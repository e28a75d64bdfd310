// SPDX-License-Identifier: Apache-2.0
#pragma once

// What kind of character a code point is, and its other case. Beyond ASCII, letters and cases are
// the C library's (wasi-libc), digits and spaces Unicode's.

#include <stdint.h>
#include <wctype.h>

namespace sluice::guest {

inline bool is_digit(int32_t c) {
  if (c < 0x80) return c >= '0' && c <= '9';
  static constexpr uint16_t zeros[] = {
      0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6,
      0x0C66, 0x0CE6, 0x0D66, 0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090,
      0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0, 0x1C40,
      0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10};
  for (const uint16_t zero : zeros) {
    if (c >= zero && c < zero + 10) return true;
  }
  return false;
}
inline bool is_space(int32_t c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}
inline bool is_letter(int32_t c) {
  if (c < 0x80) return (c | 32) >= 'a' && (c | 32) <= 'z';
  return iswalpha(static_cast<wint_t>(c)) != 0;
}
inline bool is_word(int32_t c) {
  return c == '_' || is_letter(c) || is_digit(c);
}
inline int32_t lower_of(int32_t c) {
  if (c < 0x80) return c >= 'A' && c <= 'Z' ? c + 32 : c;
  return static_cast<int32_t>(towlower(static_cast<wint_t>(c)));
}
inline int32_t upper_of(int32_t c) {
  if (c < 0x80) return c >= 'a' && c <= 'z' ? c - 32 : c;
  return static_cast<int32_t>(towupper(static_cast<wint_t>(c)));
}

}  // namespace sluice::guest
