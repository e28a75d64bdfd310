// SPDX-License-Identifier: Apache-2.0
#pragma once

// From the options to the steps of a chain, still by name: which SmartModule, of which kind,
// with which parameters. Pure.

#include <optional>
#include <string>
#include <vector>

#include "connector/smartmodule_options.hpp"
#include "smartmodule/chain.hpp"

namespace sluice::connector {

struct TransformStep {
  std::string option;                          // that names it, for messages: `--map`, `transforms`
  std::string module;                          // a path, or a name in the cluster
  std::optional<smartmodule::Kind> kind = {};  // that it has to be of
  smartmodule::Params params = {};
  std::optional<smartmodule::Lookback> lookback = {};
  std::string initial_value = {};  // of an aggregate
};

// In the order of the chain; none when the options name no SmartModule.
[[nodiscard]] std::vector<TransformStep> transform_steps(const SmartModuleOptions& options);

}  // namespace sluice::connector
