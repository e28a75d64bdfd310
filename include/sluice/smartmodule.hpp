// SPDX-License-Identifier: Apache-2.0
#pragma once

// Writes a Fluvio SmartModule in C++: a function for each record, and a line that names it.
//
//   #include <sluice/smartmodule.hpp>
//   using namespace sluice::guest;
//
//   static Text word;
//
//   static Status init(Params& params) {
//     word = params.text("word");
//     return ok;
//   }
//   static Result<bool> filter(const Record& record) { return record.value.contains(word); }
//
//   SLUICE_INIT(init)
//   SLUICE_FILTER(filter)
//
// Compiled for wasm32 by tools/smartmodule_build.sh; needs no C or C++ library. It works with
// every host since 2022, which passes ABI version 15 to 25. Exactly one of FILTER, MAP,
// FILTER_MAP, ARRAY_MAP and AGGREGATE; INIT and LOOK_BACK as needed. Memory is described in
// smartmodule/memory.hpp: nothing is freed, nothing grows, static variables must need no
// constructor. JSON and regular expressions: smartmodule/json.hpp and smartmodule/regex.hpp.

#include "sluice/smartmodule/run.hpp"

#if defined(__wasm__)
#define SLUICE_GUEST_EXPORT(name) extern "C" __attribute__((export_name(#name)))
extern "C" void __wasm_call_ctors();
#else
#define SLUICE_GUEST_EXPORT(name) extern "C"
#endif

#define SLUICE_GUEST_FUNCTION(name, function)                                               \
  SLUICE_GUEST_EXPORT(name)                                                                 \
  int32_t sluice_guest_##name(uint8_t* bytes, uint32_t size, int32_t version) {             \
    return sluice::guest::detail::run(sluice::guest::detail::name<(function)>, bytes, size, \
                                      version);                                             \
  }

// Status init(Params&), once, before the first record.
#define SLUICE_INIT(function) SLUICE_GUEST_FUNCTION(init, function)
// Status look_back(const Record&), for the newest records before the stream begins.
#define SLUICE_LOOK_BACK(function) SLUICE_GUEST_FUNCTION(look_back, function)
// Result<bool> filter(const Record&): true keeps the record.
#define SLUICE_FILTER(function) SLUICE_GUEST_FUNCTION(filter, function)
// Result<Output> map(const Record&).
#define SLUICE_MAP(function) SLUICE_GUEST_FUNCTION(map, function)
// Result<Optional<Output>> filter_map(const Record&): none drops the record.
#define SLUICE_FILTER_MAP(function) SLUICE_GUEST_FUNCTION(filter_map, function)
// Status array_map(const Record&, Outputs&). The new records have no time and offset of their own.
#define SLUICE_ARRAY_MAP(function) SLUICE_GUEST_FUNCTION(array_map, function)
// Result<Text> aggregate(Text accumulator, const Record&): the new accumulator, and new value.
#define SLUICE_AGGREGATE(function) SLUICE_GUEST_FUNCTION(aggregate, function)

// The host's input comes to the memory that this gives; it is the module's from then on.
SLUICE_GUEST_EXPORT(alloc)
__attribute__((weak)) void* sluice_guest_alloc(uint32_t size) {
#if defined(__wasm__)
  // Nobody else would. It is empty (see smartmodule_build.sh), and because it is called here the
  // linker does not wrap every export in a call of it.
  static bool constructed = false;
  if (!constructed) __wasm_call_ctors();
  constructed = true;
#endif
  return sluice::guest::arena.take(size);
}

SLUICE_GUEST_EXPORT(dealloc)
__attribute__((weak)) void sluice_guest_dealloc(void*, uint32_t) {}
