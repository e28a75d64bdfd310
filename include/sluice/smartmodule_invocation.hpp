// SPDX-License-Identifier: Apache-2.0
#pragma once

// A SmartModule that the cluster runs over records on their way: to a consumer, or from a
// producer into the topic. Several, one after the other, are a chain.
//
// Either it is stored in the cluster (`Admin::create_smartmodule`), or it goes with the request.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace sluice {

enum class SmartModuleKind : std::uint8_t { filter, map, filter_map, array_map, aggregate };

// Records that the module sees before the first one of a stream: as many as `last`, none older
// than `age`. Only modules with a `look_back` take them.
struct SmartModuleLookback {
  std::uint64_t last = 0;  // 0, with an age: however many
  std::optional<std::chrono::milliseconds> age;
};

struct SmartModuleInvocation {
  std::string name;  // in the cluster: `jolt`, `group/jolt@0.1.0`; with `wasm`, for messages only
  std::string wasm;  // the module itself, raw or gzipped; empty: it is in the cluster
  std::optional<SmartModuleKind> kind;  // unset: what the module's exports say
  std::map<std::string, std::string> params;
  std::optional<SmartModuleLookback> lookback;
  std::string accumulator;  // what an aggregate starts with
};

}  // namespace sluice
