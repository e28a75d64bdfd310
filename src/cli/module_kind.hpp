// SPDX-License-Identifier: Apache-2.0
#pragma once

// The kinds of SmartModules as option values.

#include "sluice/options/table.hpp"
#include "smartmodule/fault.hpp"

template <>
struct sluice::enum_names<sluice::smartmodule::Kind> {
  using K = smartmodule::Kind;
  static constexpr std::array rows{
      EnumName{K::filter, "filter"}, EnumName{K::map, "map"}, EnumName{K::filter_map, "filter_map"},
      EnumName{K::array_map, "array_map"}, EnumName{K::aggregate, "aggregate"}};
};
