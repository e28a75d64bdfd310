// SPDX-License-Identifier: Apache-2.0
// Gives WASI functions addresses outside of the memory; keeps all when each refused (a trap is as good).
#include "guest.hpp"

#define WASI(name) __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name)))

extern "C" {
WASI(fd_write) int fd_write(int fd, Word parts, Word count, Word written);
WASI(random_get) int random_get(Word out, Word bytes);
WASI(clock_time_get) int clock_time_get(Word clock, unsigned long long precision, Word time);
}

GUEST_EXPORT(filter) int filter(Byte* in, Word, int) {
  bool refused = fd_write(1, 0xFFFFFFF0u, 0x10000000u, 0xFFFFFFFFu) != 0;
  refused = random_get(0xFFFFFFF0u, 0x7FFFFFFF) != 0 && refused;
  refused = clock_time_get(0, 1, 0xFFFFFFFCu) != 0 && refused;
  if (!refused) __builtin_trap();
  return guest::keep_all(in);
}
