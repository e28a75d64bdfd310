// SPDX-License-Identifier: Apache-2.0
// The answer says 2000000000 records and has one.
#include "guest.hpp"

GUEST_EXPORT(filter) int filter(Byte*, Word, int) {
  static constexpr Byte lie[] = {0x77, 0x35, 0x94, 0, 0x0E, 0, 0, 0, 0, 0x02, 'x', 0, 0};
  return guest::answer(lie, 1);
}
