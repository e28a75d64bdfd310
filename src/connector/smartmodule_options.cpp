// SPDX-License-Identifier: Apache-2.0
#include "connector/smartmodule_options.hpp"

namespace sluice::connector {
namespace {

bool has_one_module(const SmartModuleOptions& options) {
  return options.smartstream_filter || options.smartstream_map || options.smartstream_arraymap ||
         options.filter || options.map || options.array_map || options.filter_map ||
         options.aggregate || options.smart_module;
}

void check_module(const SmartModuleOptions& options, OptionProblems& problems) {
  if (!options.parameters.empty() && !has_one_module(options)) {
    problems.add("smartmodule-parameters", "there is no SmartModule that they could be for",
                 options.transforms.empty()
                     ? "name one, for example with `--smart-module`"
                     : "write the parameters of a `--transform` as its `with`");
  }
  if (options.aggregate_initial_value && !options.aggregate && !options.smart_module) {
    problems.add("aggregate-initial-value", "only an aggregate has an initial value",
                 "name one with `--aggregate`");
  }
}

}  // namespace

void validate_options(const SmartModuleOptions& options, OptionProblems& problems) {
  check_module(options, problems);
}

}  // namespace sluice::connector
