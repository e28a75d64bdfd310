// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a client is told when a SmartModule fails. The texts are the official server's where it
// has them, because clients print them (shared/reference/smartmodule.md §9). Pure.

#include "smartmodule/fault.hpp"
#include "wire/error_code.hpp"

namespace sluice::broker {

// A module or chain that cannot be made.
[[nodiscard]] wire::ErrorCode chain_code(const smartmodule::ModuleError& error);
// A chain that ran and broke down.
[[nodiscard]] wire::ErrorCode breakdown_code(const smartmodule::ModuleError& error);
// One record that a module could not transform. Of a very long key or value only the front.
[[nodiscard]] wire::ErrorCode record_code(const smartmodule::RecordFault& fault);

}  // namespace sluice::broker
