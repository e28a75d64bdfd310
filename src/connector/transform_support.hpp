// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: transforms of the modules in tests/data/smartmodule, without a disk cache.

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "connector/error_options.hpp"
#include "connector/fakes.hpp"
#include "connector/transforms.hpp"

namespace sluice::connector {

inline std::string module_path(const std::string& name) {
  return std::string(SLUICE_TEST_DATA) + "/smartmodule/" + name + ".wasm";
}

inline std::string module_bytes(const std::string& name) {
  std::ifstream in(module_path(name), std::ios::binary);
  SLUICE_ASSERT(in);
  return {std::istreambuf_iterator<char>(in), {}};
}

// An engine for each would compile each module anew: one is shared by the tests of a program.
inline std::shared_ptr<smartmodule::Engine> shared_engine() {
  static const auto engine = std::make_shared<smartmodule::Engine>(std::filesystem::path());
  return engine;
}

// A module is compiled once for as long as somebody uses it: somebody does.
inline void keep_compiled(const std::string& name) {
  static std::map<std::string, std::shared_ptr<const smartmodule::Module>> kept;
  if (kept.contains(name)) return;
  const auto bytes = module_bytes(name);
  if (auto module = shared_engine()->load(name, as_bytes(bytes))) kept[name] = *module;
}

inline TransformStep step_of(const std::string& name, smartmodule::Params params = {}) {
  keep_compiled(name);
  return {.option = "--smart-module", .module = module_path(name), .params = std::move(params)};
}

// What never ends is found out about soon; the others may wait for a processor.
inline smartmodule::ChainOptions chain_for(const std::vector<TransformStep>& steps,
                                           FaultPolicy policy = FaultPolicy::stop) {
  const bool hangs = std::ranges::any_of(steps, [](const TransformStep& step) {
    return step.module.find("hostile/loop_") != std::string::npos;
  });
  return {.limits = {.call_timeout = std::chrono::seconds(hangs ? 1 : 60)},
          .on_fault = policy == FaultPolicy::stop ? smartmodule::OnFault::stop
                                                  : smartmodule::OnFault::skip};
}

// Loaded: every step is a file.
inline std::unique_ptr<Transforms> loaded_transforms(std::vector<TransformStep> steps, Stats& stats,
                                                     FaultPolicy policy = FaultPolicy::stop) {
  const auto options = chain_for(steps, policy);
  auto out = std::make_unique<Transforms>(std::move(steps), options, stats, shared_engine());
  fakes::FakeCluster nothing;
  out->load(nothing);
  return out;
}

}  // namespace sluice::connector
