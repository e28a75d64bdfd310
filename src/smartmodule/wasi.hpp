// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a guest finds behind its WASI imports: no files, no environment, no arguments, no
// network. The first 64 KiB of what it writes to its standard output and error become log lines; it
// has a clock and random numbers, because Rust's standard library cannot do without; `proc_exit`
// ends the call. Every other function answers "not supported". Private to this folder.

#include <string>

#include "smartmodule/handles.hpp"

namespace sluice::smartmodule {

inline constexpr std::string_view wasi_module = "wasi_snapshot_preview1";

// What the functions need of the guest that calls them; lives as long as its store.
struct WasiGuest {
  std::string module;             // for the log
  std::size_t printed_bytes = 0;  // the first of what it writes are logged, the rest is not
};

// Defines one imported function of `wasi_module` in the linker.
void define_wasi(wasmtime_linker_t* linker, const wasm_importtype_t* import, WasiGuest* guest);

}  // namespace sluice::smartmodule
