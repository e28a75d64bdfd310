// SPDX-License-Identifier: Apache-2.0
#pragma once

// The least that a SmartModule needs, without the author's header: these modules break its rules.
//
// Each source defines what it does wrong; what it leaves to this header is right. `SLUICE_OWN_ALLOC`
// and `SLUICE_OWN_COPY_RECORDS` before the include leave the two out.

using Byte = unsigned char;
using Word = unsigned int;

#define GUEST_EXPORT(name) extern "C" __attribute__((export_name(#name), visibility("default")))

#ifndef SLUICE_OWN_COPY_RECORDS
extern "C" __attribute__((import_module("env"), import_name("copy_records"))) void copy_records(
    Word at, Word bytes);
#endif

namespace guest {

inline Byte input[64 * 1024];  // every call's input comes here
inline volatile bool never = false;  // the compiler cannot tell

inline Word address(const void* at) {
  return static_cast<Word>(reinterpret_cast<__UINTPTR_TYPE__>(at));
}

inline Word big_endian(const Byte* at) {
  return Word{at[0]} << 24 | Word{at[1]} << 16 | Word{at[2]} << 8 | Word{at[3]};
}

#ifndef SLUICE_OWN_COPY_RECORDS
// Answers that every record is kept: the input's list of records, then "no error".
inline int keep_all(Byte* in) {
  const Word bytes = big_endian(in + 8);
  in[12 + bytes] = 0;
  copy_records(address(in + 12), bytes + 1);
  return static_cast<int>(big_endian(in + 12));
}

// Answers with these bytes as they are.
template <Word N>
int answer(const Byte (&bytes)[N], int code) {
  copy_records(address(bytes), N);
  return code;
}
#endif

}  // namespace guest

#ifndef SLUICE_OWN_ALLOC
GUEST_EXPORT(alloc) Byte* guest_alloc(Word bytes) {
  return bytes <= sizeof guest::input ? guest::input : nullptr;
}
#endif
GUEST_EXPORT(dealloc) void guest_dealloc(Byte*, Word) {}

// A mention is enough to keep wasm-ld from wrapping each export in constructor calls.
extern "C" void __wasm_call_ctors();
extern "C" __attribute__((weak)) void guest_mentions_constructors() { __wasm_call_ctors(); }
