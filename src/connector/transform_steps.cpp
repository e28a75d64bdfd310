// SPDX-License-Identifier: Apache-2.0
#include "connector/transform_steps.hpp"

#include <utility>

namespace sluice::connector {
namespace {

using smartmodule::Kind;

std::optional<smartmodule::Lookback> lookback_of(const TransformConfig& config) {
  const auto& [last, age] = config.lookback;
  if (last == 0 && !age) return std::nullopt;
  return smartmodule::Lookback{.last = last, .age = age};
}

}  // namespace

std::vector<TransformStep> transform_steps(const SmartModuleOptions& options) {
  using O = SmartModuleOptions;
  struct One {
    const char* option;
    std::optional<std::string> O::* module;
    std::optional<Kind> kind;
  };
  static constexpr One ones[] = {
      {"--smartstream-filter", &O::smartstream_filter, Kind::filter},
      {"--smartstream-map", &O::smartstream_map, Kind::map},
      {"--smartstream-arraymap", &O::smartstream_arraymap, Kind::array_map},
      {"--filter", &O::filter, Kind::filter},
      {"--map", &O::map, Kind::map},
      {"--array-map", &O::array_map, Kind::array_map},
      {"--filter-map", &O::filter_map, Kind::filter_map},
      {"--aggregate", &O::aggregate, Kind::aggregate},
      {"--smart-module", &O::smart_module, std::nullopt},
  };
  std::vector<TransformStep> out;
  for (const auto& one : ones) {
    const auto& module = options.*one.module;
    if (!module) continue;
    out.push_back({.option = one.option,
                   .module = *module,
                   .kind = one.kind,
                   .params = options.parameters,
                   .initial_value = options.aggregate_initial_value.value_or("")});
  }
  for (const auto& config : options.transforms) {
    out.push_back({.option = "transforms",
                   .module = config.uses,
                   .params = config.with,
                   .lookback = lookback_of(config)});
  }
  return out;
}

}  // namespace sluice::connector
