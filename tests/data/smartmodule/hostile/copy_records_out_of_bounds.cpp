// SPDX-License-Identifier: Apache-2.0
// The answer starts inside of the memory and ends outside.
#include "guest.hpp"

GUEST_EXPORT(filter) int filter(Byte*, Word, int) {
  copy_records(guest::address(guest::input), 0x7FFFFFFF);
  return 1;
}
