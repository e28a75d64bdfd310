// SPDX-License-Identifier: Apache-2.0
// The answer ends in the middle of its second record.
#include "guest.hpp"

GUEST_EXPORT(filter) int filter(Byte*, Word, int) {
  static constexpr Byte cut[] = {0, 0, 0, 2, 0x0E, 0, 0, 0, 0, 0x02, 'x', 0, 0x0E, 0, 0};
  return guest::answer(cut, 2);
}
