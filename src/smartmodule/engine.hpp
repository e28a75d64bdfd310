// SPDX-License-Identifier: Apache-2.0
#pragma once

// The WebAssembly engine: compiles modules, once, and keeps the clock for their time limits.
// One for a program. Thread-safe; outlived by nothing that it made.

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "smartmodule/module.hpp"
#include "smartmodule/module_cache.hpp"

namespace sluice::smartmodule {

class Engine {
 public:
  struct Native;  // the engine's own form

  // Compiled modules are kept in `cache_folder` (module_cache.hpp); empty: in memory only.
  explicit Engine(std::filesystem::path cache_folder = default_module_cache());
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // `bytes` are the module, raw or gzipped. The same bytes give the same module for as long as
  // somebody uses it.
  [[nodiscard]] ModuleResult<std::shared_ptr<const Module>> load(const std::string& name,
                                                                 ByteView bytes);

  // Calls that run now end soon, as if their time were up. Later ones have all of theirs.
  void end_calls() const;

  [[nodiscard]] Native& native() const noexcept { return *native_; }

 private:
  struct Known {
    std::weak_ptr<const Module::Compiled> compiled;
    Shape shape;
  };
  [[nodiscard]] ModuleResult<std::shared_ptr<const Module::Compiled>> compile(
      const std::string& name, const std::string& sha256, ByteView wasm);

  std::unique_ptr<Native> native_;
  ModuleCache cache_;
  std::mutex mutex_;
  std::map<std::string, Known> known_;  // by hash
};

}  // namespace sluice::smartmodule
