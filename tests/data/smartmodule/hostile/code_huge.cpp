// SPDX-License-Identifier: Apache-2.0
// filter says that it kept 2147483647 records; its answer has those of the input.
#include "guest.hpp"

GUEST_EXPORT(filter) int filter(Byte* in, Word, int) {
  guest::keep_all(in);
  return 2147483647;
}
