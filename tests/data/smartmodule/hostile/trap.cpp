// SPDX-License-Identifier: Apache-2.0
// filter traps.
#include "guest.hpp"

GUEST_EXPORT(filter) int filter(Byte* in, Word, int) {
  if (!guest::never) __builtin_trap();
  return guest::keep_all(in);
}
