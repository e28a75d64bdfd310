// SPDX-License-Identifier: Apache-2.0
// filter takes memory until it gets no more, then traps.
#include "guest.hpp"

GUEST_EXPORT(filter) int filter(Byte* in, Word, int) {
  if (guest::never) return guest::keep_all(in);
  while (__builtin_wasm_memory_grow(0, 16) != static_cast<__SIZE_TYPE__>(-1)) {
  }
  __builtin_trap();
}
