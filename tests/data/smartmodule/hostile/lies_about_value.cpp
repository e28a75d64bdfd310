// SPDX-License-Identifier: Apache-2.0
// The answer's one record has a value of negative length.
#include "guest.hpp"

GUEST_EXPORT(filter) int filter(Byte*, Word, int) {
  static constexpr Byte lie[] = {0, 0, 0, 1, 0x0E, 0, 0, 0, 0, 0x01, 'x', 0, 0};
  return guest::answer(lie, 1);
}
