// SPDX-License-Identifier: Apache-2.0
// Both arguments are negative when read as signed numbers.
#include "guest.hpp"

GUEST_EXPORT(filter) int filter(Byte*, Word, int) {
  copy_records(static_cast<Word>(-1), static_cast<Word>(-1));
  return 1;
}
