// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bytes of a module as they come from files, clusters and requests: raw or gzipped. Pure.

#include <string>

#include "smartmodule/fault.hpp"

namespace sluice::smartmodule {

inline constexpr std::size_t wasm_bytes_max = 64U * 1024 * 1024;

// The raw WebAssembly: `bytes` themselves, or inflated into `scratch`. `invalid` when they are
// neither, or larger than `wasm_bytes_max` inflated.
[[nodiscard]] ModuleResult<ByteView> raw_wasm(ByteView bytes, const std::string& name,
                                              Bytes& scratch);

}  // namespace sluice::smartmodule
