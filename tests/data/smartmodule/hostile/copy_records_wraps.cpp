// SPDX-License-Identifier: Apache-2.0
// Address plus length of the answer wraps round at 32 bits.
#include "guest.hpp"

GUEST_EXPORT(filter) int filter(Byte*, Word, int) {
  copy_records(0xFFFFFFFFu, 2);
  return 1;
}
