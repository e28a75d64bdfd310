// SPDX-License-Identifier: Apache-2.0
#pragma once

// The engine's own form: wasmtime's engine and its clock. Private to this folder.

#include "smartmodule/engine.hpp"
#include "smartmodule/handles.hpp"
#include "smartmodule/ticker.hpp"

namespace sluice::smartmodule {

struct Engine::Native {
  Native();
  EngineHandle engine;
  Ticker ticker;
};

}  // namespace sluice::smartmodule
