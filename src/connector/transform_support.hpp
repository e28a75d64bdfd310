// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: transforms of the modules in tests/data/smartmodule, without a disk cache.

#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <string>

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

// Quick: what never ends is found out about at once.
inline smartmodule::ChainOptions quick_chain(FaultPolicy policy = FaultPolicy::stop) {
  return {.limits = {.call_timeout = std::chrono::milliseconds(50)},
          .on_fault = policy == FaultPolicy::stop ? smartmodule::OnFault::stop
                                                  : smartmodule::OnFault::skip};
}

// Loaded: every step is a file.
inline std::unique_ptr<Transforms> loaded_transforms(std::vector<TransformStep> steps, Stats& stats,
                                                     FaultPolicy policy = FaultPolicy::stop) {
  auto out =
      std::make_unique<Transforms>(std::move(steps), quick_chain(policy), stats, shared_engine());
  fakes::FakeCluster nothing;
  out->load(nothing);
  return out;
}

}  // namespace sluice::connector
