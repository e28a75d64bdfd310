// SPDX-License-Identifier: Apache-2.0
// Writes 64 MiB to its standard output, then keeps all.
#include "guest.hpp"

struct Part {
  const Byte* text;
  Word bytes;
};

extern "C" __attribute__((import_module("wasi_snapshot_preview1"), import_name("fd_write"))) int
fd_write(int fd, const Part* parts, Word count, Word* written);

GUEST_EXPORT(filter) int filter(Byte* in, Word, int) {
  static Byte line[1024];
  for (auto& c : line) c = 'x';
  line[1023] = '\n';
  Word written = 0;
  const Part part{line, sizeof line};
  for (int i = 0; i < 64 * 1024; ++i) fd_write(1, &part, 1, &written);
  return guest::keep_all(in);
}
