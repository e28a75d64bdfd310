// SPDX-License-Identifier: Apache-2.0
// filter answers twice: the second answer counts.
#include "guest.hpp"

GUEST_EXPORT(filter) int filter(Byte* in, Word, int) {
  static constexpr Byte nothing[] = {0, 0, 0, 0, 0};
  guest::keep_all(in);
  return guest::answer(nothing, 0);
}
