// SPDX-License-Identifier: Apache-2.0
#pragma once

// The option groups that name SmartModules, and what they become in a request.
//
// The names are those of the official tool, so that command lines can be carried over.

#include <map>
#include <string>
#include <vector>

#include "sluice/options/config.hpp"
#include "sluice/smartmodule_invocation.hpp"

namespace sluice::cli {

// What a SmartModule is told.
struct SmartModuleArguments {
  std::map<std::string, std::string> params;
  std::optional<std::uint64_t> lookback_last;
  std::optional<std::chrono::milliseconds> lookback_age;
  std::optional<std::string> aggregate_initial;

  [[nodiscard]] std::optional<SmartModuleLookback> lookback() const;
};
// A chain, written down.
struct TransformOptions {
  std::string file;
  std::vector<TransformConfig> lines;

  // Throws: `io`, `invalid_config` with the place in the file.
  [[nodiscard]] std::vector<TransformConfig> all() const;
  [[nodiscard]] bool given() const { return !file.empty() || !lines.empty(); }
};
// Which SmartModules, and what they are told.
struct SmartModuleOptions {
  std::string smartmodule;
  std::string smartmodule_path;
  SmartModuleArguments arguments;
  TransformOptions transforms;
};

// Empty without any. Throws: `usage` for arguments without a module; as `all()`; `io`.
[[nodiscard]] std::vector<SmartModuleInvocation> invocations_of(const SmartModuleOptions& options);
// Throws: `usage` when one of `arguments` is given, because of `why`.
void refuse_arguments(const SmartModuleArguments& arguments, const std::string& why);
[[nodiscard]] std::optional<SmartModuleLookback> lookback_of(const TransformConfig& transform);

// The chain in a YAML or JSON file: `transforms:` and a list. `path` is for messages.
// Throws: `invalid_config`.
[[nodiscard]] std::vector<TransformConfig> parse_transforms(std::string_view text,
                                                            const std::string& path);

}  // namespace sluice::cli

template <>
struct sluice::option_table<sluice::cli::SmartModuleArguments> {
  using O = sluice::cli::SmartModuleArguments;
  static constexpr auto rows = std::tuple{
      option<&O::params>("params", "Parameter of the SmartModule; may be given more than once.")
          .short_name('e')
          .value_name("KEY=VALUE"),
      option<&O::lookback_last>("lookback-last",
                                "So many of the newest records are shown to the SmartModule "
                                "first."),
      option<&O::lookback_age>("lookback-age",
                               "Of these, only what is not older; alone, all that is not older."),
      option<&O::aggregate_initial>("aggregate-initial", "What an aggregate starts with.")
          .alias("a-init")
          .value_name("TEXT"),
  };
};

template <>
struct sluice::option_table<sluice::cli::TransformOptions> {
  using O = sluice::cli::TransformOptions;
  static constexpr auto rows = std::tuple{
      option<&O::file>("transforms-file",
                       "YAML file with a chain of SmartModules: `transforms:`, and a list with "
                       "`uses`, `with` and `lookback`.")
          .short_name('t')
          .alias("transforms")
          .value_name("FILE")
          .excludes_group("smartmodule"),
      option<&O::lines>("transform",
                        "SmartModule of a chain as JSON, {\"uses\": ..., \"with\": {...}}; may be "
                        "given more than once.")
          .alias("transforms-line")
          .excludes_group("smartmodule"),
  };
};

template <>
struct sluice::option_table<sluice::cli::SmartModuleOptions> {
  using O = sluice::cli::SmartModuleOptions;
  static constexpr auto rows = std::tuple{
      option<&O::smartmodule>("smartmodule",
                              "SmartModule of the cluster that the records go through.")
          .alias("sm")
          .value_name("NAME")
          .excludes_group("smartmodule"),
      option<&O::smartmodule_path>("smartmodule-path",
                                   "SmartModule in a file; it goes with the request.")
          .alias("sm-path")
          .value_name("FILE")
          .excludes_group("smartmodule"),
      option_group<&O::transforms>(),
      option_group<&O::arguments>(),
  };
};
