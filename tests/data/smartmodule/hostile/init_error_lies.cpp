// SPDX-License-Identifier: Apache-2.0
// init returns -2 with a text that says it is 32767 bytes long and has three.
#include "guest.hpp"

GUEST_EXPORT(init) int init(Byte*, Word, int) {
  static constexpr Byte hint[] = {0x7F, 0xFF, 'w', 'h', 'y'};
  return guest::answer(hint, -2);
}
GUEST_EXPORT(filter) int filter(Byte* in, Word, int) { return guest::keep_all(in); }
