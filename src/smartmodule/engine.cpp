// SPDX-License-Identifier: Apache-2.0
#include "smartmodule/engine.hpp"

#include <utility>

#include "base/assert.hpp"
#include "base/digest.hpp"
#include "smartmodule/compiled.hpp"
#include "smartmodule/native.hpp"
#include "smartmodule/wasm_bytes.hpp"

namespace sluice::smartmodule {
namespace {

// Compiled code is bound to the engine and what it was told; the processor it checks itself.
constexpr std::string_view compiled_by = "-wasmtime-" WASMTIME_VERSION "-1";
// More ticks than any call's time limit has: a quarter of an hour.
constexpr int ticks_beyond_limits = 100'000;
constexpr std::size_t stack_bytes_max = 512U * 1024;

EngineHandle make_engine() {
  auto* config = wasm_config_new();
  SLUICE_ASSERT(config != nullptr);
  wasmtime_config_epoch_interruption_set(config, true);
  wasmtime_config_max_wasm_stack_set(config, stack_bytes_max);
  // A SmartModule is a plain core module: what it cannot need is refused when it is loaded.
  wasmtime_config_wasm_memory64_set(config, false);
  wasmtime_config_wasm_multi_memory_set(config, false);
  wasmtime_config_wasm_relaxed_simd_set(config, false);
  EngineHandle engine(wasm_engine_new_with_config(config));
  SLUICE_ASSERT(engine != nullptr);
  return engine;
}

ModuleHandle deserialize(wasm_engine_t* engine, ByteView compiled) {
  wasmtime_module_t* module = nullptr;
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(compiled.data());
  auto* error = wasmtime_module_deserialize(engine, bytes, compiled.size(), &module);
  if (error == nullptr) return ModuleHandle(module);
  wasmtime_error_delete(error);
  return nullptr;
}

}  // namespace

Engine::Native::Native() : engine(make_engine()), ticker(engine.get()) {}

Engine::Engine(std::filesystem::path cache_folder)
    : native_(std::make_unique<Native>()), cache_(std::move(cache_folder)) {}
Engine::~Engine() = default;

void Engine::end_calls() const {
  for (int i = 0; i < ticks_beyond_limits; ++i) {
    wasmtime_engine_increment_epoch(native_->engine.get());
  }
}

ModuleResult<std::shared_ptr<const Module>> Engine::load(const std::string& name, ByteView bytes) {
  Bytes scratch;
  const auto wasm = raw_wasm(bytes, name, scratch);
  if (!wasm) return tl::unexpected(wasm.error());
  const auto sha256 = sha256_hex(as_text(*wasm));
  // Held while compiling: two that want the same module at once compile it once.
  const std::lock_guard lock(mutex_);
  std::erase_if(known_, [](const auto& one) { return one.second.compiled.expired(); });
  auto& known = known_[sha256];
  auto compiled = known.compiled.lock();
  if (!compiled) {
    auto made = compile(name, sha256, *wasm);
    if (!made) return tl::unexpected(std::move(made).error());
    compiled = *std::move(made);
    const auto shape = inspect(*compiled->module, name);
    if (!shape) return tl::unexpected(shape.error());
    known = {compiled, *shape};
  }
  return std::make_shared<const Module>(name, sha256, wasm->size(), known.shape,
                                        std::move(compiled));
}

ModuleResult<std::shared_ptr<const Module::Compiled>> Engine::compile(const std::string& name,
                                                                      const std::string& sha256,
                                                                      ByteView wasm) {
  auto* engine = native_->engine.get();
  const auto key = sha256 + std::string(compiled_by);
  auto compiled = std::make_shared<Module::Compiled>();
  if (const auto cached = cache_.find(key)) {
    compiled->module = deserialize(engine, *cached);
    if (compiled->module) return compiled;
    cache_.forget(key);  // made on another processor
  }
  wasmtime_module_t* module = nullptr;
  auto* error = wasmtime_module_new(engine, reinterpret_cast<const std::uint8_t*>(wasm.data()),
                                    wasm.size(), &module);
  if (error != nullptr) {
    return tl::unexpected(
        ModuleError{FaultCode::invalid, name, "it is not valid WebAssembly: " + take_text(error)});
  }
  compiled->module = ModuleHandle(module);
  ByteVec serialized;
  if (cache_.on()) {
    error = wasmtime_module_serialize(module, serialized.out());
    if (error == nullptr) {
      cache_.store(key, std::as_bytes(std::span(serialized.begin(), serialized.size())));
    } else {
      wasmtime_error_delete(error);
    }
  }
  return compiled;
}

}  // namespace sluice::smartmodule
