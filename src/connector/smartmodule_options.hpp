// SPDX-License-Identifier: Apache-2.0
#pragma once

// The options that put SmartModules between the outside and the topic, in every connector and
// in every spelling that the official ones have had, and what happens to a record that one of
// them cannot transform. docs/transforms.md explains them to users.

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "sluice/options.hpp"

namespace sluice::connector {

struct SmartModuleOptions {
  // A path, or else the name of a SmartModule in the cluster.
  std::optional<std::string> smartstream_filter, smartstream_map, smartstream_arraymap;
  std::optional<std::string> filter, map, array_map, filter_map, aggregate, smart_module;
  std::map<std::string, std::string> parameters;  // of the one above
  std::optional<std::string> aggregate_initial_value;
  std::vector<TransformConfig> transforms;

  std::chrono::milliseconds timeout{5'000};
  ByteSize memory_max{268'435'456};
};

// The word for `--aggregate-initial-value` that means the last record of the topic.
inline constexpr std::string_view use_last = "use-last";

void validate_options(const SmartModuleOptions& options, OptionProblems& problems);

}  // namespace sluice::connector

namespace sluice {

template <>
struct option_table<connector::SmartModuleOptions> {
  using O = connector::SmartModuleOptions;
  static constexpr auto rows = std::tuple{
      option<&O::smartstream_filter>("smartstream-filter", "The same as `--filter`.")
          .excludes_group("smartmodule")
          .value_name("PATH|NAME"),
      option<&O::smartstream_map>("smartstream-map", "The same as `--map`.")
          .excludes_group("smartmodule")
          .value_name("PATH|NAME"),
      option<&O::smartstream_arraymap>("smartstream-arraymap", "The same as `--array-map`.")
          .excludes_group("smartmodule")
          .value_name("PATH|NAME"),
      option<&O::filter>("filter",
                         "SmartModule that says which records stay: the path of a file, else "
                         "the name of a SmartModule in the cluster.")
          .excludes_group("smartmodule")
          .value_name("PATH|NAME"),
      option<&O::map>("map", "SmartModule that changes each record.")
          .excludes_group("smartmodule")
          .value_name("PATH|NAME"),
      option<&O::array_map>("array-map", "SmartModule that makes any number of records of each.")
          .alias("arraymap")
          .excludes_group("smartmodule")
          .value_name("PATH|NAME"),
      option<&O::filter_map>("filter-map", "SmartModule that changes a record or leaves it out.")
          .excludes_group("smartmodule")
          .value_name("PATH|NAME"),
      option<&O::aggregate>("aggregate", "SmartModule that adds up records.")
          .excludes_group("smartmodule")
          .value_name("PATH|NAME"),
      option<&O::smart_module>("smart-module", "SmartModule of any kind.")
          .alias("smartmodule")
          .excludes_group("smartmodule")
          .value_name("PATH|NAME"),
      option<&O::parameters>("smartmodule-parameters",
                             "Parameter of the SmartModule, `key:value` or `key=value`.")
          .alias("smart-module-parameters")
          .repeatable(),
      option<&O::aggregate_initial_value>(
          "aggregate-initial-value",
          "What an aggregate begins with: a text, or `use-last` for the last record of the topic."),
      option<&O::transforms>("transform",
                             "SmartModule of a chain: `{\"uses\":\"NAME\",\"with\":{\"key\":"
                             "\"value\"}}`, in the order of the chain.")
          .from_config("transforms")
          .excludes_group("smartmodule"),
      option<&O::timeout>("transform-timeout", "Longest time of one call of a SmartModule.")
          .at_least(std::chrono::milliseconds(1))
          .at_most(std::chrono::hours(1)),
      option<&O::memory_max>("transform-memory-max", "Most memory of one SmartModule.")
          .at_least(ByteSize{1'048'576})
          .at_most(ByteSize{4'294'967'296}),
  };

  static void validate(const O& options, OptionProblems& problems) {
    connector::validate_options(options, problems);
  }
};

}  // namespace sluice
