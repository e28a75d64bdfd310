// SPDX-License-Identifier: Apache-2.0
// init, look_back and filter: keeps a value that it has not seen, here or when it looked back; traps
// on the value "trap". For short values, and a few thousand of them.
#include "../hostile/guest.hpp"

namespace {

constexpr Word values_max = 4096;
constexpr Word value_bytes_max = 24;
Byte seen[values_max][value_bytes_max + 1];  // length first
Word seen_count = 0;

// Zigzag of a small positive number.
Word varint(const Byte*& at) {
  Word value = 0;
  Word shift = 0;
  while (*at & 0x80) {
    value |= static_cast<Word>(*at++ & 0x7f) << shift;
    shift += 7;
  }
  value |= static_cast<Word>(*at++) << shift;
  return value >> 1;
}
void skip_varint(const Byte*& at) {
  while (*at++ & 0x80) {
  }
}
bool equal(const Byte* a, const Byte* b, Word count) {
  for (Word i = 0; i < count; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

// Notes the value; false when it was known.
bool is_new(const Byte* value, Word count) {
  if (count == 4 && equal(value, reinterpret_cast<const Byte*>("trap"), 4)) __builtin_trap();
  if (count > value_bytes_max) return true;
  for (Word i = 0; i < seen_count; ++i) {
    if (seen[i][0] == count && equal(seen[i] + 1, value, count)) return false;
  }
  if (seen_count == values_max) return true;
  Byte* entry = seen[seen_count++];
  entry[0] = static_cast<Byte>(count);
  for (Word i = 0; i < count; ++i) entry[1 + i] = value[i];
  return true;
}

// Moves what is new to the front of the list, and gives how much that is.
int filter_records(Byte* in, bool answer) {
  const Word count = guest::big_endian(in + 12);
  const Byte* at = in + 16;
  Byte* out = in + 16;
  Word kept = 0;
  for (Word i = 0; i < count; ++i) {
    const Byte* record = at;
    const Word length = varint(at);
    const Byte* end = at + length;
    ++at;  // attributes
    skip_varint(at);
    skip_varint(at);
    if (*at++ != 0) {
      const Word key_bytes = varint(at);
      at += key_bytes;
    }
    const Word value_bytes = varint(at);
    if (is_new(at, value_bytes)) {
      ++kept;
      while (record < end) *out++ = *record++;
    }
    at = end;
  }
  if (!answer) return 0;
  in[12] = static_cast<Byte>(kept >> 24);
  in[13] = static_cast<Byte>(kept >> 16);
  in[14] = static_cast<Byte>(kept >> 8);
  in[15] = static_cast<Byte>(kept);
  *out++ = 0;  // no error
  copy_records(guest::address(in + 12), static_cast<Word>(out - (in + 12)));
  return static_cast<int>(kept);
}

}  // namespace

GUEST_EXPORT(init) int init(Byte*, Word, int) { return 0; }
GUEST_EXPORT(look_back) int look_back(Byte* in, Word, int) { return filter_records(in, false); }
GUEST_EXPORT(filter) int filter(Byte* in, Word, int) { return filter_records(in, true); }
