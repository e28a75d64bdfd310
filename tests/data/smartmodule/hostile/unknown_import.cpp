// SPDX-License-Identifier: Apache-2.0
// The module imports env.put_record, which does not exist.
#include "guest.hpp"

extern "C" __attribute__((import_module("env"), import_name("put_record"))) void put_record(Word);

GUEST_EXPORT(filter) int filter(Byte* in, Word, int) {
  put_record(1);
  return guest::keep_all(in);
}
