// SPDX-License-Identifier: Apache-2.0
#pragma once

// The engine's side of a module: what wasmtime made of it. Private to this folder.

#include "smartmodule/handles.hpp"
#include "smartmodule/module.hpp"

namespace sluice::smartmodule {

struct Module::Compiled {
  ModuleHandle module;
};

// Checks that it is a SmartModule: exports `memory`, `alloc` and a transform, each of its
// type, imports `copy_records`, and nothing else that a host would have to give it.
[[nodiscard]] ModuleResult<Shape> inspect(const wasmtime_module_t& module, const std::string& name);

}  // namespace sluice::smartmodule
