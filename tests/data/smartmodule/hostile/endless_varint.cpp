// SPDX-License-Identifier: Apache-2.0
// The answer's record length never ends: every byte says that another follows.
#include "guest.hpp"

GUEST_EXPORT(filter) int filter(Byte*, Word, int) {
  static constexpr Byte lie[] = {0,    0,    0,    1,    0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  return guest::answer(lie, 1);
}
