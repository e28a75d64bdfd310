// SPDX-License-Identifier: Apache-2.0
// The answer's one record says that it is 1 GiB long.
#include "guest.hpp"

GUEST_EXPORT(filter) int filter(Byte*, Word, int) {
  static constexpr Byte lie[] = {0, 0, 0, 1, 0x80, 0x80, 0x80, 0x80, 0x08, 0, 0, 0, 0, 0x02, 'x', 0, 0};
  return guest::answer(lie, 1);
}
