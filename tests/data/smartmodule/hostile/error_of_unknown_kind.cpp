// SPDX-License-Identifier: Apache-2.0
// The answer's error has a kind that does not exist, 200.
#include "guest.hpp"

GUEST_EXPORT(filter) int filter(Byte*, Word, int) {
  static constexpr Byte error[] = {0, 0, 0, 0, 1, 0, 2, 'n', 'o', 0, 0, 0,
                                   0, 0, 0, 0, 5, 200, 0,  0x02, 'x'};
  return guest::answer(error, 0);
}
