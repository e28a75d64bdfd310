// SPDX-License-Identifier: Apache-2.0
// alloc gives an address outside of the memory.
#define SLUICE_OWN_ALLOC
#include "guest.hpp"

GUEST_EXPORT(alloc) Byte* guest_alloc(Word) { return reinterpret_cast<Byte*>(0xFFFFFFF0u); }
GUEST_EXPORT(filter) int filter(Byte* in, Word, int) { return guest::keep_all(in); }
