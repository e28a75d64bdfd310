// SPDX-License-Identifier: Apache-2.0
#pragma once

// What SmartModules may use of the server.

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace sluice::broker {

struct SmartModuleLimits {
  std::chrono::milliseconds call_timeout{5'000};
  std::uint64_t memory_bytes_max = 256U << 20;  // of each module of a chain
  std::size_t wasm_bytes_max = 8U << 20;        // of a module, inflated: compiling takes time
  std::size_t chain_count_max = 16;             // modules in a chain
  std::size_t streams_max = 256;                // that have a chain, of all connections
  std::size_t threads_max = 8;
};

}  // namespace sluice::broker
